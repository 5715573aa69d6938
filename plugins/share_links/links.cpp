// A link is counted, ended and forgotten in one transaction each, so two at once are one after the other.
#include "links.hpp"

#include <algorithm>

#include "entities-odb.hpp"

namespace share_links {
namespace {

using link_query = odb::query<link_row>;
using past_query = odb::query<past_row>;
using visit_query = odb::query<visit_row>;
using maker_query = odb::query<maker_row>;
using count_query = odb::query<link_count>;

constexpr std::int64_t guess_ms = 60'000;  // one try a minute
constexpr std::int64_t guesses_at_once = 10;
constexpr std::int64_t day_ms = 86'400'000;

template <class Enum>
std::string word_of(Enum is) {
    return boost::describe::enum_to_string(is, "");
}

std::string limit_of(std::int64_t rows) { return "LIMIT " + std::to_string(rows); }

template <class Row>
std::vector<std::shared_ptr<Row>> all_of(odb::database& db, const odb::query<Row>& wanted) {
    std::vector<std::shared_ptr<Row>> all;
    auto found = db.query<Row>(wanted);
    for (auto i = found.begin(); i != found.end(); ++i) all.push_back(i.load());
    return all;
}

std::optional<std::int64_t> number_or_none(std::int64_t is) {
    return is == 0 ? std::optional<std::int64_t>() : std::optional(is);
}
std::optional<sdk::id> id_or_none(std::int64_t is) {
    return is == 0 ? std::optional<sdk::id>() : std::optional(sdk::id(is));
}

link_ptr find_one(odb::database& db, sdk::id tenant, std::int64_t link) {
    return db.query_one<link_row>(link_query::id == link && link_query::tenant == tenant.number());
}

/// Whether a line is of somebody who has the link open.
bool is_of_a_guest(const visit& what) { return !what.session.empty(); }

}  // namespace

link_type type_of(const link_row& row) {
    auto made = link_type::view_only;
    boost::describe::enum_from_string(row.type.c_str(), made);
    return made;
}

link_state state_of(const link_row& row, std::int64_t now) {
    if (row.ended != 0) return row.why_ended == "revoked" ? link_state::revoked : link_state::ended;
    if (row.expires <= now) return link_state::expired;
    return row.max_uses != 0 && row.uses >= row.max_uses ? link_state::used_up : link_state::good;
}

shown_link shown(const link_row& row, std::int64_t now) {
    return {.link = sdk::id(row.id),
            .maker = sdk::id(row.maker),
            .conversation = sdk::id(row.conversation),
            .file = id_or_none(row.file),
            .name = row.name,
            .type = type_of(row),
            .state = state_of(row, now),
            .has_password = !row.password.empty(),
            .max_uses = number_or_none(row.max_uses),
            .uses = row.uses,
            .note = row.note,
            .created_at = row.created,
            .expires_at = row.expires,
            .ended_at = number_or_none(row.ended)};
}

found_link find_link(odb::database& db, sdk::id tenant, const std::string& token_hash) {
    // Both are looked for, whatever is found: the answer takes as long for one that never was.
    const auto row =
        db.query_one<link_row>(link_query::tenant == tenant.number() && link_query::token_hash == token_hash);
    const auto past =
        db.query_one<past_row>(past_query::tenant == tenant.number() && past_query::token_hash == token_hash);
    return {row, past != nullptr};
}

sdk::result<link_ptr> require_link(odb::database& db, sdk::id tenant, sdk::id link, sdk::id maker) {
    auto row = find_one(db, tenant, link.number());
    if (row == nullptr || (maker && row->maker != maker.number()))
        return sdk::not_found("link_unknown", "There is no such link.");
    return row;
}

sdk::result<void> add_link(odb::database& db, link_row& row, std::int64_t most, std::int64_t now) {
    auto maker = db.query_one<maker_row>(maker_query::tenant == row.tenant && maker_query::user_id == row.maker);
    if (maker == nullptr) {
        maker = std::make_shared<maker_row>();
        maker->id = sdk::next_id().number();
        maker->tenant = row.tenant;
        maker->user_id = row.maker;
        db.persist(*maker);
    }
    // Written by everybody who counts, so that on PostgreSQL the second of two at once counts again.
    ++maker->made;
    db.update(*maker);
    const auto good = db.query_value<link_count>(count_query::tenant == row.tenant && count_query::maker == row.maker &&
                                                 count_query::ended == 0 && count_query::expires > now)
                          .count;
    if (good >= most) return sdk::conflict("too_many_links", "You have too many links that are good; revoke some.");
    row.id = sdk::next_id().number();
    row.created = now;
    db.persist(row);
    return {};
}

shown_links list_links(odb::database& db, sdk::id tenant, sdk::id maker, const list_request& in, std::int64_t now) {
    const auto limit = in.limit ? std::int64_t{*in.limit} : 50;
    link_query wanted = link_query::tenant == tenant.number();
    if (maker) wanted = wanted && link_query::maker == maker.number();
    if (in.conversation) wanted = wanted && link_query::conversation == in.conversation->number();
    if (in.file) wanted = wanted && link_query::file == in.file->number();
    if (in.before) wanted = wanted && link_query::id < in.before->number();
    shown_links page;
    for (const auto& one : all_of<link_row>(db, wanted + "ORDER BY" + link_query::id + "DESC" + limit_of(limit + 1)))
        page.links.push_back(shown(*one, now));
    page.more = static_cast<std::int64_t>(page.links.size()) > limit;
    if (page.more) page.links.pop_back();
    return page;
}

shown_visits list_visits(odb::database& db, const link_row& of, const log_request& in) {
    const auto limit = in.limit ? std::int64_t{*in.limit} : 50;
    visit_query wanted = visit_query::tenant == of.tenant && visit_query::link == of.id;
    if (in.before) wanted = wanted && visit_query::id < in.before->number();
    shown_visits page;
    for (const auto& one :
         all_of<visit_row>(db, wanted + "ORDER BY" + visit_query::id + "DESC" + limit_of(limit + 1))) {
        auto what = visit_kind::seen;
        boost::describe::enum_from_string(one->what.c_str(), what);
        page.visits.push_back({.visit = sdk::id(one->id),
                               .what = what,
                               .file = id_or_none(one->file),
                               .session = one->session.empty() ? std::nullopt : std::optional(one->session),
                               .address = one->address,
                               .at = one->at,
                               .last_at = one->last,
                               .times = one->times});
    }
    page.more = static_cast<std::int64_t>(page.visits.size()) > limit;
    if (page.more) page.visits.pop_back();
    return page;
}

void end_link(odb::database& db, link_row& row, const std::string& why, sdk::id by, std::int64_t now) {
    if (row.ended != 0) return;
    row.ended = now;
    row.why_ended = why;
    row.ended_by = by.number();
    db.update(row);
}

void remove_link(odb::database& db, const link_row& row) {
    db.erase_query<visit_row>(visit_query::tenant == row.tenant && visit_query::link == row.id);
    if (db.erase_query<link_row>(link_query::id == row.id) == 0) return;
    past_row left;
    left.id = sdk::next_id().number();
    left.tenant = row.tenant;
    left.token_hash = row.token_hash;
    db.persist(left);
}

void remove_links_of_file(odb::database& db, sdk::id tenant, sdk::id file) {
    for (const auto& one :
         all_of<link_row>(db, link_query::tenant == tenant.number() && link_query::file == file.number()))
        remove_link(db, *one);
    db.erase_query<visit_row>(visit_query::tenant == tenant.number() && visit_query::file == file.number());
}

void end_links_of_file(odb::database& db, sdk::id tenant, sdk::id file, std::int64_t now) {
    for (const auto& one :
         all_of<link_row>(db, link_query::tenant == tenant.number() && link_query::file == file.number()))
        end_link(db, *one, "file", {}, now);
}

void remove_links_of_conversation(odb::database& db, sdk::id tenant, sdk::id conversation) {
    for (const auto& one : all_of<link_row>(
             db, link_query::tenant == tenant.number() && link_query::conversation == conversation.number()))
        remove_link(db, *one);
}

std::int64_t pay_for_guess(odb::database& db, sdk::id tenant, std::int64_t link, std::int64_t now) {
    const auto row = find_one(db, tenant, link);
    if (row == nullptr) return 0;
    const auto spent = std::max(row->guesses, now) + guess_ms;
    const auto most = now + guess_ms * guesses_at_once;
    if (spent > most) return spent - most;
    row->guesses = spent;
    db.update(*row);
    return 0;
}

bool use_link(odb::database& db, sdk::id tenant, std::int64_t link, std::int64_t now) {
    const auto row = find_one(db, tenant, link);
    if (row == nullptr || state_of(*row, now) != link_state::good) return false;
    ++row->uses;
    if (!row->password.empty()) row->guesses = std::max<std::int64_t>(0, row->guesses - guess_ms);
    db.update(*row);
    return true;
}

void note_visit(odb::database& db, sdk::id tenant, const visit& what, std::int64_t now) {
    const auto known =
        db.query_one<visit_row>(visit_query::tenant == tenant.number() && visit_query::link == what.link &&
                                visit_query::what == word_of(what.what) && visit_query::file == what.file &&
                                visit_query::session == what.session && visit_query::address == what.address);
    if (known != nullptr) {
        known->last = now;
        if (!what.goes_on) ++known->times;
        return db.update(*known);
    }
    if (!is_of_a_guest(what) && !what.address.empty()) {
        using query = odb::query<visit_count>;
        const auto lines = db.query_value<visit_count>(query::tenant == tenant.number() && query::link == what.link &&
                                                       query::session == std::string())
                               .count;
        auto all_others = what;
        all_others.address.clear();
        if (lines >= most_lines_of_strangers) return note_visit(db, tenant, all_others, now);
    }
    visit_row row;
    row.id = sdk::next_id().number();
    row.tenant = tenant.number();
    row.link = what.link;
    row.what = word_of(what.what);
    row.file = what.file;
    row.session = what.session;
    row.address = what.address;
    row.at = row.last = now;
    row.times = 1;
    db.persist(row);
}

void forget_old(odb::database& db, sdk::id tenant, std::int64_t days, std::int64_t now) {
    const auto before = now - days * day_ms;
    const auto wanted = link_query::tenant == tenant.number() &&
                        (link_query::expires < before || (link_query::ended != 0 && link_query::ended < before));
    for (const auto& one : all_of<link_row>(db, wanted + limit_of(300))) remove_link(db, *one);
    db.erase_query<visit_row>(visit_query::tenant == tenant.number() && visit_query::last < before);
}

}  // namespace share_links
