// From files and environment variables to a configuration, or to everything that is wrong with them.
#pragma once

#include <expected>
#include <filesystem>
#include <functional>
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

/// Given the folders of plugins (absolute) and what is to be loaded from them: what these plugins bring into the
/// configuration. Adds a sentence to `wrong` for each that cannot be read.
using plugin_sections =
    std::function<std::vector<plugin_section>(const plugin_settings& chosen, std::vector<std::string>& wrong)>;

/// Reads parley.yaml (`path` is that file or its folder) and, beside it, tenants/<tenant>.yaml and
/// tenants/<tenant>/models/<model>.yaml. Each value comes from the first that has it: for the server an environment
/// variable, parley.yaml, the default; for a tenant its file, then `tenant_defaults` (variable, parley.yaml), the
/// default; for a model its file, then the tenant. Over the file of a tenant or model goes what the server wrote of it
/// into forms/ (form_file.hpp); what does not hold there is passed over. Objects join member by member, lists replace.
/// Secrets are read now. Without `plugins` no section of a plugin is known, and nobody asks whether there are plugins
/// of the names that are switched on.
[[nodiscard]] loaded load(const std::filesystem::path& path, const environment& variables,
                          const plugin_sections& plugins = {});

/// The same from texts already read; the folder matters to relative paths and secrets only.
[[nodiscard]] loaded compose(const source_set& sources, const environment& variables, problem_list problems = {},
                             const plugin_sections& plugins = {});

/// A model's complete values: its own layer over what it takes from the tenant.
[[nodiscard]] node model_values(const schema& known, const node& tenant_values, const node& layer);

}  // namespace parley::config
