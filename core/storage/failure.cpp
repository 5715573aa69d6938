// ODB's PostgreSQL runtime reports a dead connection in four ways, depending on when it is found out: as a plain
// database exception with SQLSTATE "?????" (or none), as connection_lost, as a state of class 08 or 57P, and as a
// std::logic_error from the null it makes a std::string of. The last cannot be told from others here, so callers also
// ask connection_slot::is_dead().
#include "storage/failure.hpp"

#include <sqlite3.h>

#include <new>
#include <string>

#include "storage/odb.hpp"

namespace parley::storage {
namespace {

failure_kind classify_state(const std::string& state) {
    if (state.empty() || state == "?????") return failure_kind::lost;
    if (state == "53100") return failure_kind::full;
    // Query cancelled by statement_timeout, lock not available, serialization failure, deadlock.
    if (state == "57014" || state == "55P03" || state == "40001" || state == "40P01") return failure_kind::busy;
    // A server that has become read-only is a former primary; 53 is a lack of connections, memory or disk.
    if (state == "25006" || state == "25P03") return failure_kind::lost;
    const auto group = state.substr(0, 2);
    if (group == "08" || group == "53" || group == "57" || group == "58") return failure_kind::lost;
    return group == "23" ? failure_kind::rule : failure_kind::other;
}

failure_kind classify_code(int code, int extended) {
    if (extended == SQLITE_READONLY_DBMOVED) return failure_kind::moved;
    // A quota or a limit of the file's size is no SQLITE_FULL; a shared index that cannot grow neither.
    if (extended == SQLITE_IOERR_WRITE || extended == SQLITE_IOERR_SHMSIZE) return failure_kind::full;
    switch (code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_INTERRUPT:
        case SQLITE_NOMEM:
            return failure_kind::busy;
        case SQLITE_FULL:
            return failure_kind::full;
        case SQLITE_IOERR:
        case SQLITE_CANTOPEN:
        case SQLITE_READONLY:
        case SQLITE_NOTADB:
        case SQLITE_CORRUPT:
        case SQLITE_PERM:
        case SQLITE_PROTOCOL:  // a lock that could not be let go of keeps others out until its connection is closed
            return failure_kind::lost;
        case SQLITE_CONSTRAINT:
            return failure_kind::rule;
        default:
            return failure_kind::other;
    }
}

}  // namespace

failure_kind classify(const std::exception& thrown) {
    if (dynamic_cast<const odb::connection_lost*>(&thrown) != nullptr) return failure_kind::lost;
    if (dynamic_cast<const std::bad_alloc*>(&thrown) != nullptr) return failure_kind::busy;
    if (dynamic_cast<const odb::recoverable*>(&thrown) != nullptr) return failure_kind::busy;
    if (dynamic_cast<const odb::object_already_persistent*>(&thrown) != nullptr) return failure_kind::rule;
    if (const auto* pg = dynamic_cast<const odb::pgsql::database_exception*>(&thrown))
        return classify_state(pg->sqlstate());
    if (const auto* lite = dynamic_cast<const odb::sqlite::database_exception*>(&thrown))
        return classify_code(lite->error(), lite->extended_error());
    return failure_kind::other;
}

error to_error(failure_kind kind) {
    switch (kind) {
        case failure_kind::lost:
        case failure_kind::moved:
        case failure_kind::busy:
            return {.kind = fault::unavailable,
                    .code = "database_unavailable",
                    .message = "The database is not available; try again.",
                    .field = {},
                    .retry_after = std::chrono::seconds(2)};
        case failure_kind::full:
            return {.kind = fault::unavailable,
                    .code = "storage_full",
                    .message = "There is no room to store anything more; what is there can be read.",
                    .field = {},
                    .retry_after = std::chrono::seconds(10)};
        case failure_kind::rule:
            return {fault::conflict, "conflict", "This contradicts what is already stored.", {}};
        case failure_kind::other:
            break;
    }
    return {fault::internal, "internal", "Something went wrong on our side.", {}};
}

}  // namespace parley::storage
