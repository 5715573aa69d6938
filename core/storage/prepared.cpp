// What is prepared on a connection is kept with the connection, and so ends with it.
#include "storage/prepared.hpp"

#include <libpq-events.h>
#include <libpq-fe.h>

#include <charconv>
#include <stdexcept>
#include <string_view>
#include <unordered_map>

#include "storage/connection.hpp"

namespace parley::storage {
namespace {

constexpr unsigned bigint_type = 20;
constexpr unsigned text_type = 25;
constexpr int in_binary = 1;

void put_bytes(std::string& to, std::uint64_t value, unsigned bytes) {
    for (auto left = bytes; left > 0; --left) to.push_back(static_cast<char>(value >> (8 * (left - 1))));
}

using known_statements = std::unordered_map<const char*, std::string>;  // names by statement

int on_connection_event(PGEventId what, void* about, void*) {
    if (what != PGEVT_CONNDESTROY) return 1;
    auto* ended = static_cast<PGEventConnDestroy*>(about)->conn;
    delete static_cast<known_statements*>(PQinstanceData(ended, on_connection_event));
    return 1;
}

known_statements& statements_of(PGconn* on) {
    if (auto* known = PQinstanceData(on, on_connection_event)) return *static_cast<known_statements*>(known);
    auto made = std::make_unique<known_statements>();
    if (PQregisterEventProc(on, on_connection_event, "parley", nullptr) == 0 ||
        PQsetInstanceData(on, on_connection_event, made.get()) == 0)
        throw std::bad_alloc();
    return *made.release();
}

const std::string& name_of(odb::pgsql::connection& on, const char* statement) {
    auto& known = statements_of(on.handle());
    if (const auto found = known.find(statement); found != known.end()) return found->second;
    const auto name = "parley_" + std::to_string(known.size());
    require_in_step(on);
    take_answer(on, PQprepare(on.handle(), name.c_str(), statement, 0, nullptr));
    return known.emplace(statement, name).first->second;
}

}  // namespace

void statement_values::add(std::int64_t value) { put_bytes(all_.emplace_back(), static_cast<std::uint64_t>(value), 8); }

std::string& statement_values::begin_array(std::size_t size, element of) {
    auto& bytes = all_.emplace_back();
    bytes.reserve(20 + 12 * size);
    put_bytes(bytes, 1, 4);  // dimension
    put_bytes(bytes, 1, 4);  // there may be NULL
    put_bytes(bytes, of == element::text ? text_type : bigint_type, 4);
    put_bytes(bytes, size, 4);
    put_bytes(bytes, 1, 4);  // the first index
    return bytes;
}

void statement_values::put(std::string& to, std::int64_t value) {
    put_bytes(to, 8, 4);
    put_bytes(to, static_cast<std::uint64_t>(value), 8);
}

void statement_values::put(std::string& to, const std::string& value) {
    put_bytes(to, value.size(), 4);
    to += value;
}

void statement_values::put_null(std::string& to) { put_bytes(to, 0xffff'ffff, 4); }

void statement_answer::let_go::operator()(pg_result* of) const noexcept { PQclear(of); }

int statement_answer::rows() const { return PQntuples(of_.get()); }

std::int64_t statement_answer::number(int row, int column) const {
    if (PQgetlength(of_.get(), row, column) != 8) throw std::logic_error("a column is no bigint");
    const auto* bytes = PQgetvalue(of_.get(), row, column);
    std::uint64_t value = 0;
    for (int i = 0; i < 8; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return static_cast<std::int64_t>(value);
}

std::string statement_answer::text(int row, int column) const {
    return {PQgetvalue(of_.get(), row, column), static_cast<std::size_t>(PQgetlength(of_.get(), row, column))};
}

std::int64_t statement_answer::changed() const {
    const std::string_view text = PQcmdTuples(of_.get());
    std::int64_t count = 0;
    std::from_chars(text.data(), text.data() + text.size(), count);
    return count;
}

statement_answer run_prepared(const char* statement, const statement_values& values) {
    auto& through = static_cast<odb::pgsql::connection&>(odb::transaction::current().connection());
    const auto& name = name_of(through, statement);
    std::vector<const char*> bytes;
    std::vector<int> sizes;
    for (const auto& one : values.all()) {
        bytes.push_back(one.data());
        sizes.push_back(static_cast<int>(one.size()));
    }
    const std::vector<int> formats(bytes.size(), in_binary);
    require_in_step(through);
    auto* answered = PQexecPrepared(through.handle(), name.c_str(), static_cast<int>(bytes.size()), bytes.data(),
                                    sizes.data(), formats.data(), in_binary);
    const auto status = PQresultStatus(answered);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) take_answer(through, answered);  // throws
    return statement_answer(answered);
}

}  // namespace parley::storage
