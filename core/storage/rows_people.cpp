// The log, users, conversations and members.
#include <fmt/core.h>

#include <algorithm>

#include "storage/fold.hpp"
#include "storage/load.hpp"
#include "storage/rows.hpp"

namespace parley::storage {

std::optional<tenant_row> rows::clock() {
    tenant_row row;
    return db_.find(tenant_.value, row) ? std::make_optional(row) : std::nullopt;
}

std::vector<event> rows::events_after(position since, int limit) {
    using q = odb::query<event_row>;
    return load_all<event_row>(
        db_, (q::key.tenant == tenant_.value && q::key.position > since) + "ORDER BY" + q::key.position + most(limit));
}

position rows::log_position_before(moment before) {
    using q = odb::query<event_row>;
    position found = 0;
    each<event_row>(db_,
                    (q::key.tenant == tenant_.value && q::created_at < microseconds(before)) + "ORDER BY" +
                        q::created_at + "DESC," + q::key.position + "DESC LIMIT 1",
                    [&](const event_row& row) { found = row.key.position; });
    return found;
}

std::optional<user> rows::find_user(user_id id) {
    account_row row;
    if (!db_.find(id.value, row) || row.tenant != tenant_.value) return std::nullopt;
    return to_value(row);
}

std::optional<user> rows::find_user(std::string_view username) {
    using q = odb::query<account_row>;
    return load_one<account_row>(db_, q::tenant == tenant_.value && q::username == std::string(username));
}

std::vector<user> rows::users(std::span<const user_id> ids) {
    using q = odb::query<account_row>;
    std::vector<user> all;
    in_slices(ids, [&](std::span<const user_id> some) {
        const auto listed = numbers(some);
        std::ranges::move(
            load_all<account_row>(db_, q::tenant == tenant_.value && q::id.in_range(listed.begin(), listed.end())),
            std::back_inserter(all));
    });
    return all;
}

std::vector<user> rows::users(std::span<const std::string> usernames) {
    using q = odb::query<account_row>;
    std::vector<user> all;
    in_slices(usernames, [&](std::span<const std::string> some) {
        std::ranges::move(
            load_all<account_row>(db_, q::tenant == tenant_.value && q::username.in_range(some.begin(), some.end())),
            std::back_inserter(all));
    });
    return all;
}

std::vector<user> rows::list_users(std::string_view prefix, std::string_view after, int limit) {
    using q = odb::query<account_row>;
    q asked(q::tenant == tenant_.value && q::username > std::string(after));
    if (!prefix.empty()) {
        const auto pattern = starting_with(fold(prefix));
        asked = asked && (q::username.like(pattern, "\\") || q::folded_name.like(pattern, "\\"));
    }
    return load_all<account_row>(db_, asked + "ORDER BY" + q::username + most(limit));
}

std::optional<conversation> rows::find_conversation(conversation_id id) {
    conversation_row row;
    if (!db_.find(id.value, row) || row.tenant != tenant_.value) return std::nullopt;
    return to_value(row);
}

std::optional<conversation> rows::find_direct(std::string_view direct_key) {
    using q = odb::query<conversation_row>;
    return load_one<conversation_row>(
        db_, q::tenant == tenant_.value && q::direct_key == std::string(direct_key) && q::deleted_at.is_null());
}

std::vector<conversation> rows::list_open(std::string_view contains, std::string_view after_name,
                                          conversation_id after_id, int limit) {
    using q = odb::query<conversation_row>;
    // The number stands as it is, so that the index of open conversations is seen to fit.
    q asked(q::tenant == tenant_.value && q("\"conversation\".\"who_finds\" = 1") && q::archived_at.is_null() &&
            q::deleted_at.is_null());
    const auto start = fold(after_name);
    if (after_id || !start.empty())
        asked = asked && (q::folded_name > start || (q::folded_name == start && q::id > after_id.value));
    if (!contains.empty()) asked = asked && q::folded_name.like(containing(fold(contains)), "\\");
    return load_all<conversation_row>(db_, asked + "ORDER BY" + q::folded_name + "," + q::id + most(limit));
}

std::optional<member> rows::find_member(conversation_id in, user_id who) {
    member_row row;
    member_key key;
    key.conversation = in.value;
    key.account = who.value;
    if (!db_.find(key, row) || row.tenant != tenant_.value) return std::nullopt;
    return to_value(row);
}

std::vector<kernel::membership> rows::memberships_of(user_id who) {
    using q = odb::query<membership_view>;
    std::vector<kernel::membership> all;
    each_view<membership_view>(
        db_,
        q::member_row::key.account == who.value && q::member_row::tenant == tenant_.value &&
            q::conversation_row::deleted_at.is_null(),
        [&](const membership_view& one) { all.push_back({.in = to_value(*one.in), .as = to_value(*one.as)}); });
    return all;
}

std::vector<kernel::member_entry> rows::members(conversation_id in, user_id after, int limit) {
    using q = odb::query<member_entry_view>;
    std::vector<kernel::member_entry> all;
    each_view<member_entry_view>(
        db_,
        (q::member_row::key.conversation == in.value && q::member_row::tenant == tenant_.value &&
         q::member_row::key.account > after.value) +
            "ORDER BY" + q::member_row::key.account + most(limit),
        [&](const member_entry_view& one) { all.push_back({.as = to_value(*one.as), .who = to_value(*one.who)}); });
    return all;
}

std::int64_t rows::count_owners(conversation_id in) {
    using q = odb::query<number_view>;
    std::int64_t owners = 0;
    each_view<number_view>(
        db_,
        q(fmt::format("SELECT COUNT(*) FROM member WHERE conversation = {} AND tenant = {} AND role = {}", in.value,
                      tenant_.value, static_cast<int>(member_role::owner))),
        [&](const number_view& one) { owners = one.value.get(); });
    return owners;
}

std::vector<user_id> rows::contacts_of(user_id who) {
    using q = odb::query<number_view>;
    std::vector<user_id> all;
    // UNION also takes out what is double.
    each_view<number_view>(
        db_,
        q(fmt::format(
            "SELECT o.account FROM member m JOIN conversation c ON c.id = m.conversation AND c.deleted_at IS NULL"
            " JOIN member o ON o.conversation = m.conversation WHERE m.account = {0} AND m.tenant = {1}"
            " UNION SELECT a.id FROM account a WHERE a.id = {0} AND a.tenant = {1}",
            who.value, tenant_.value)),
        [&](const number_view& one) { all.push_back(user_id{one.value.get()}); });
    return all;
}

}  // namespace parley::storage
