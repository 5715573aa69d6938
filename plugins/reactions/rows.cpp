// The rows and their tallies, changed together.
#include "rows.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "entities-odb.hpp"
#include "entities.hpp"

namespace reactions {
namespace {

using row_query = odb::query<reaction_row>;
using tally_query = odb::query<tally_row>;

constexpr std::size_t first_users = 8;

row_query row_of(const reaction& of) {
    return row_query::tenant == of.tenant.number() && row_query::message == of.message.number() &&
           row_query::emoji == of.emoji && row_query::user_id == of.user.number();
}

std::shared_ptr<tally_row> find_tally(odb::database& db, const reaction& of) {
    return db.query_one<tally_row>(tally_query::tenant == of.tenant.number() &&
                                   tally_query::message == of.message.number() && tally_query::emoji == of.emoji);
}

std::vector<sdk::id> read_users(const std::string& first) {
    std::vector<sdk::id> all;
    for (std::size_t at = 0; at < first.size();) {
        const auto end = std::min(first.find(' ', at), first.size());
        all.push_back(sdk::id::parse(std::string_view(first).substr(at, end - at)));
        at = end + 1;
    }
    return all;
}

void append_user(tally_row& to, sdk::id user) {
    if (static_cast<std::size_t>(to.count) > first_users) return;
    if (!to.first.empty()) to.first += ' ';
    to.first += user.text();
}

/// After one of the first is gone, another one moves up.
std::string find_first(odb::database& db, const reaction& of) {
    tally_row made;
    const row_query all = row_query::tenant == of.tenant.number() && row_query::message == of.message.number() &&
                          row_query::emoji == of.emoji;
    for (const auto& row : db.query<reaction_row>(all + "ORDER BY" + row_query::id + "LIMIT 8"))
        append_user(made, sdk::id(row.user_id));
    return made.first;
}

}  // namespace

sdk::result<counted> add(odb::database& db, const reaction& what, std::int64_t most) {
    auto tally = find_tally(db, what);
    if (tally && db.query_one<reaction_row>(row_of(what))) return counted{tally->count, false};
    if (!tally) {
        auto others = db.query<tally_row>(tally_query::tenant == what.tenant.number() &&
                                          tally_query::message == what.message.number());
        if (std::distance(others.begin(), others.end()) >= most)
            return sdk::conflict("reactions_full", "This message has as many different reactions as it can have.");
        tally = std::make_shared<tally_row>();
        tally->id = sdk::next_id().number();
        tally->tenant = what.tenant.number();
        tally->message = what.message.number();
        tally->emoji = what.emoji;
        db.persist(*tally);
    }
    const reaction_row row{.id = sdk::next_id().number(),
                           .tenant = what.tenant.number(),
                           .message = what.message.number(),
                           .emoji = what.emoji,
                           .user_id = what.user.number(),
                           .at = sdk::now()};
    db.persist(row);
    ++tally->count;
    append_user(*tally, what.user);
    db.update(*tally);
    return counted{tally->count, true};
}

counted remove(odb::database& db, const reaction& what) {
    const auto tally = find_tally(db, what);
    if (!tally) return {};
    if (db.erase_query<reaction_row>(row_of(what)) == 0) return {tally->count, false};
    if (--tally->count == 0) {
        db.erase(*tally);
        return {0, true};
    }
    tally->first = find_first(db, what);
    db.update(*tally);
    return {tally->count, true};
}

std::vector<shown_message> show(odb::database& db, sdk::id tenant, const std::vector<sdk::id>& messages,
                                sdk::id viewer) {
    std::vector<std::int64_t> numbers;
    std::map<sdk::id, std::size_t> places;
    std::vector<shown_message> all;
    for (const auto one : messages) {
        if (!places.emplace(one, all.size()).second) continue;
        numbers.push_back(one.number());
        all.push_back({one, {}});
    }
    if (all.empty()) return all;

    std::set<std::pair<std::int64_t, std::string>> mine;
    for (const auto& row : db.query<reaction_row>(row_query::tenant == tenant.number() &&
                                                  row_query::message.in_range(numbers.begin(), numbers.end()) &&
                                                  row_query::user_id == viewer.number()))
        mine.emplace(row.message, row.emoji);

    const tally_query wanted =
        tally_query::tenant == tenant.number() && tally_query::message.in_range(numbers.begin(), numbers.end());
    for (const auto& tally : db.query<tally_row>(wanted + "ORDER BY" + tally_query::id))
        all[places.at(sdk::id(tally.message))].reactions.push_back(
            {tally.emoji, tally.count, read_users(tally.first), mine.contains({tally.message, tally.emoji})});
    return all;
}

page_of_users users_of(odb::database& db, const reaction& after, std::int64_t limit) {
    const row_query wanted = row_query::tenant == after.tenant.number() &&
                             row_query::message == after.message.number() && row_query::emoji == after.emoji &&
                             row_query::user_id > after.user.number();
    page_of_users page;
    for (const auto& row :
         db.query<reaction_row>(wanted + "ORDER BY" + row_query::user_id + ("LIMIT " + std::to_string(limit + 1)))) {
        if (static_cast<std::int64_t>(page.users.size()) == limit)
            page.more = true;
        else
            page.users.emplace_back(row.user_id);
    }
    return page;
}

void forget(odb::database& db, sdk::id tenant, sdk::id message) {
    db.erase_query<reaction_row>(row_query::tenant == tenant.number() && row_query::message == message.number());
    db.erase_query<tally_row>(tally_query::tenant == tenant.number() && tally_query::message == message.number());
}

}  // namespace reactions
