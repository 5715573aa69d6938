// PostgreSQL gets a column as an array in its binary form. A statement with a round trip for each row cost three times
// what the row does; ODB 2.4 sends several rows at once to other databases only.
#include "storage/waiting_rows.hpp"

#include <libpq-fe.h>

#include <functional>
#include <string>
#include <type_traits>

#include "storage/connection.hpp"
#include "storage/load.hpp"

namespace parley::storage {
namespace {

constexpr std::uint32_t bigint_type = 20;
constexpr std::uint32_t text_type = 25;
/// Below, ODB's prepared statements are as good as one that has to be parsed first.
constexpr std::size_t few = 4;

void put(std::string& to, std::uint64_t value, unsigned bytes) {
    for (auto left = bytes; left > 0; --left) to.push_back(static_cast<char>(value >> (8 * (left - 1))));
}

void put_element(std::string& to, std::int64_t value) {
    put(to, 8, 4);
    put(to, static_cast<std::uint64_t>(value), 8);
}

void put_element(std::string& to, const std::string& value) {
    put(to, value.size(), 4);
    to += value;
}

template <class Value>
void put_element(std::string& to, const odb::nullable<Value>& value) {
    if (value.null())
        put(to, 0xffff'ffff, 4);
    else
        put_element(to, value.get());
}

template <class Value>
inline constexpr bool is_text = std::is_same_v<Value, std::string> || std::is_same_v<Value, maybe_text>;

/// `of` says the column's value in a row.
template <class Row, class Of>
std::string column(const std::vector<Row>& rows, Of of) {
    using value = std::remove_cvref_t<std::invoke_result_t<Of, const Row&>>;
    std::string bytes;
    put(bytes, 1, 4);  // dimension
    put(bytes, 1, 4);  // there may be NULL
    put(bytes, is_text<value> ? text_type : bigint_type, 4);
    put(bytes, rows.size(), 4);
    put(bytes, 1, 4);  // the first index
    for (const auto& row : rows) put_element(bytes, std::invoke(of, row));
    return bytes;
}

void execute(const char* statement, const std::vector<std::string>& columns) {
    auto& through = static_cast<odb::pgsql::connection&>(odb::transaction::current().connection());
    std::vector<const char*> values;
    std::vector<int> sizes;
    for (const auto& one : columns) {
        values.push_back(one.data());
        sizes.push_back(static_cast<int>(one.size()));
    }
    const std::vector<int> binary(columns.size(), 1);
    require_in_step(through);
    take_answer(through, PQexecParams(through.handle(), statement, static_cast<int>(columns.size()), nullptr,
                                      values.data(), sizes.data(), binary.data(), 1));
}

void insert_all(const std::vector<message_row>& rows) {
    using row = message_row;
    execute(
        "INSERT INTO message (id, tenant, conversation, seq, author, shown_from, shown_id, shown_name, "
        "shown_avatar, type, text, data, reply_to, thread_root, thread_replies, thread_last_reply_at, "
        "thread_participants, state, state_reason, holds, sender_key, mention_count, created_at, edited_at, "
        "deleted_at) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], "
        "$6::bigint[], $7::bigint[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], "
        "$13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[], $17::text[], $18::bigint[], $19::text[], "
        "$20::text[], $21::text[], $22::bigint[], $23::bigint[], $24::bigint[], $25::bigint[])",
        {column(rows, &row::id),
         column(rows, &row::tenant),
         column(rows, &row::conversation),
         column(rows, &row::seq),
         column(rows, &row::author),
         column(rows, &row::shown_from),
         column(rows, &row::shown_id),
         column(rows, &row::shown_name),
         column(rows, &row::shown_avatar),
         column(rows, &row::type),
         column(rows, &row::text),
         column(rows, &row::data),
         column(rows, &row::reply_to),
         column(rows, &row::thread_root),
         column(rows, &row::thread_replies),
         column(rows, &row::thread_last_reply_at),
         column(rows, &row::thread_participants),
         column(rows, &row::state),
         column(rows, &row::state_reason),
         column(rows, &row::holds),
         column(rows, &row::sender_key),
         column(rows, &row::mention_count),
         column(rows, &row::created_at),
         column(rows, &row::edited_at),
         column(rows, &row::deleted_at)});
}

void insert_all(const std::vector<event_row>& rows) {
    using row = event_row;
    execute(
        "INSERT INTO event (tenant, position, type, heard_by, conversation, account, about, data, created_at) "
        "SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], "
        "$7::bigint[], $8::text[], $9::bigint[])",
        {column(rows, [](const row& one) { return one.key.tenant; }),
         column(rows, [](const row& one) { return one.key.position; }), column(rows, &row::type),
         column(rows, &row::heard_by), column(rows, &row::conversation), column(rows, &row::account),
         column(rows, &row::about), column(rows, &row::data), column(rows, &row::created_at)});
}

template <class Row>
void write_all(odb::database& to, std::vector<Row>& rows) {
    if (to.id() == odb::id_pgsql && rows.size() > few)
        insert_all(rows);
    else
        for (auto& one : rows) to.persist(one);
    rows.clear();
}

}  // namespace

void waiting_rows::write(odb::database& to) {
    write_all(to, messages_);
    write_all(to, events_);
}

}  // namespace parley::storage
