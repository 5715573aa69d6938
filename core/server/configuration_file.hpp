// Which configuration a program runs on when nobody says.
#pragma once

#include <filesystem>
#include <string>

#include "config/environment.hpp"

namespace parley::server {

/// `named` unless that is empty; else what PARLEY_CONFIG says; else config/parley.yaml where that exists; else
/// /etc/parley/parley.yaml.
[[nodiscard]] std::filesystem::path configuration_file(const std::string& named, const config::environment& variables);

/// The folder with the folders sqlite and postgresql: what PARLEY_MIGRATIONS says, else `migrations` in one of the
/// folders above this program, else share/parley/migrations beside its bin folder. Empty when there is none.
[[nodiscard]] std::filesystem::path migrations_folder(const config::environment& variables);

/// The SDK's template of a plugin, looked for in the same way: what PARLEY_TEMPLATE says, sdk/template in one of the
/// folders above, share/parley/template. Empty when there is none.
[[nodiscard]] std::filesystem::path template_folder(const config::environment& variables);

}  // namespace parley::server
