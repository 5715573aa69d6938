// Whether PostgreSQL's row security holds the role that Parley connects as.
#pragma once

#include "storage/database.hpp"

namespace parley::storage {

/// True when a query without its tenant's filter is held to the transaction's tenants; false in SQLite, which has no
/// such thing, and for a superuser or a role with BYPASSRLS. Needs a migrated database. Error: database_unreachable.
[[nodiscard]] result<bool> has_row_security(database&);

}  // namespace parley::storage
