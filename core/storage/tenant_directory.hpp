// The kernel's directory port: reads in the current transaction, inserts in one of its own.
#pragma once

#include <vector>

#include "kernel/ports.hpp"
#include "storage/database.hpp"
#include "storage/odb.hpp"

namespace parley::storage {

class tenant_directory final : public kernel::directory {
public:
    explicit tenant_directory(database& from) : database_(from) {}

    [[nodiscard]] std::optional<tenant> find_tenant(std::string_view name) override;
    [[nodiscard]] std::vector<tenant> tenants() override;
    [[nodiscard]] std::optional<access_token> find_token(std::string_view digest) override;
    /// Committed when it returns, since whoever asked has no later word of success. On a connection of its own: it is
    /// rare, and those that read may not write.
    void insert(const tenant&) override;
    [[nodiscard]] std::map<tenant_id, kernel::tenant_sizes> sizes() override;
    [[nodiscard]] std::vector<plugin_place> plugin_places() override;
    [[nodiscard]] std::vector<plugin_job> due_plugin_jobs(moment now, std::span<const std::string> plugins,
                                                          int limit) override;
    [[nodiscard]] std::vector<plugin_job> periodic_plugin_jobs() override;

private:
    database& database_;
    std::vector<tenant> inserted_;  ///< after the snapshot that the others read
};

}  // namespace parley::storage
