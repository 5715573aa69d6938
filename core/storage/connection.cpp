// How a connection is set up for its purpose in each database, and how a dead one is told from a live one.
#include "storage/connection.hpp"

#include <fmt/core.h>
#include <libpq-fe.h>
#include <sqlite3.h>

#include <stdexcept>

#include "base/log.hpp"
#include "storage/failpoint.hpp"
#include "storage/failure.hpp"

namespace parley::storage {
namespace {

constexpr std::chrono::milliseconds migrators_patience{60'000};
constexpr int oldest_postgresql = 13'00'00;

PGconn* handle_of_pg(odb::connection& of) { return static_cast<odb::pgsql::connection&>(of).handle(); }

sqlite3* handle_of_sqlite(odb::connection& of) { return static_cast<odb::sqlite::connection&>(of).handle(); }

// Without this libpq prints the server's notices to standard error.
void hear_notice(void*, const char* text) { log::debug("postgresql notice", {{"notice", text}}); }

void run_sqlite(odb::connection& on, const std::string& sql) {
    char* problem = nullptr;
    const int code = sqlite3_exec(handle_of_sqlite(on), sql.c_str(), nullptr, nullptr, &problem);
    if (code == SQLITE_OK) return;
    const std::string sentence = problem == nullptr ? sqlite3_errstr(code) : problem;
    sqlite3_free(problem);
    throw odb::sqlite::database_exception(code & 0xff, code, sentence);
}

void run_postgresql(odb::connection& on, const std::string& sql) {
    take_answer(on, PQexec(handle_of_pg(on), sql.c_str()));
}

[[noreturn]] void give_up(odb::connection& on) {
    static_cast<odb::pgsql::connection&>(on).mark_failed();
    throw odb::connection_lost();
}

/// Hears of each statement before it is sent.
class step_keeper final : public odb::pgsql::tracer {
public:
    void prepare(odb::pgsql::connection& on, const odb::pgsql::statement&) override { require_in_step(on); }
    void execute(odb::pgsql::connection& on, const odb::pgsql::statement&) override { require_in_step(on); }
    void execute(odb::pgsql::connection& on, const char*) override { require_in_step(on); }
};

/// A transaction that connection_slot has begun itself, to say in the same round trip whose rows it is about. Its end
/// is known by the connection's state, since the answer may be one to what was asked before; ODB's own would take that
/// for a commit, and end the process over it in a rollback.
class begun_transaction final : public odb::pgsql::transaction_impl {
public:
    using transaction_impl::transaction_impl;
    void start() override {}
    void commit() override {
        require_in_step(connection());
        end("COMMIT");
    }
    void rollback() override { end("ROLLBACK"); }

private:
    void end(const char* how) {
        run_postgresql(connection(), how);
        if (PQtransactionStatus(handle_of_pg(connection())) != PQTRANS_IDLE) give_up(connection());
    }
};

odb::transaction_impl* begin_postgresql(odb::connection& on, const tenant_scope& scope) {
    // Until the end of the transaction: the next one on this connection begins with no tenant.
    run_postgresql(on, fmt::format("BEGIN; SET LOCAL parley.tenants = '{}'", scope.list()));
    auto& mapped = static_cast<odb::pgsql::connection&>(on);
    return new begun_transaction(odb::pgsql::connection_ptr(odb::details::inc_ref(&mapped)));
}

std::string_view to_pragma(sqlite_sync of) {
    switch (of) {
        case sqlite_sync::normal:
            return "NORMAL";
        case sqlite_sync::extra:
            return "EXTRA";
        case sqlite_sync::full:
            break;
    }
    return "FULL";
}

}  // namespace

void take_answer(odb::connection& from, pg_result* answer) {
    const auto status = PQresultStatus(answer);
    const char* state = PQresultErrorField(answer, PG_DIAG_SQLSTATE);
    const std::string sqlstate = state == nullptr ? "?????" : state;
    PQclear(answer);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY) return;
    std::string sentence = PQerrorMessage(handle_of_pg(from));
    while (!sentence.empty() && sentence.back() == '\n') sentence.pop_back();
    throw odb::pgsql::database_exception(sqlstate, sentence);
}

void require_in_step(odb::connection& on) {
    if (*PQerrorMessage(handle_of_pg(on)) != '\0') give_up(on);
}

void run_script(engine kind, odb::connection& on, const std::string& sql) {
    kind == engine::sqlite ? run_sqlite(on, sql) : run_postgresql(on, sql);
}

connection_slot::connection_slot(database& from, purpose use, storage_counters* counters)
    : database_(from), purpose_(use), counters_(counters) {}

odb::transaction_impl* connection_slot::begin(const tenant_scope& scope) { return begin(locking::for_purpose, scope); }

odb::transaction_impl* connection_slot::begin_look(const tenant_scope& scope) { return begin(locking::none, scope); }

odb::transaction_impl* connection_slot::begin(locking how, const tenant_scope& scope) {
    if (purpose_ != purpose::migrating) database_.require_in_place();
    // One that did not end, because its beginning failed half-way, would be carried on with.
    if (is_dead() || is_in_transaction()) drop();
    if (connection_) {
        try {
            return begin_now(how, scope);
        } catch (const std::exception& thrown) {
            if (classify(thrown) != failure_kind::lost && !is_dead()) throw;
            drop();
        }
        if (counters_ != nullptr) counters_->reconnects.add();
    }
    connect();
    return begin_now(how, scope);
}

odb::transaction_impl* connection_slot::begin_now(locking how, const tenant_scope& scope) {
    if (database_.kind() == engine::postgresql) return begin_postgresql(*connection_, scope);
    if (purpose_ != purpose::reading && how == locking::for_purpose)
        return static_cast<odb::sqlite::connection&>(*connection_).begin_immediate();
    return connection_->begin();
}

bool connection_slot::is_dead() {
    return connection_ && database_.kind() == engine::postgresql &&
           (PQstatus(handle_of_pg(*connection_)) == CONNECTION_BAD ||
            static_cast<odb::pgsql::connection&>(*connection_).failed());
}

bool connection_slot::is_in_transaction() {
    return connection_ && database_.kind() == engine::postgresql &&
           PQtransactionStatus(handle_of_pg(*connection_)) != PQTRANS_IDLE;
}

bool connection_slot::transaction_is_good() {
    if (database_.kind() == engine::sqlite) return sqlite3_get_autocommit(handle_of_sqlite(*connection_)) == 0;
    return PQtransactionStatus(handle_of_pg(*connection_)) == PQTRANS_INTRANS;
}

void connection_slot::require_room() {
    // Files beside the database, and a page of its own log: each may be refused while the other is not.
    database_.require_room();
    odb::transaction open(begin(tenant_scope::all()));
    if (database_.kind() == engine::sqlite) {
        run_sqlite(*connection_, "UPDATE tenant SET id = id WHERE id = (SELECT MIN(id) FROM tenant)");
        return open.commit();
    }
    // A table that takes more than a megabyte where the others lie, and is gone with the transaction.
    run_postgresql(*connection_,
                   "SET LOCAL temp_tablespaces = ''; CREATE TEMPORARY TABLE parley_room ON COMMIT DROP AS"
                   " SELECT generate_series(1, 40000) AS number");
    open.rollback();
}

void connection_slot::connect() {
    connection_ = database_.mapped().connection();
    try {
        if (database_.kind() == engine::postgresql) beat_.talk_over(PQsocket(handle_of_pg(*connection_)));
        database_.kind() == engine::sqlite ? prepare_sqlite() : prepare_postgresql();
    } catch (...) {
        drop();
        throw;
    }
}

void connection_slot::prepare_sqlite() {
    // A migrator waits for another one's work, not only for its turn.
    const auto patience = purpose_ == purpose::migrating ? migrators_patience : database_.options().busy_timeout;
    sqlite3_busy_timeout(handle_of_sqlite(*connection_), static_cast<int>(patience.count()));
    // journal_mode is kept in the file, so only a writer sets it; the others belong to the connection.
    std::string sql = fmt::format("PRAGMA synchronous = {}; PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY;",
                                  to_pragma(database_.options().synchronous));
    sql += purpose_ != purpose::reading ? "PRAGMA journal_mode = WAL; PRAGMA journal_size_limit = 67108864;"
                                        : "PRAGMA query_only = ON;";
    run_sqlite(*connection_, sql);
    if (purpose_ == purpose::writing) watch_checkpoints(handle_of_sqlite(*connection_));
}

void connection_slot::prepare_postgresql() {
    PQsetNoticeProcessor(handle_of_pg(*connection_), hear_notice, nullptr);
    static step_keeper keeper;
    static_cast<odb::pgsql::connection&>(*connection_).tracer(keeper);
    const auto limit = purpose_ == purpose::migrating ? 0 : database_.options().statement_timeout.count();
    // A writer that stalls between statements would keep the tenant's row, and so all other nodes, waiting.
    std::string sql = fmt::format(
        "SET statement_timeout = {0}; SET lock_timeout = {0}; SET idle_in_transaction_session_timeout = {0};", limit);
    // What the writer asks is planned once and asked for hours; that must not be the plan for a table that was still
    // empty then, nor is any of it worth compiling.
    if (purpose_ == purpose::writing) sql += "SET enable_seqscan = off; SET jit = off;";
    if (purpose_ == purpose::reading)
        sql += "SET default_transaction_isolation = 'repeatable read'; SET default_transaction_read_only = on;";
    else
        sql += "SET default_transaction_isolation = 'read committed';";
    if (const auto& schema = database_.options().schema; !schema.empty())
        sql += fmt::format("SET search_path TO \"{}\";", schema);
    run_postgresql(*connection_, sql);
}

void connection_slot::require_usable() {
    connect();
    if (database_.kind() == engine::sqlite) {
        sqlite3_stmt* asked = nullptr;
        sqlite3_prepare_v2(handle_of_sqlite(*connection_), "PRAGMA journal_mode", -1, &asked, nullptr);
        const bool answered = sqlite3_step(asked) == SQLITE_ROW;
        const std::string mode = answered ? reinterpret_cast<const char*>(sqlite3_column_text(asked, 0)) : "nothing";
        sqlite3_finalize(asked);
        if (mode != "wal")
            throw std::runtime_error(fmt::format("its file system does not allow a write-ahead log (mode {})", mode));
        return;
    }
    auto* pg = handle_of_pg(*connection_);
    if (PQserverVersion(pg) < oldest_postgresql) throw std::runtime_error("PostgreSQL 13 or newer is needed");
    const char* encoding = PQparameterStatus(pg, "server_encoding");
    if (encoding == nullptr || std::string_view(encoding) != "UTF8")
        throw std::runtime_error("it was not created with the encoding UTF8");
}

}  // namespace parley::storage
