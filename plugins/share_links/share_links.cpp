// Share links: files for people without an account, by a link that somebody made who may see them.
#include <algorithm>
#include <parley/aside.hpp>
#include <parley/plugin.hpp>
#include <parley/storage.hpp>
#include <parley/web_files.hpp>

#include "links.hpp"
#include "pages.hpp"
#include "secrets.hpp"
#include "settings.hpp"
#include "standing.hpp"
#include "visiting.hpp"

namespace share_links {
namespace {

const std::string create_right = "share_links.create";
const std::string manage_right = "share_links.manage";
const std::string all_path = "/api/v1/share-links";
const std::string one_path = all_path + "/{link}";
const std::string made_in = "/api/v1/conversations/{conversation}/share-links";
constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t usual_minutes = std::int64_t{7} * 24 * 60;
constexpr std::size_t least_password = 8;

std::string word_of(link_type is) { return boost::describe::enum_to_string(is, ""); }

class plugin : public sdk::with_web_piece {
public:
    void setup(sdk::registry<plugin>& on) {
        offer_web_piece(on, {.plugin = "share_links", .style = true});
        offer_making(on);
        offer_looking_after(on);
        offer_visiting(on);
        on.after("file.removed", &plugin::file_was_removed);
        on.after("file.changed", &plugin::file_was_changed);
        on.after("conversation.deleted", &plugin::conversation_was_deleted);
        on.job("sweep", {.every = std::chrono::minutes(10), .lease = std::chrono::minutes(5), .most_tries = 0},
               &plugin::sweep);
        made_ = on.counter("made", "Links that somebody made.");
        visiting_.opened = on.counter("opened", "Links that somebody opened: uses.");
        visiting_.wrong_passwords = on.counter("wrong_passwords", "Wrong passwords for links.");
        visiting_.refused = on.counter("refused", "Visits by links that were over.");
    }

private:
    static std::map<std::string, std::string> fields() {
        return {{"conversation", "The conversation."},
                {"file", "The file; without it the link leads to all files of the conversation, also to later ones."},
                {"type", "view_only, when it is not said, or download."},
                {"minutes", "For how many minutes it is good; 10080 when it is not said, or as many as may be."},
                {"password", "At least 8 bytes; whoever opens the link is asked for it."},
                {"max_uses", "How many browsers may open it; as many as like to when it is not said."},
                {"note", "What it is for; nobody who opens it reads it."},
                {"link", "The link's id."},
                {"before", "Earlier ones than this; the latest come first."},
                {"limit", "How many at most; 50 when it is not said."}};
    }

    void offer_making(sdk::registry<plugin>& on) {
        on.command("share_link.create", create_right,
                   {"POST", made_in, "Makes a link. Its path is said here and never again.", fields()},
                   &plugin::create);
        on.command("share_link.terms", create_right,
                   {"GET", made_in + "/terms", "What links may be like here.", fields()}, &plugin::terms);
    }

    void offer_looking_after(sdk::registry<plugin>& on) {
        on.command("share_link.list", create_right, {"GET", all_path, "One's own links.", fields()}, &plugin::list);
        on.command("share_link.list_any", manage_right,
                   {"GET", "/api/v1/share-links-of-all", "Everybody's links.", fields()}, &plugin::list);
        on.command("share_link.revoke", create_right,
                   {"DELETE", one_path, "Ends a link of one's own, also where it is open.", fields()}, &plugin::revoke);
        on.command("share_link.revoke_any", manage_right,
                   {"DELETE", one_path + "/any", "Ends anybody's link.", fields()}, &plugin::revoke);
        on.command("share_link.log", create_right,
                   {"GET", one_path + "/log", "Who used a link of one's own, from where and when.", fields()},
                   &plugin::log);
        on.command("share_link.log_any", manage_right,
                   {"GET", one_path + "/log/any", "Who used anybody's link.", fields()}, &plugin::log);
    }

