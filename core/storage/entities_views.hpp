// What queries over several tables answer, as classes that the ODB compiler reads as C++14.
#pragma once

#include "storage/entities.hpp"

namespace parley {
namespace storage {

#pragma db view object(member_row) object(conversation_row inner : member_row::key.conversation == conversation_row::id)
struct membership_view {
    std::shared_ptr<member_row> as;
    std::shared_ptr<conversation_row> in;
};

#pragma db view object(member_row) object(account_row inner : member_row::key.account == account_row::id)
struct member_entry_view {
    std::shared_ptr<member_row> as;
    std::shared_ptr<account_row> who;
};

#pragma db view object(conversation_ban_row) \
    object(account_row inner : conversation_ban_row::key.account == account_row::id)
struct ban_entry_view {
    std::shared_ptr<conversation_ban_row> what;
    std::shared_ptr<account_row> who;
};

// The following carry no query of their own; the SQL stands where it is asked, columns in this order.

#pragma db view
struct number_view {
    maybe_bigint value;
};

#pragma db view
struct tenant_size_view {
    bigint tenant = 0;
    bigint count = 0;
    bigint sum = 0;
};

#pragma db view
struct unread_view {
    bigint messages = 0;
    bigint mentions = 0;
};

#pragma db view
struct thread_totals_view {
    bigint replies = 0;
    maybe_bigint last_reply_at;
};

#pragma db view
struct shown_identity_view {
    short from = 0;
    bigint id = 0;
    std::string name;
    std::string avatar;
};

/// A tenant's clock row under the writer's lock.
#pragma db view
struct tenant_clock_view {
    bigint tenant = 0;
    bigint position = 0;
    bigint log_begin = 0;
    bigint generation = 0;
    bigint transaction = 0;  ///< PostgreSQL's number of this transaction, 0 for SQLite
};

#pragma db view object(plugin_cursor_row) object(tenant_row inner : plugin_cursor_row::key.tenant == tenant_row::id)
struct plugin_place_view {
    std::shared_ptr<plugin_cursor_row> cursor;
    std::shared_ptr<tenant_row> of;
};

/// A row of a plugin's table parley_outbox.
#pragma db view
struct outbox_view {
    bigint id = 0;
    bigint tenant = 0;
    std::string type;
    bigint conversation = 0;
    bigint account = 0;
    bigint about = 0;
    std::string data;
};

#pragma db view
struct text_view {
    std::string value;
};

}  // namespace storage
}  // namespace parley
