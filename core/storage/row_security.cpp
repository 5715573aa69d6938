// Asks PostgreSQL itself, which knows of superusers, BYPASSRLS, owners and the setting row_security.
#include "storage/row_security.hpp"

#include <fmt/core.h>

#include "storage/connection.hpp"
#include "storage/failure.hpp"
#include "storage/load.hpp"

namespace parley::storage {

result<bool> has_row_security(database& db) {
    if (db.kind() == engine::sqlite) return false;
    std::int64_t is_active = 0;
    try {
        connection_slot slot(db, purpose::reading);
        odb::transaction open(slot.begin(tenant_scope::all()));
        each_view<number_view>(db.mapped(),
                               odb::query_base("SELECT CASE WHEN row_security_active('message') THEN 1::bigint"
                                               " ELSE 0::bigint END"),
                               [&](const number_view& one) { is_active = one.value.get(); });
        open.rollback();
    } catch (const std::exception& thrown) {
        return failure(fault::unavailable, "database_unreachable",
                       fmt::format("The database {} cannot be read: {}.", db.shown_url(), thrown.what()));
    }
    return is_active == 1;
}

}  // namespace parley::storage
