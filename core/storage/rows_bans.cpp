// Who is barred from which conversation.
#include "storage/load.hpp"
#include "storage/rows.hpp"

namespace parley::storage {

std::optional<conversation_ban> rows::find_ban(conversation_id from, user_id who) {
    conversation_ban_row row;
    member_key key;
    key.conversation = from.value;
    key.account = who.value;
    if (!db_.find(key, row) || row.tenant != tenant_.value) return std::nullopt;
    return to_value(row);
}

std::vector<conversation_ban> rows::bans_of(user_id who) {
    using q = odb::query<conversation_ban_row>;
    return load_all<conversation_ban_row>(db_, q::key.account == who.value && q::tenant == tenant_.value);
}

std::vector<kernel::ban_entry> rows::bans(conversation_id from, moment now, user_id after, int limit) {
    using q = odb::query<ban_entry_view>;
    std::vector<kernel::ban_entry> all;
    each_view<ban_entry_view>(
        db_,
        (q::conversation_ban_row::key.conversation == from.value && q::conversation_ban_row::tenant == tenant_.value &&
         q::conversation_ban_row::key.account > after.value &&
         (q::conversation_ban_row::ends_at.is_null() || q::conversation_ban_row::ends_at > microseconds(now))) +
            "ORDER BY" + q::conversation_ban_row::key.account + most(limit),
        [&](const ban_entry_view& one) { all.push_back({.what = to_value(*one.what), .who = to_value(*one.who)}); });
    return all;
}

}  // namespace parley::storage