    void offer_visiting(sdk::registry<plugin>& on) {
        on.transfer("share_link.style", sdk::anybody,
                    {.method = "GET", .path = "/share_links/page.css", .sentence = "What pages of links look like."},
                    &plugin::style);
        const auto path = link_root + "{token}";
        const std::map<std::string, std::string> said{{"token", "What the link is known by."},
                                                      {"file", "The file."},
                                                      {"after", "Later ones than this."},
                                                      {"download", "To be kept and not to be shown."}};
        on.transfer("share_link.page", sdk::anybody,
                    {.method = "GET",
                     .path = path,
                     .sentence = "What a link leads to, as a page.",
                     .fields = said,
                     .secret = "token"},
                    &plugin::page);
        on.transfer("share_link.open", sdk::anybody,
                    {.method = "POST",
                     .path = path,
                     .sentence = "Opens a link for this browser; a use.",
                     .fields = said,
                     .secret = "token",
                     .takes = sdk::takes::parts},
                    &plugin::admit, &plugin::open);
        on.transfer("share_link.content", sdk::anybody,
                    {.method = "GET",
                     .path = path + "/files/{file}",
                     .sentence = "A file that a link leads to, for a browser that opened it.",
                     .fields = said,
                     .secret = "token"},
                    &plugin::content);
    }

    // Making.

    sdk::result<shown_terms> terms(sdk::call call, terms_request) {
        const auto here = call.settings<settings>();
        return shown_terms{.types = here->types,
                           .max_minutes = here->max_lifetime,
                           .usual_minutes = std::min(usual_minutes, here->max_lifetime),
                           .needs_password = here->require_password,
                           .conversation_links = here->allow_conversation_links};
    }

    static sdk::result<link_row> row_for(const sdk::call& call, const create_request& in) {
        const auto here = call.settings<settings>();
        link_row row;
        row.type = word_of(in.type.value_or(link_type::view_only));
        if (std::find(here->types.begin(), here->types.end(), row.type) == here->types.end())
            return sdk::invalid("type", "type_off", "Links of this type are not made here.");
        if (!in.file && !here->allow_conversation_links)
            return sdk::invalid("file", "conversation_links_off", "Links to whole conversations are not made here.");
        const auto minutes = in.minutes ? std::int64_t{*in.minutes} : std::min(usual_minutes, here->max_lifetime);
        if (minutes > here->max_lifetime)
            return sdk::invalid("minutes", "too_long",
                                "A link is good for " + std::to_string(here->max_lifetime) + " minutes at most.");
        const auto password = in.password ? std::string(*in.password) : std::string();
        if (password.empty() && here->require_password)
            return sdk::invalid("password", "password_needed", "Links need a password here.");
        if (!password.empty() && password.size() < least_password)
            return sdk::invalid("password", "password_short", "A password has at least 8 bytes.");
        row.tenant = call.tenant.number();
        row.maker = call.user.number();
        row.conversation = in.conversation.number();
        row.model = call.model;
        row.note = in.note ? std::string(*in.note) : std::string();
        row.max_uses = in.max_uses ? std::int64_t{*in.max_uses} : 0;
        row.expires = sdk::now() + minutes * minute_ms;
        return row;
    }

    sdk::task<made_link> create(sdk::call call, create_request in) {
        auto row = co_await row_for(call, in);
        if (in.file) co_await lead_to(call, row, *in.file);
        if (in.password && !in.password->empty()) {
            const auto hash = co_await sdk::aside([&] { return hash_password(*in.password); });
            if (!hash) co_return sdk::unavailable("memory_short", "There is not enough memory now; try again.");
            row.password = *hash;
        }
        const auto token = new_token();
        row.token_hash = digest_of(token);
        row.secret = new_secret();
        const auto most = call.settings<settings>()->max_links;
        co_await call.storage([&](odb::database& db) { return add_link(db, row, most, sdk::now()); });
        co_await tell_of_making(call, row);
        made_.add();
        made_link made;
        static_cast<shown_link&>(made) = shown(row, sdk::now());
        made.path = link_root + token;
        co_return made;
    }

    /// Nobody is told the token of a link that auditors were not told of.
    static sdk::task<> tell_of_making(sdk::call call, link_row row) {
        sdk::audit_line line{.action = "created", .subject_kind = "link", .subject = sdk::id(row.id)};
        line.details = {{"conversation", std::to_string(row.conversation)},
                        {"type", row.type},
                        {"password", !row.password.empty()},
                        {"max_uses", row.max_uses},
                        {"expires_at", row.expires}};
        if (row.file != 0) line.details["file"] = std::to_string(row.file);
        const auto told = co_await call.audit(line).as_result();
        if (told) co_return;
        co_await call.storage([&](odb::database& db) { remove_link(db, row); });
        co_await sdk::error(told.error());
    }

