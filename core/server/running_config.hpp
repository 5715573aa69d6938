// What a running server has loaded, written down for those who look from outside: running-config.json.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "config/inventory.hpp"

namespace parley::server {

/// The last time the server was told to load its configuration again. All texts are safe to print.
struct reload_record {
    std::chrono::nanoseconds began{};   ///< by the machine's steady clock, which all of its processes share
    std::vector<std::string> plan;      ///< what changed, a line each
    std::vector<std::string> problems;  ///< not empty: nothing changed
};

/// Holds no secret.
struct running_config {
    pid_t process = 0;
    std::uint64_t generation = 1;  ///< 1 at the start, one more with each reload that was applied
    std::string loaded_at;         ///< RFC 3339
    std::optional<reload_record> last_reload;
    config::inventory settings;
};

/// By the clock of reload_record::began.
[[nodiscard]] std::chrono::nanoseconds steady_now();

/// Makes the file anew, readable by this account only. Error: file_unwritable (unavailable).
[[nodiscard]] result<void> write_running_config(const std::filesystem::path& data_directory, const running_config&);

/// Error: running_config_unreadable (unavailable).
[[nodiscard]] result<running_config> read_running_config(const std::filesystem::path& data_directory);

}  // namespace parley::server
