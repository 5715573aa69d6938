// Merged trees of values into the plain structs that the rest of the server uses.
#pragma once

#include <filesystem>

#include "config/node.hpp"
#include "config/server_settings.hpp"
#include "model/settings.hpp"

namespace parley::config {

// The trees are complete and validated; a missing value is our own fault and throws std::logic_error.

/// Paths become absolute: the data directory from `folder`, the others from the data directory.
[[nodiscard]] server_settings server_of(const node& values, const std::filesystem::path& folder);
[[nodiscard]] plugin_settings plugins_of(const node& values, const std::filesystem::path& folder);
[[nodiscard]] tenant_settings tenant_of(const node& values);  ///< without its models
[[nodiscard]] model_settings model_of(const node& values);

}  // namespace parley::config
