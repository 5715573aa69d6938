// Whose a token is, and which tenants there are.
#include "storage/tenant_directory.hpp"

#include <algorithm>

#include "storage/connection.hpp"
#include "storage/load.hpp"

namespace parley::storage {
namespace {

/// A second transaction of this thread; the first one is the current one again afterwards.
class inner_transaction {
public:
    explicit inner_transaction(odb::transaction_impl* begun)
        : outer_(odb::transaction::current()), inner_(begun, false) {
        odb::transaction::current(inner_);
    }
    ~inner_transaction() { odb::transaction::current(outer_); }
    inner_transaction(const inner_transaction&) = delete;
    inner_transaction& operator=(const inner_transaction&) = delete;
    void commit() { inner_.commit(); }

private:
    odb::transaction& outer_;
    odb::transaction inner_;
};

}  // namespace

std::optional<tenant> tenant_directory::find_tenant(std::string_view name) {
    using q = odb::query<tenant_row>;
    const auto known = std::ranges::find(inserted_, name, &tenant::name);
    if (known != inserted_.end()) return *known;
    return load_one<tenant_row>(database_.mapped(), q::name == std::string(name));
}

std::vector<tenant> tenant_directory::tenants() {
    using q = odb::query<tenant_row>;
    auto all = load_all<tenant_row>(database_.mapped(), q(true) + "ORDER BY" + q::name);
    all.insert(all.end(), inserted_.begin(), inserted_.end());
    return all;
}

std::optional<access_token> tenant_directory::find_token(std::string_view digest) {
    using q = odb::query<access_token_row>;
    return load_one<access_token_row>(database_.mapped(), q::digest == std::string(digest));
}

void tenant_directory::insert(const tenant& one) {
    connection_slot slot(database_, purpose::writing);
    inner_transaction open(slot.begin(tenant_scope::all()));
    auto row = to_row(one);
    database_.mapped().persist(row);
    open.commit();
    inserted_.push_back(one);
}

std::map<tenant_id, kernel::tenant_sizes> tenant_directory::sizes() {
    std::map<tenant_id, kernel::tenant_sizes> all;
    each_view<tenant_size_view>(
        database_.mapped(), odb::query_base("SELECT tenant, COUNT(*), CAST(0 AS BIGINT) FROM account GROUP BY tenant"),
        [&](const tenant_size_view& one) { all[tenant_id{one.tenant}].users = one.count; });
    each_view<tenant_size_view>(
        database_.mapped(),
        odb::query_base("SELECT tenant, COUNT(*), CAST(SUM(last_sequence) AS BIGINT) FROM conversation"
                        " WHERE deleted_at IS NULL GROUP BY tenant"),
        [&](const tenant_size_view& one) {
            auto& of = all[tenant_id{one.tenant}];
            of.conversations = one.count;
            of.messages = one.sum;
        });
    return all;
}

std::vector<plugin_place> tenant_directory::plugin_places() {
    std::vector<plugin_place> all;
    each_view<plugin_place_view>(
        database_.mapped(), odb::query<plugin_place_view>(true), [&](const plugin_place_view& one) {
            all.push_back(
                {.tenant = tenant_id{one.of->id}, .log_end = one.of->position, .cursor = to_value(*one.cursor)});
        });
    return all;
}

std::vector<plugin_job> tenant_directory::due_plugin_jobs(moment now, std::span<const std::string> plugins, int limit) {
    using q = odb::query<plugin_job_row>;
    if (plugins.empty()) return {};
    const q asked(q::due <= microseconds(now) && q::plugin.in_range(plugins.begin(), plugins.end()));
    return load_all<plugin_job_row>(database_.mapped(), asked + "ORDER BY" + q::due + most(limit));
}

std::vector<plugin_job> tenant_directory::periodic_plugin_jobs() {
    using q = odb::query<plugin_job_row>;
    return load_all<plugin_job_row>(database_.mapped(), q::key == std::string());
}

}  // namespace parley::storage
