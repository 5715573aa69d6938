// From files and environment variables to a configuration, or to everything that is wrong with them.
#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <vector>

#include "config/configuration.hpp"
#include "config/environment.hpp"
#include "config/problem.hpp"
#include "config/schema.hpp"
#include "config/sources.hpp"

namespace parley::config {

/// What load() gives: a configuration without any fault, or every fault that could be found (200 at most, then a
/// count).
using loaded = std::expected<std::shared_ptr<const configuration>, std::vector<problem>>;

/// Reads parley.yaml (`path` is that file or its folder) and, beside it, tenants/<tenant>.yaml and
/// tenants/<tenant>/models/<model>.yaml. Each value comes from the first that has it: for the server an environment
/// variable, parley.yaml, the default; for a tenant its file, then `tenant_defaults` (variable, parley.yaml), the
/// default; for a model its file, then the tenant. Objects join member by member, lists replace. Secrets are read now.
[[nodiscard]] loaded load(const std::filesystem::path& path, const environment& variables);

/// The same from texts already read; the folder matters to relative paths and secrets only.
[[nodiscard]] loaded compose(const source_set& sources, const environment& variables, problem_list problems = {});

/// A model's complete values: its own layer over what it takes from the tenant.
[[nodiscard]] node model_values(const node& tenant_values, const node& layer);

}  // namespace parley::config
