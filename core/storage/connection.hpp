// One thread's connection: made when it is needed, thrown away when it is found dead.
#pragma once

#include <cstdint>

#include "storage/database.hpp"
#include "storage/odb.hpp"
#include "storage/pulse.hpp"
#include "storage/storage_counters.hpp"
#include "storage/tenant_scope.hpp"

struct pg_result;

namespace parley::storage {

enum class purpose : std::uint8_t {
    reading = 1,  ///< each transaction is a read-only snapshot
    writing,      ///< each transaction holds, in SQLite, the one write lock from its beginning
    migrating     ///< as writing, without time limits
};

/// Why a pool of ODB's own is not used: it hands out connections that died with the server's last restart, and the
/// first two uses of each of those fail.
class connection_slot {
public:
    connection_slot(database&, purpose, storage_counters* = nullptr);

    /// A new transaction, to be handed to odb::transaction. A connection that turns out dead here is replaced, once.
    /// In PostgreSQL it sees and writes the rows of the scope's tenants only; SQLite has no such wall.
    /// Throws what ODB throws when there is no database to talk to.
    [[nodiscard]] odb::transaction_impl* begin(const tenant_scope&);
    /// The same, but takes no lock whatever the purpose: for a look.
    [[nodiscard]] odb::transaction_impl* begin_look(const tenant_scope&);
    /// Whether the other side is known to be gone.
    [[nodiscard]] bool is_dead();
    /// Whether COMMIT can succeed: PostgreSQL answers COMMIT of a failed transaction with a silent rollback.
    [[nodiscard]] bool transaction_is_good();
    [[nodiscard]] odb::connection& connection() { return *connection_; }
    void drop() {
        beat_.talk_over(-1);
        connection_.reset();
    }
    /// To be told when the thread begins and ends to talk.
    [[nodiscard]] pulse& beat() { return beat_; }
    /// Throws when the database has no room for anything new. No transaction may be open.
    void require_room();

    /// Throws a sentence unless the server behind a new connection is one that Parley can use.
    void require_usable();

private:
    enum class locking : std::uint8_t { for_purpose = 1, none };

    [[nodiscard]] odb::transaction_impl* begin(locking, const tenant_scope&);
    [[nodiscard]] odb::transaction_impl* begin_now(locking, const tenant_scope&);
    [[nodiscard]] bool is_in_transaction();
    void connect();
    void prepare_sqlite();
    void prepare_postgresql();

    database& database_;
    purpose purpose_;
    storage_counters* counters_;
    odb::connection_ptr connection_;
    pulse beat_;
};

/// Runs several statements at once on the connection, without ODB, which takes one at a time.
void run_script(engine, odb::connection&, const std::string& sql);

/// For what is asked of PostgreSQL without ODB, around it: before, throws odb::connection_lost when the last answer
/// never came. libpq reports then that it could not wait, but the connection lives on, and what is asked next gets that
/// answer. ODB does not look at what comes of letting go of a query's statement, so the next query would find nothing
/// where there is something.
void require_in_step(odb::connection&);
/// Afterwards, throws what ODB throws when the answer, which is let go of, is an error.
void take_answer(odb::connection&, pg_result*);

}  // namespace parley::storage
