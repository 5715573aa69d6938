// One row for each file, one for each tenant.
#include "rows.hpp"

#include "entities-odb.hpp"

namespace virus_scan {
namespace {

using scan_query = odb::query<scan_row>;

scan_query scan_of(sdk::id tenant, sdk::id file) {
    return scan_query::tenant == tenant.number() && scan_query::file == file.number();
}

}  // namespace

std::shared_ptr<scan_row> find_scan(odb::database& db, sdk::id tenant, sdk::id file) {
    return db.query_one<scan_row>(scan_of(tenant, file));
}

void keep_scan(odb::database& db, sdk::id tenant, sdk::id file, const scanner::scanned& what) {
    auto row = find_scan(db, tenant, file);
    const bool is_new = row == nullptr;
    if (is_new) row = std::make_shared<scan_row>();
    row->tenant = tenant.number();
    row->file = file.number();
    row->outcome = boost::describe::enum_to_string(what.found.is, "");
    row->name = what.found.name;
    row->signatures = what.version;
    row->took_ms = what.took.count();
    row->at = sdk::now();
    if (!is_new) return db.update(*row);
    row->id = sdk::next_id().number();
    db.persist(*row);
}

void forget_scan(odb::database& db, sdk::id tenant, sdk::id file) { db.erase_query<scan_row>(scan_of(tenant, file)); }

finding finding_of(const scan_row& row) {
    finding made{outcome::limited, row.name};
    boost::describe::enum_from_string(row.outcome.c_str(), made.is);
    return made;
}

sweep_row sweep_with(odb::database& db, sdk::id tenant, const std::string& signatures) {
    sweep_row made;
    if (db.find(tenant.number(), made) && made.signatures == signatures) return made;
    return {.tenant = tenant.number(), .signatures = signatures, .after = 0, .done = 0};
}

void keep_sweep(odb::database& db, const sweep_row& row) {
    sweep_row before;
    if (db.find(row.tenant, before)) return db.update(row);
    db.persist(row);
}

}  // namespace virus_scan
