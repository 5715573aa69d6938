// From a configuration to an open database whose tables are what this program expects.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "config/server_settings.hpp"
#include "storage/database.hpp"
#include "storage/store.hpp"

namespace parley::server {

/// Makes the data directory if it is not there, for its owner and group only, and tries to write there.
/// Error: data_directory (unavailable).
[[nodiscard]] result<void> prepare_data_directory(const config::server_settings&);

/// The file that SQLite keeps everything in; nothing with PostgreSQL.
[[nodiscard]] std::optional<std::filesystem::path> sqlite_file(const config::server_settings&);

[[nodiscard]] storage::database_options database_options_of(const config::server_settings&);
[[nodiscard]] storage::store_options store_options_of(const config::server_settings&);

/// What to do when the database is older than the program.
enum class migration_choice : std::uint8_t {
    refuse = 1,
    embedded_only,  ///< SQLite's file belongs to this server alone and is brought up to date; PostgreSQL is refused
    always
};

/// Errors: those of database::open() and migrator, no_database (SQLite's file is not there and nothing may make it),
/// migrations_unreadable (`migrations` is empty or no folder of migrations).
[[nodiscard]] result<std::shared_ptr<storage::database>> open_current_database(const config::server_settings&,
                                                                               const std::filesystem::path& migrations,
                                                                               migration_choice, const clock&);

}  // namespace parley::server
