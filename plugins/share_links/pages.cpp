// Texts put together by hand; the one way in for what others wrote is escaped().
#include "pages.hpp"

#include <array>
#include <ctime>
#include <utility>

namespace share_links {
namespace {

/// Its own style and pictures, its own form, and nothing else. No script at all.
constexpr std::string_view policy =
    "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'";

sdk::reply page(std::int64_t status, const std::string& title, const std::string& body) {
    sdk::reply made;
    made.status = status;
    made.type = "text/html; charset=utf-8";
    made.headers = {
        {"Content-Security-Policy", std::string(policy)}, {"Cache-Control", "no-store"}, {"Content-Language", "en"}};
    made.text =
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"robots\" content=\"noindex, nofollow, noarchive\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n<title>" +
        escaped(title) +
        "</title>\n<link rel=\"stylesheet\" href=\"/share_links/page.css\">\n</head>\n<body>\n<main>\n" + body +
        "</main>\n</body>\n</html>\n";
    return made;
}

sdk::reply notice(std::int64_t status, const std::string& title, const std::string& sentence) {
    return page(status, title, "<h1>" + escaped(title) + "</h1>\n<p>" + escaped(sentence) + "</p>\n");
}

std::string moment_text(std::int64_t at) {
    const std::time_t seconds = at / 1000;
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M UTC", &utc);
    return text.data();
}

std::string foot(std::int64_t good_until) {
    return "<p class=\"faint\">This link is good until " + moment_text(good_until) + ".</p>\n";
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

std::string size_text(std::int64_t bytes) {
    static constexpr std::array units{"kB", "MB", "GB", "TB"};
    if (bytes < 1000) return std::to_string(bytes) + " bytes";
    std::size_t unit = 0;
    std::int64_t tenths = bytes / 100;
    while (tenths >= 10'000 && unit + 1 < units.size()) {
        tenths /= 1000;
        ++unit;
    }
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " " + units.at(unit);
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
    std::string body = "<h1>Somebody shared files with you</h1>\n";
    if (says == door_says::password_wrong) body += "<p class=\"alarm\" role=\"alert\">This is not the password.</p>\n";
    if (too_often)
        body += "<p class=\"alarm\" role=\"alert\">There were too many wrong passwords. Try again in " +
                std::to_string(wait_seconds) + " seconds.</p>\n";
    body += "<form method=\"post\" enctype=\"multipart/form-data\" action=\"" + escaped(address_) + "\">\n" +
            "<input type=\"hidden\" name=\"open\" value=\"1\">\n";
    if (asks_password)
        body +=
            "<label for=\"password\">Password</label>\n"
            "<input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"off\" maxlength=\"1024\" "
            "required autofocus>\n";
    body += "<button type=\"submit\">Open</button>\n</form>\n";
    auto made = page(too_often ? 429 : says == door_says::password_wrong ? 403 : 200, "Shared files", body);
    if (too_often) made.headers["Retry-After"] = std::to_string(wait_seconds);
    return made;
}

std::string pages::content_of(const listed_file& of) const { return address_ + "/files/" + of.file.text(); }

std::string pages::line(const listed_file& of, link_type type) const {
    const auto name = "<bdi>" + escaped(of.name) + "</bdi>";
    const bool is_shown = showing_of(of.type) != showing::not_at_all;
    auto made = "<li><span class=\"name\">" + (is_shown ? anchor(address_ + "?file=" + of.file.text(), name) : name) +
                "</span> <span class=\"faint\">" + size_text(of.bytes) + "</span>";
    if (type == link_type::download)
        made += " " + anchor(content_of(of) + "?download=true", "Download",
                             " aria-label=\"Download " + escaped(of.name) + "\"");
    else if (!is_shown)
        made += " <span class=\"faint\">cannot be shown here</span>";
    return made + "</li>\n";
}

sdk::reply pages::list(const std::vector<listed_file>& files, link_type type, std::int64_t good_until,
                       std::optional<sdk::id> more) const {
    std::string body = "<h1>Shared files</h1>\n";
    if (files.empty()) {
        body += "<p>There are no files here now.</p>\n";
    } else {
        body += "<ul>\n";
        for (const auto& one : files) body += line(one, type);
        body += "</ul>\n";
    }
    if (more) body += "<p>" + anchor(address_ + "?after=" + more->text(), "More files") + "</p>\n";
    return page(200, "Shared files", body + foot(good_until));
}

sdk::reply pages::one(const listed_file& of, link_type type, std::int64_t good_until, bool is_among_others) const {
    const auto at = escaped(content_of(of));
    std::string body;
    if (is_among_others) body += "<p>" + anchor(address_, "All files") + "</p>\n";
    body += "<h1><bdi>" + escaped(of.name) + "</bdi></h1>\n<p class=\"faint\">" + size_text(of.bytes) + "</p>\n";
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
            body += "<p>" + anchor(content_of(of), "Open the document") + "</p>\n";
            break;
        case showing::not_at_all:
            if (type == link_type::view_only) body += "<p>This cannot be shown here.</p>\n";
            break;
    }
    if (type == link_type::download) body += "<p>" + anchor(content_of(of) + "?download=true", "Download") + "</p>\n";
    return page(200, of.name, body + foot(good_until));
}

sdk::reply pages::to_door() const {
    auto made = sdk::reply::to(address_);
    made.status = 303;
    made.headers["Cache-Control"] = "no-store";
    return made;
}

sdk::reply pages::unknown() {
    return notice(404, "There is nothing here", "This link is not known. Was it copied whole?");
}
sdk::reply pages::over() {
    return notice(410, "This link is over",
                  "It was used up, withdrawn, or only good for a while, or what it led to is gone.");
}
sdk::reply pages::no_file() {
    return notice(404, "There is no such file", "It is not among what was shared, or not any more.");
}
sdk::reply pages::only_for_viewing() {
    return notice(403, "Only to be looked at", "What this link leads to is shown, and not given away.");
}
sdk::reply pages::later() {
    auto made = notice(503, "Not now", "Something that is needed is away for a moment. Try again soon.");
    made.headers["Retry-After"] = "10";
    return made;
}

}  // namespace share_links
