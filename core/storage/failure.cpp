// ODB's PostgreSQL runtime reports a dead connection in four ways, depending on when it is found out: as a plain
// database exception with SQLSTATE "?????" (or none), as connection_lost, as a state of class 08 or 57P, and as a
// std::logic_error from the null it makes a std::string of. The last cannot be told from others here, so callers also
// ask connection_slot::is_dead().
#include "storage/failure.hpp"

#include <sqlite3.h>

#include <string>

#include "storage/odb.hpp"

namespace parley::storage {
namespace {

failure_kind classify_state(const std::string& state) {
    if (state.empty() || state == "?????") return failure_kind::lost;
    // Query cancelled by statement_timeout, lock not available, serialization failure, deadlock.
    if (state == "57014" || state == "55P03" || state == "40001" || state == "40P01") return failure_kind::busy;
    // A server that has become read-only is a former primary; 53 is a lack of connections, memory or disk.
    if (state == "25006" || state == "25P03") return failure_kind::lost;
    const auto group = state.substr(0, 2);
    if (group == "08" || group == "53" || group == "57" || group == "58") return failure_kind::lost;
    return group == "23" ? failure_kind::rule : failure_kind::other;
}

failure_kind classify_code(int code) {
    switch (code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_INTERRUPT:
            return failure_kind::busy;
        case SQLITE_FULL:
        case SQLITE_IOERR:
        case SQLITE_CANTOPEN:
        case SQLITE_READONLY:
        case SQLITE_NOTADB:
        case SQLITE_CORRUPT:
        case SQLITE_PERM:
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
    if (dynamic_cast<const odb::recoverable*>(&thrown) != nullptr) return failure_kind::busy;
    if (dynamic_cast<const odb::object_already_persistent*>(&thrown) != nullptr) return failure_kind::rule;
    if (const auto* pg = dynamic_cast<const odb::pgsql::database_exception*>(&thrown))
        return classify_state(pg->sqlstate());
    if (const auto* lite = dynamic_cast<const odb::sqlite::database_exception*>(&thrown))
        return classify_code(lite->error());
    return failure_kind::other;
}

error to_error(failure_kind kind) {
    switch (kind) {
        case failure_kind::lost:
        case failure_kind::busy:
            return {fault::unavailable, "database_unavailable", "The database is not available; try again.", {}};
        case failure_kind::rule:
            return {fault::conflict, "conflict", "This contradicts what is already stored.", {}};
        case failure_kind::other:
            break;
    }
    return {fault::internal, "internal", "Something went wrong on our side.", {}};
}

}  // namespace parley::storage
