// Brings a database's tables to what this program expects, one recorded step at a time.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "storage/database.hpp"

namespace parley::storage {

/// One step: NNNN_name.up.sql and, where going back is possible, NNNN_name.down.sql.
struct migration {
    int version = 0;
    std::string name;
    std::string checksum;  ///< SHA-256 of the up file, hexadecimal
    bool can_go_down = false;
    std::optional<moment> applied_at;  ///< nothing while pending
};

/// SQL by file name, all for the same engine.
using migration_files = std::map<std::string, std::string, std::less<>>;
using migration_source = std::variant<std::filesystem::path, migration_files>;

/// Each step runs in a transaction of its own, so that one that fails leaves nothing behind, and is recorded in the
/// table parley_migration. Several processes may
/// migrate one database at once: one does it, the others wait and find it done.
/// Errors of all functions: migrations_unreadable, migration_changed (a recorded step's file is not what it was),
/// database_newer (a recorded step is unknown here), migration_failed, database_unreachable.
class migrator {
public:
    /// `folder` holds the folders sqlite and postgresql.
    migrator(std::shared_ptr<database>, const std::filesystem::path& folder, const clock&);
    migrator(std::shared_ptr<database>, migration_files, const clock&);

    /// All steps known here, in order.
    [[nodiscard]] result<std::vector<migration>> status();
    /// Applies what is pending; answers what it applied.
    [[nodiscard]] result<std::vector<migration>> up();
    /// Takes back every step above version `to`, newest first; answers what it took back. Nothing is taken back
    /// when one of them has no way down (error migration_one_way).
    [[nodiscard]] result<std::vector<migration>> down(int to);
    /// The SQL of one step's up file. Error: migration_unknown.
    [[nodiscard]] result<std::string> show(int version);
    /// Succeeds when nothing is pending; otherwise says what to do (error database_older).
    [[nodiscard]] result<void> require_current();

private:
    std::shared_ptr<database> database_;
    migration_source from_;
    const clock& time_;
};

}  // namespace parley::storage
