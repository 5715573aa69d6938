// Texts put together by hand; the one way in for what others wrote is escaped().
#include "pages.hpp"

#include <parley/web_files.hpp>

#include <array>
#include <ctime>
#include <utility>

namespace share_links {
namespace {

/// Its own style and pictures, its own form, and nothing else. No script at all.
constexpr std::string_view policy =
    "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'";

sdk::reply page(const words& in, std::int64_t status, std::string_view title, const std::string& body) {
    sdk::reply made;
    made.status = status;
    made.type = "text/html; charset=utf-8";
    made.headers = {{"Content-Security-Policy", std::string(policy)},
                    {"Cache-Control", "no-store"},
                    {"Content-Language", in.language},
                    {"Vary", "Accept-Language"}};
    made.text = std::string("<!doctype html>\n<html lang=\"") + in.language + "\" dir=\"" + in.direction +
                "\">\n<head>\n<meta charset=\"utf-8\">\n"
                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                "<meta name=\"robots\" content=\"noindex, nofollow, noarchive\">\n"
                "<meta name=\"color-scheme\" content=\"light dark\">\n<title>" +
                escaped(title) +
                "</title>\n<link rel=\"stylesheet\" href=\"/share_links/page.css\">\n</head>\n<body>\n<main>\n" + body +
                "</main>\n</body>\n</html>\n";
    return made;
}

sdk::reply notice(const words& in, std::int64_t status, std::string_view title, std::string_view sentence) {
    return page(in, status, title, "<h1>" + escaped(title) + "</h1>\n<p>" + escaped(sentence) + "</p>\n");
}

/// The words, escaped, with markup that is known to be good in the place of "%".
std::string filled(std::string_view text, const std::string& markup) {
    const auto at = text.find('%');
    if (at == std::string_view::npos) return escaped(text);
    return escaped(text.substr(0, at)) + markup + escaped(text.substr(at + 1));
}

std::string moment_text(std::int64_t at) {
    const std::time_t seconds = at / 1000;
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M UTC", &utc);
    return text.data();
}

std::string foot(const words& in, std::int64_t good_until) {
    return "<p class=\"faint\">" + filled(in.good_until, "<bdi dir=\"ltr\">" + moment_text(good_until) + "</bdi>") +
           "</p>\n";
}

std::string size_markup(const words& in, std::int64_t bytes) {
    return "<span class=\"faint\"><bdi>" + escaped(size_text(bytes, in)) + "</bdi></span>";
}

std::string anchor(const std::string& to, const std::string& text, const std::string& more = {}) {
    return "<a href=\"" + escaped(to) + "\"" + more + ">" + text + "</a>";
}

}  // namespace

std::string escaped(std::string_view text) {
    std::string made;
    made.reserve(text.size());
    for (const char c : text) {
        switch (c) {
            case '&':
                made += "&amp;";
                break;
            case '<':
                made += "&lt;";
                break;
            case '>':
                made += "&gt;";
                break;
            case '"':
                made += "&quot;";
                break;
            case '\'':
                made += "&#39;";
                break;
            default:
                made += c;
        }
    }
    return made;
}

std::string size_text(std::int64_t bytes, const words& in) {
    static constexpr std::array units{"kB", "MB", "GB", "TB"};
    if (bytes < 1000) return filled(in.bytes, std::to_string(bytes));
    std::size_t unit = 0;
    std::int64_t tenths = bytes / 100;
    while (tenths >= 10'000 && unit + 1 < units.size()) {
        tenths /= 1000;
        ++unit;
    }
    return std::to_string(tenths / 10) + in.decimal + std::to_string(tenths % 10) + " " + units.at(unit);
}

showing showing_of(std::string_view type) {
    static constexpr std::array<std::pair<std::string_view, showing>, 17> known{{
        {"image/jpeg", showing::picture},
        {"image/png", showing::picture},
        {"image/apng", showing::picture},
        {"image/gif", showing::picture},
        {"image/webp", showing::picture},
        {"image/avif", showing::picture},
        {"image/bmp", showing::picture},
        {"video/mp4", showing::video},
        {"video/webm", showing::video},
        {"video/ogg", showing::video},
        {"audio/mpeg", showing::sound},
        {"audio/ogg", showing::sound},
        {"audio/wav", showing::sound},
        {"audio/flac", showing::sound},
        {"audio/aac", showing::sound},
        {"audio/mp4", showing::sound},
        {"application/pdf", showing::document},
    }};
    for (const auto& [name, how] : known)
        if (name == type) return how;
    return showing::not_at_all;
}

sdk::reply pages::door(bool asks_password, door_says says, std::int64_t wait_seconds) const {
    const bool too_often = says == door_says::too_often;
    std::string body = "<h1>" + escaped(in_->somebody_shared) + "</h1>\n";
    if (says == door_says::password_wrong)
        body += "<p class=\"alarm\" role=\"alert\">" + escaped(in_->wrong_password) + "</p>\n";
    if (too_often)
        body += "<p class=\"alarm\" role=\"alert\">" + filled(in_->too_often, std::to_string(wait_seconds)) + "</p>\n";
    body += "<form method=\"post\" enctype=\"multipart/form-data\" action=\"" + escaped(address_) + "\">\n" +
            "<input type=\"hidden\" name=\"open\" value=\"1\">\n";
    if (asks_password)
        body += "<label for=\"password\">" + escaped(in_->password) +
                "</label>\n"
                "<input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"off\" maxlength=\"1024\" "
                "required autofocus>\n";
    body += "<button type=\"submit\">" + escaped(in_->open) + "</button>\n</form>\n";
    auto made = page(*in_, too_often ? 429 : says == door_says::password_wrong ? 403 : 200, in_->shared_files, body);
    if (too_often) made.headers["Retry-After"] = std::to_string(wait_seconds);
    return made;
}

std::string pages::content_of(const listed_file& of) const { return address_ + "/files/" + of.file.text(); }

std::string pages::line(const listed_file& of, link_type type) const {
    const auto name = "<bdi>" + escaped(of.name) + "</bdi>";
    const bool is_shown = showing_of(of.type) != showing::not_at_all;
    auto made = "<li><span class=\"name\">" + (is_shown ? anchor(address_ + "?file=" + of.file.text(), name) : name) +
                "</span> " + size_markup(*in_, of.bytes);
    if (type == link_type::download)
        made += " " + anchor(content_of(of) + "?download=true", escaped(in_->download),
                             " aria-label=\"" + filled(in_->download_this, escaped(of.name)) + "\"");
    else if (!is_shown)
        made += " <span class=\"faint\">" + escaped(in_->not_shown) + "</span>";
    return made + "</li>\n";
}

sdk::reply pages::list(const std::vector<listed_file>& files, link_type type, std::int64_t good_until,
                       std::optional<sdk::id> more) const {
    std::string body = "<h1>" + escaped(in_->shared_files) + "</h1>\n";
    if (files.empty()) {
        body += "<p>" + escaped(in_->no_files) + "</p>\n";
    } else {
        body += "<ul>\n";
        for (const auto& one : files) body += line(one, type);
        body += "</ul>\n";
    }
    if (more) body += "<p>" + anchor(address_ + "?after=" + more->text(), escaped(in_->more_files)) + "</p>\n";
    return page(*in_, 200, in_->shared_files, body + foot(*in_, good_until));
}

sdk::reply pages::one(const listed_file& of, link_type type, std::int64_t good_until, bool is_among_others) const {
    const auto at = escaped(content_of(of));
    std::string body;
    if (is_among_others) body += "<p>" + anchor(address_, escaped(in_->all_files)) + "</p>\n";
    body += "<h1><bdi>" + escaped(of.name) + "</bdi></h1>\n<p>" + size_markup(*in_, of.bytes) + "</p>\n";
    switch (showing_of(of.type)) {
        case showing::picture:
            body += "<img class=\"whole\" src=\"" + at + "\" alt=\"" + escaped(of.name) + "\">\n";
            break;
        case showing::video:
            body += "<video class=\"whole\" controls preload=\"metadata\" src=\"" + at + "\"></video>\n";
            break;
        case showing::sound:
            body += "<audio controls preload=\"metadata\" src=\"" + at + "\"></audio>\n";
            break;
        case showing::document:
            if (type == link_type::view_only)
                body += "<p>" + anchor(content_of(of), escaped(in_->open_document)) + "</p>\n";
            break;
        case showing::not_at_all:
            if (type == link_type::view_only) body += "<p>" + escaped(in_->this_not_shown) + "</p>\n";
            break;
    }
    if (type == link_type::download)
        body += "<p>" + anchor(content_of(of) + "?download=true", escaped(in_->download)) + "</p>\n";
    auto made = page(*in_, 200, of.name, body + foot(*in_, good_until));
    made.headers["Content-Security-Policy"] = sdk::policy_with_files(std::string(policy), content_host_);
    return made;
}

sdk::reply pages::to_door() const {
    auto made = sdk::reply::to(address_);
    made.status = 303;
    made.headers["Cache-Control"] = "no-store";
    return made;
}

sdk::reply pages::unknown() const { return notice(*in_, 404, in_->unknown_title, in_->unknown); }
sdk::reply pages::over() const { return notice(*in_, 410, in_->over_title, in_->over); }
sdk::reply pages::no_file() const { return notice(*in_, 404, in_->no_file_title, in_->no_file); }
sdk::reply pages::only_for_viewing() const { return notice(*in_, 403, in_->only_viewing_title, in_->only_viewing); }
sdk::reply pages::later() const {
    auto made = notice(*in_, 503, in_->later_title, in_->later);
    made.headers["Retry-After"] = "10";
    return made;
}

}  // namespace share_links
