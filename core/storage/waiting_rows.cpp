// PostgreSQL gets a column as an array in its binary form. A statement with a round trip for each row cost three times
// what the row does; ODB 2.4 sends several rows at once to other databases only.
#include "storage/waiting_rows.hpp"

#include <utility>

#include "storage/load.hpp"
#include "storage/prepared.hpp"

namespace parley::storage {
namespace {

constexpr short published = static_cast<short>(message_state::published);
constexpr short by_account = static_cast<short>(shown_identity::source::account);
constexpr short to_members = static_cast<short>(audience::members);
constexpr auto most_common_event = "message.created";

/// Most messages and events have the same in half of their columns. An array costs PostgreSQL about as much as writing
/// the value does, so these stand in the statement.
bool is_plain(const message_row& row) {
    return row.shown_from == by_account && row.shown_name.empty() && row.shown_avatar.empty() && row.data.empty() &&
           row.reply_to.null() && row.thread_root.null() && row.thread_replies == 0 &&
           row.thread_last_reply_at.null() && row.thread_participants.empty() && row.state == published &&
           row.state_reason.empty() && row.holds.empty() && row.mention_count == 0 && row.edited_at.null() &&
           row.deleted_at.null();
}

bool is_plain(const event_row& row) {
    return row.type == most_common_event && row.heard_by == to_members && row.account.null();
}

constexpr auto insert_messages =
    "INSERT INTO message (id, tenant, conversation, seq, author, shown_from, shown_id, shown_name, "
    "shown_avatar, type, text, data, reply_to, thread_root, thread_replies, thread_last_reply_at, "
    "thread_participants, state, state_reason, holds, sender_key, mention_count, created_at, edited_at, "
    "deleted_at) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], "
    "$6::bigint[], $7::bigint[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], "
    "$13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[], $17::text[], $18::bigint[], $19::text[], "
    "$20::text[], $21::text[], $22::bigint[], $23::bigint[], $24::bigint[], $25::bigint[])";

void insert_all(const std::vector<message_row>& rows) {
    using row = message_row;
    statement_values values;
    values.add(rows, &row::id);
    values.add(rows, &row::tenant);
    values.add(rows, &row::conversation);
    values.add(rows, &row::seq);
    values.add(rows, &row::author);
    values.add(rows, &row::shown_from);
    values.add(rows, &row::shown_id);
    values.add(rows, &row::shown_name);
    values.add(rows, &row::shown_avatar);
    values.add(rows, &row::type);
    values.add(rows, &row::text);
    values.add(rows, &row::data);
    values.add(rows, &row::reply_to);
    values.add(rows, &row::thread_root);
    values.add(rows, &row::thread_replies);
    values.add(rows, &row::thread_last_reply_at);
    values.add(rows, &row::thread_participants);
    values.add(rows, &row::state);
    values.add(rows, &row::state_reason);
    values.add(rows, &row::holds);
    values.add(rows, &row::sender_key);
    values.add(rows, &row::mention_count);
    values.add(rows, &row::created_at);
    values.add(rows, &row::edited_at);
    values.add(rows, &row::deleted_at);
    run_prepared(insert_messages, values);
}

constexpr auto insert_events =
    "INSERT INTO event (tenant, position, type, heard_by, conversation, account, about, data, created_at) "
    "SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], "
    "$7::bigint[], $8::text[], $9::bigint[])";

void insert_all(const std::vector<event_row>& rows) {
    using row = event_row;
    statement_values values;
    values.add(rows, [](const row& one) { return one.key.tenant; });
    values.add(rows, [](const row& one) { return one.key.position; });
    values.add(rows, &row::type);
    values.add(rows, &row::heard_by);
    values.add(rows, &row::conversation);
    values.add(rows, &row::account);
    values.add(rows, &row::about);
    values.add(rows, &row::data);
    values.add(rows, &row::created_at);
    run_prepared(insert_events, values);
}

// The numbers in it are those of the enumerators above. The last condition makes it change nothing, and so be noticed,
// when a conversation is not there.
constexpr auto write_group =
    "WITH said AS (INSERT INTO message (id, tenant, conversation, seq, author, shown_from, shown_id, shown_name, "
    "shown_avatar, type, text, data, thread_replies, thread_participants, state, state_reason, holds, sender_key, "
    "mention_count, created_at) SELECT u.id, $1, u.conversation, u.seq, u.author, 1, u.shown_id, '', '', u.type, "
    "u.text, '', 0, '', 1, '', '', u.sender_key, 0, u.created_at FROM unnest($5::bigint[], $6::bigint[], $7::bigint[], "
    "$8::bigint[], $9::bigint[], $10::text[], $11::text[], $12::text[], $13::bigint[]) AS u(id, conversation, seq, "
    "author, shown_id, type, text, sender_key, created_at)), "
    "logged AS (INSERT INTO event (tenant, position, type, heard_by, conversation, about, data, created_at) "
    "SELECT $1, u.position, 'message.created', 1, u.conversation, u.about, u.data, u.created_at FROM "
    "unnest($14::bigint[], $15::bigint[], $16::bigint[], $17::text[], $18::bigint[]) AS u(position, conversation, "
    "about, data, created_at)), "
    "moved AS (UPDATE conversation AS c SET last_sequence = u.last_sequence, last_message_at = u.last_message_at FROM "
    "unnest($19::bigint[], $20::bigint[], $21::bigint[]) AS u(id, last_sequence, last_message_at) WHERE c.id = u.id "
    "AND c.id = ANY ($19::bigint[]) "
    "RETURNING 1) "
    "UPDATE tenant SET position = $2, log_begin = $3, generation = $4 WHERE id = $1::bigint AND "
    "(SELECT count(*) FROM moved) = $22::bigint";

void write_all(const std::vector<message_row>& messages, const std::vector<event_row>& events,
               const std::vector<conversation_end>& ends, const tenant_clock_view& clock) {
    statement_values values;
    values.add(clock.tenant);
    values.add(clock.position);
    values.add(clock.log_begin);
    values.add(clock.generation);
    values.add(messages, &message_row::id);
    values.add(messages, &message_row::conversation);
    values.add(messages, &message_row::seq);
    values.add(messages, &message_row::author);
    values.add(messages, &message_row::shown_id);
    values.add(messages, &message_row::type);
    values.add(messages, &message_row::text);
    values.add(messages, &message_row::sender_key);
    values.add(messages, &message_row::created_at);
    values.add(events, [](const event_row& one) { return one.key.position; });
    values.add(events, &event_row::conversation);
    values.add(events, &event_row::about);
    values.add(events, &event_row::data);
    values.add(events, &event_row::created_at);
    values.add(ends, &conversation_end::id);
    values.add(ends, &conversation_end::last_sequence);
    values.add(ends, &conversation_end::last_message_at);
    values.add(static_cast<std::int64_t>(ends.size()));
    if (run_prepared(write_group, values).changed() != 1) throw odb::object_not_persistent();
}

}  // namespace

void waiting_rows::add(message_row one) { (is_plain(one) ? messages_ : other_messages_).push_back(std::move(one)); }

void waiting_rows::add(event_row one) { (is_plain(one) ? events_ : other_events_).push_back(std::move(one)); }

void waiting_rows::add(conversation_end one) { ends_.push_back(one); }

bool waiting_rows::empty() const {
    return messages_.empty() && other_messages_.empty() && events_.empty() && other_events_.empty() && ends_.empty();
}

void waiting_rows::write(odb::database& to, const tenant_clock_view& clock) {
    if (to.id() != odb::id_pgsql) return write_each(to);
    if (!empty()) write_together(clock);
}

void waiting_rows::finish(odb::database& to, const tenant_clock_view& clock) {
    if (to.id() == odb::id_pgsql) return write_together(clock);
    write_each(to);
    tenant_row row;
    row.id = clock.tenant;
    row.position = clock.position;
    row.log_begin = clock.log_begin;
    row.generation = clock.generation;
    to.update(row);
}

void waiting_rows::write_together(const tenant_clock_view& clock) {
    if (!other_messages_.empty()) insert_all(other_messages_);
    if (!other_events_.empty()) insert_all(other_events_);
    write_all(messages_, events_, ends_, clock);
    clear();
}

/// A library in this process has no round trips.
void waiting_rows::write_each(odb::database& to) {
    for (auto* all : {&messages_, &other_messages_})
        for (auto& one : *all) to.persist(one);
    for (auto* all : {&events_, &other_events_})
        for (auto& one : *all) to.persist(one);
    clear();
}

void waiting_rows::clear() {
    messages_.clear();
    other_messages_.clear();
    events_.clear();
    other_events_.clear();
    ends_.clear();
}

}  // namespace parley::storage