    /// To a file that the caller may have, that everybody who sees its message has, and that can be given as it is
    /// meant to.
    sdk::task<> lead_to(sdk::call call, link_row& row, sdk::id file) {
        const attachments::one_file which{file};
        const auto found = co_await call.service<attachments::file_facts>("attachments.may_see/1", which);
        if (found.conversation != sdk::id(row.conversation))
            co_await sdk::not_found("file_unknown", "There is no such file.");
        if (!is_given_out(found)) co_await sdk::conflict("file_not_sent", "This file is in no message that all see.");
        if (type_of(row) == link_type::view_only && showing_of(found.type) == showing::not_at_all)
            co_await sdk::invalid("type", "not_to_be_shown", "No browser shows files of this type by itself.");
        row.file = file.number();
        row.name = found.name;
    }

    // Looking after.

    /// Whose links somebody may look after by what was called; none: everybody's.
    static sdk::id whose(const sdk::call& call) {
        return call.name.find("_any") == std::string::npos ? call.user : sdk::id();
    }

    sdk::task<shown_links> list(sdk::call call, list_request in) {
        co_return co_await call.storage(
            [&](odb::database& db) { return list_links(db, call.tenant, whose(call), in, sdk::now()); });
    }
    sdk::task<shown_link> revoke(sdk::call call, one_link in) {
        bool was_over = false;
        const auto revoked = co_await call.storage([&](odb::database& db) -> sdk::result<shown_link> {
            const auto row = require_link(db, call.tenant, in.link, whose(call));
            if (!row) return row.error();
            was_over = (*row)->ended != 0;
            end_link(db, **row, "revoked", call.user, sdk::now());
            return shown(**row, sdk::now());
        });
        sdk::audit_line line{.action = "revoked", .subject_kind = "link", .subject = in.link};
        line.details = {{"maker", revoked.maker.text()}, {"conversation", revoked.conversation.text()}};
        if (was_over) line.details["was_over"] = true;
        co_await call.audit(line);
        co_return revoked;
    }
    sdk::task<shown_visits> log(sdk::call call, log_request in) {
        co_return co_await call.storage([&](odb::database& db) -> sdk::result<shown_visits> {
            const auto row = require_link(db, call.tenant, in.link, whose(call));
            if (!row) return row.error();
            return list_visits(db, **row, in);
        });
    }

    // Visiting.

    sdk::reply style() {
        return sdk::reply::send({.path = "share:page.css",
                                 .type = "text/css; charset=utf-8",
                                 .attachment = false,
                                 .cache = std::string(sdk::web_fresh)});
    }
    sdk::task<sdk::reply> page(sdk::call call, page_request in, sdk::visitor by) {
        return visiting_.page(std::move(call), std::move(in), std::move(by));
    }
    sdk::admission admit(token_request) { return visiting::admit(); }
    sdk::task<sdk::reply> open(sdk::call call, token_request in, sdk::visitor by, sdk::received form) {
        return visiting_.open(std::move(call), std::move(in), std::move(by), std::move(form));
    }
    sdk::task<sdk::reply> content(sdk::call call, content_request in, sdk::visitor by) {
        return visiting_.content(std::move(call), in, std::move(by));
    }

    // What ends links.

    sdk::task<> file_was_removed(sdk::event event) {
        const auto what = co_await event.as<attachments::file_removed>();
        co_await event.storage([&](odb::database& db) { remove_links_of_file(db, event.tenant, what.file); });
    }
    sdk::task<> file_was_changed(sdk::event event) {
        const auto what = co_await event.as<attachments::file_changed>();
        if (!is_lost(what.state)) co_return;
        co_await event.storage([&](odb::database& db) { end_links_of_file(db, event.tenant, what.file, sdk::now()); });
    }
    sdk::task<> conversation_was_deleted(sdk::event event) {
        co_await event.storage(
            [&](odb::database& db) { remove_links_of_conversation(db, event.tenant, event.conversation); });
    }
    sdk::task<> sweep(sdk::call call) {
        const auto days = call.settings<settings>()->log_days;
        co_await call.storage([&](odb::database& db) { forget_old(db, call.tenant, days, sdk::now()); });
    }

    sdk::counter made_;
    visiting visiting_;
};

}  // namespace
}  // namespace share_links

PARLEY_PLUGIN(share_links::plugin);
