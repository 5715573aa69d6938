// A whole configuration, validated and merged: what the server runs on, and where each value came from.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/key_pair.hpp"
#include "config/node.hpp"
#include "config/schema.hpp"
#include "config/server_settings.hpp"
#include "config/sources.hpp"
#include "model/settings.hpp"

namespace parley::config {

/// The merged trees behind the typed settings, with the origin of every value. May hold secrets: show values only with
/// node::shown().
struct origins {
    node server;  ///< with tenant_defaults inside
    node tenant;  ///< for tenants without a file
    std::map<std::string, node, std::less<>> tenants;
    std::map<std::string, node, std::less<>> models;  ///< by "tenant/model"
};

/// Immutable once loaded; any thread may read it.
struct configuration {
    std::filesystem::path file;    ///< parley.yaml, as it was named to load()
    std::filesystem::path folder;  ///< its folder, absolute; relative paths in settings start here
    server_settings server;
    tenant_settings tenant_defaults;                              ///< for tenants without a file
    std::map<std::string, tenant_settings, std::less<>> tenants;  ///< by the tenant's name; only those with files
    std::shared_ptr<const key_pair> identity;  ///< what server.tls names, as it was read with the rest; null: none
    origins from;
    std::shared_ptr<const source_set> sources;  ///< the texts it was made of; they may have secrets in them
    std::vector<problem> passed_over;           ///< what stands in files of forms and does not hold, and why
    std::shared_ptr<const schema> known = shared_kernel_schema();  ///< the kernel's settings and those of its plugins

    /// The settings of a tenant, whether it has a file or not.
    [[nodiscard]] const tenant_settings& tenant(std::string_view name) const {
        const auto found = tenants.find(name);
        return found == tenants.end() ? tenant_defaults : found->second;
    }

    /// The tenant a host name leads to, empty when there is none. Lower case, no port; [::1] in brackets.
    [[nodiscard]] std::string_view tenant_of_host(std::string_view host) const;
    /// Whether some tenant's files are there.
    [[nodiscard]] bool is_content_host(std::string_view host) const;
};

}  // namespace parley::config
