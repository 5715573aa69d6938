// A use is one browser that opened the link: by a POST, which neither previews nor HEAD make.
#include "visiting.hpp"

#include "attachments/on_disk.hpp"

#include <algorithm>
#include <parley/aside.hpp>

namespace share_links {
namespace {

using attachments::file_facts;

constexpr std::int64_t page_files = 100;
constexpr std::int64_t minute_ms = 60'000;

pages pages_of(const std::string& token, const sdk::visitor& by) {
    return {link_root + token, words_for(by.languages), by.content_host};
}
/// What is said of no link in particular.
pages pages_for(const sdk::visitor& by) { return {{}, words_for(by.languages)}; }

listed_file listed(const file_facts& of) { return {of.file, of.name, of.type, of.bytes}; }

/// Whether it is the next piece of a file whose beginning was counted.
bool goes_on(const sdk::visitor& by) { return !by.range.empty() && by.range.find("bytes=0-") != 0; }

sdk::task<> note(sdk::call call, visit what) {
    const auto noted =
        co_await call.storage([&](odb::database& db) { note_visit(db, call.tenant, what, sdk::now()); }).as_result();
    // What cannot be written down is not done.
    if (!noted) co_await sdk::error(noted.error());
}

/// Auditors are told that somebody guesses, once a minute for each link.
sdk::task<> tell_of_guessing(sdk::call call, link_row row) {
    sdk::audit_line line{.action = "guessing_slowed", .subject_kind = "link", .subject = sdk::id(row.id)};
    line.details = {{"maker", std::to_string(row.maker)}, {"conversation", std::to_string(row.conversation)}};
    line.once_a_minute = "link " + std::to_string(row.id);
    const auto told = co_await call.audit(line).as_result();
    // The answer is a no in any case.
    if (!told) sdk::log::warning("guessing is not in the audit log", {{"code", told.error().code}});
}

/// Documents cannot be shown in a sandbox, so they are shown only where there is no other way to have them.
bool is_shown_in_place(const link_row& row, const file_facts& file, bool as_download) {
    const auto how = showing_of(file.type);
    if (as_download || how == showing::not_at_all) return false;
    return how != showing::document || type_of(row) == link_type::view_only;
}

sdk::reply sent(const link_row& row, const file_facts& file, bool as_download) {
    const auto how = showing_of(file.type);
    const bool in_place = is_shown_in_place(row, file, as_download);
    auto made = sdk::reply::send({.path = "of:attachments/" + file.path,
                                  .name = file.name,
                                  .type = in_place ? file.type : "application/octet-stream",
                                  .attachment = !in_place,
                                  .etag = "s" + file.file.text() + "-" + file.sha256.substr(0, 16),
                                  .cache = type_of(row) == link_type::view_only ? "no-store" : "private, no-cache",
                                  // No browser's viewer of documents works in a sandbox.
                                  .sandbox = how != showing::document || !in_place});
    if (!made.file->sandbox)
        made.headers["Content-Security-Policy"] =
            "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; form-action 'none'; base-uri 'none'; "
            "frame-ancestors 'none'";
    return made;
}

}  // namespace

sdk::task<sdk::reply> visiting::turn_away(sdk::call call, link_row row, sdk::visitor by) {
    refused.add();
    // Of one that went with its file nothing is written down any more.
    const visit what{.link = row.id, .what = visit_kind::refused, .address = by.address};
    if (row.id != 0) co_await note(call, what);
    co_return pages_for(by).over();
}

sdk::task<visiting::arrival> visiting::arrive(sdk::call call, std::string token, sdk::visitor by) {
    arrival made;
    made.at = co_await standing_of(call, token);
    switch (made.at.is) {
        case fate::unknown:
            made.turned_away = pages_for(by).unknown();
            co_return made;
        case fate::unclear:
            made.turned_away = pages_for(by).later();
            co_return made;
        case fate::over:
            made.turned_away = co_await turn_away(call, made.at.row, by);
            co_return made;
        case fate::stands:
            break;
    }
    // No cookie comes where files are; there the server vouches for what was said when there was one.
    if (!by.granted.empty())
        made.open = read_vouched_stay(by.granted, sdk::now());
    else
        made.open = read_stay(by.cookie, made.at.row.id, made.at.row.secret, sdk::now());
    if (!made.open && state_of(made.at.row, sdk::now()) != link_state::good)
        made.turned_away = co_await turn_away(call, made.at.row, by);
    co_return made;
}

sdk::task<sdk::reply> visiting::page(sdk::call call, page_request in, sdk::visitor by) {
    const auto here = co_await arrive(call, in.token, by);
    if (here.turned_away) co_return *here.turned_away;
    const auto& row = here.at.row;
    const visit what{.link = row.id,
                     .what = visit_kind::seen,
                     .session = here.open ? here.open->name : std::string(),
                     .address = by.address};
    co_await note(call, what);
    if (!here.open) co_return pages_of(in.token, by).door(!row.password.empty(), pages::door_says::welcome);
    co_return co_await behind(call, in, by, here);
}

sdk::task<sdk::reply> visiting::behind(sdk::call call, page_request in, sdk::visitor by, arrival here) {
    const auto& row = here.at.row;
    const auto its = pages_of(in.token, by);
    if (here.at.file) co_return its.one(listed(*here.at.file), type_of(row), row.expires, false);
    if (!in.file) co_return co_await all_of(call, row, in, its);
    const auto file = co_await file_among(call, row, *in.file).as_result();
    if (!file) co_return file.error().status == PARLEY_NOT_FOUND ? its.no_file() : its.later();
    co_return its.one(listed(*file), type_of(row), row.expires, true);
}

sdk::task<sdk::reply> visiting::all_of(sdk::call call, link_row row, page_request in, pages its) {
    auto there = call;
    there.model = row.model;
    const attachments::files_wanted wanted{.after = in.after,
                                           .limit = page_files,
                                           .state = attachments::file_state::ready,
                                           .conversation = sdk::id(row.conversation)};
    const auto found = co_await there.service<attachments::files_page>("attachments.files/1", wanted).as_result();
    if (!found) co_return its.later();
    std::vector<listed_file> files;
    for (const auto& one : found->files) files.push_back(listed(one));
    const auto more = found->more ? std::optional(files.back().file) : std::nullopt;
    co_return its.list(files, type_of(row), row.expires, more);
}

sdk::admission visiting::admit() { return {.folder = "incoming", .most_bytes = 0, .most_parts = 0}; }

sdk::task<sdk::reply> visiting::open(sdk::call call, token_request in, sdk::visitor by, sdk::received form) {
    if (!form.complete) co_return sdk::reply{};
    const auto here = co_await arrive(call, in.token, by);
    if (here.turned_away) co_return *here.turned_away;
    const auto its = pages_of(in.token, by);
    // The browser has it open: nothing is used up by pressing the button twice.
    if (here.open) co_return its.to_door();
    const auto& row = here.at.row;
    if (!row.password.empty()) {
        const auto given = form.fields.find("password");
        const auto said = given == form.fields.end() ? std::string() : given->second;
        const auto no = co_await judge_password(call, row, by, its, said);
        if (no) co_return *no;
    }
    co_return co_await count_use(call, row, by, its);
}

sdk::task<std::optional<sdk::reply>> visiting::judge_password(sdk::call call, link_row row, sdk::visitor by, pages its,
                                                              std::string given) {
    visit what{.link = row.id, .what = visit_kind::slowed, .address = by.address};
    const auto wait =
        co_await call.storage([&](odb::database& db) { return pay_for_guess(db, call.tenant, row.id, sdk::now()); });
    if (wait > 0) {
        co_await note(call, what);
        co_await tell_of_guessing(call, row);
        co_return its.door(true, pages::door_says::too_often, (wait + 999) / 1000);
    }
    const auto is = co_await sdk::aside([&] { return check_password(row.password, given); });
    if (is == password_is::right) co_return std::nullopt;
    if (is == password_is::unknown) co_return its.later();
    wrong_passwords.add();
    what.what = visit_kind::wrong_password;
    co_await note(call, what);
    co_return its.door(true, pages::door_says::password_wrong);
}

sdk::task<sdk::reply> visiting::count_use(sdk::call call, link_row row, sdk::visitor by, pages its) {
    const auto now = sdk::now();
    const auto until = std::min(row.expires, now + call.settings<settings>()->session_minutes * minute_ms);
    const auto its_stay = new_stay(until);
    const visit what{.link = row.id, .what = visit_kind::opened, .session = its_stay.name, .address = by.address};
    const bool counted = co_await call.storage([&](odb::database& db) {
        if (!use_link(db, call.tenant, row.id, now)) return false;
        note_visit(db, call.tenant, what, now);
        return true;
    });
    if (!counted) co_return co_await turn_away(call, row, by);
    opened.add();
    auto made = its.to_door();
    made.cookie = {sign(its_stay, row.id, row.secret), made.redirect, (until - now + 999) / 1000};
    co_return made;
}

sdk::task<sdk::reply> visiting::content(sdk::call call, content_request in, sdk::visitor by) {
    const auto here = co_await arrive(call, in.token, by);
    if (here.turned_away) co_return *here.turned_away;
    const auto its = pages_of(in.token, by);
    if (!here.open) co_return its.to_door();
    const auto& row = here.at.row;
    auto file = here.at.file;
    if (row.file == 0) {
        const auto found = co_await file_among(call, row, in.file).as_result();
        if (!found) co_return found.error().status == PARLEY_NOT_FOUND ? its.no_file() : its.later();
        file = *found;
    }
    if (!file || file->file != in.file) co_return its.no_file();
    const bool as_download = in.download.value_or(false);
    const bool is_shown = showing_of(file->type) != showing::not_at_all;
    if (type_of(row) == link_type::view_only && (as_download || !is_shown)) co_return its.only_for_viewing();
    const auto fetched = is_shown_in_place(row, *file, as_download) ? visit_kind::viewed : visit_kind::downloaded;
    const visit what{.link = row.id,
                     .what = by.method == "HEAD" ? visit_kind::seen : fetched,
                     .file = file->file.number(),
                     .session = here.open->name,
                     .address = by.address,
                     .goes_on = goes_on(by)};
    // What is fetched in another request is written down then.
    if (!by.comes_back) co_await note(call, what);
    const auto there = co_await attachments::on_disk(call, *file).as_result();
    if (!there) co_return its.later();
    auto made = sent(row, *there, as_download);
    made.grants = vouched_text(*here.open);
    co_return made;
}

}  // namespace share_links
