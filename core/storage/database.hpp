// A database to keep things in: SQLite or PostgreSQL, as its URL says.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/error.hpp"

namespace odb {
class database;
}

namespace parley::storage {

enum class engine : std::uint8_t { sqlite = 1, postgresql };

/// What SQLite does before it says "committed" (PRAGMA synchronous; PostgreSQL has synchronous_commit for this).
/// All three survive a crash of the process. A power cut or a crash of the machine can take back
/// - normal: commits that were already acknowledged, since the write-ahead log is synced at checkpoints only;
/// - full: nothing, provided the disk does not lie: the log is synced at each commit;
/// - extra: nothing, as full; in WAL mode the two are the same.
/// The file itself stays sound with each of them.
enum class sqlite_sync : std::uint8_t { normal = 1, full, extra };

struct database_options {
    /// "sqlite:<path>", or "postgresql://..." with everything that libpq understands, for instance
    /// "postgresql:///parley?host=/run/postgresql" or
    /// "postgresql://parley:secret@db.example/parley?sslmode=verify-full".
    std::string url;
    sqlite_sync synchronous = sqlite_sync::full;
    std::chrono::milliseconds busy_timeout{1'000};        ///< SQLite: wait for another process's write
    std::chrono::milliseconds connect_timeout{3'000};     ///< PostgreSQL, unless the URL says another
    std::chrono::milliseconds statement_timeout{10'000};  ///< PostgreSQL: no statement and no lock takes longer
    /// PostgreSQL: where unqualified names are looked for and made, alone; empty: as the role has it. An identifier.
    std::string schema{};
};

/// Where connections come from. Safe to use from any thread.
class database {
public:
    /// Checks the URL and makes one connection, so that what is wrong with either is said at the start.
    /// SQLite creates the file if it is not there. Errors: database_url (invalid), database_unreachable (unavailable).
    [[nodiscard]] static result<std::shared_ptr<database>> open(database_options);
    ~database();

    [[nodiscard]] engine kind() const { return kind_; }
    /// The URL without its password, fit for logs.
    [[nodiscard]] const std::string& shown_url() const { return shown_url_; }
    [[nodiscard]] const database_options& options() const { return options_; }

    /// SQLite: throws odb::sqlite::database_exception (SQLITE_READONLY_DBMOVED) unless the file is still the one that
    /// was opened; what is committed into a file without a name is lost with the process.
    void require_in_place() const;
    /// The same of the log beside it, which holds what was committed lately; once a transaction has been begun.
    void require_log_in_place() const;
    /// SQLite: throws when a file of some pages cannot be written beside the database.
    void require_room() const;

    /// For the adapters in this folder.
    [[nodiscard]] odb::database& mapped() const { return *mapped_; }

private:
    /// What tells a file from another one of the same name.
    struct identity {
        std::uint64_t device = 0;
        std::uint64_t inode = 0;
        bool operator==(const identity&) const = default;
    };

    database(database_options, engine, std::string shown_url, std::unique_ptr<odb::database>);
    [[nodiscard]] std::string path() const;
    [[nodiscard]] static identity identity_of(const std::string& path);

    database_options options_;
    engine kind_;
    std::string shown_url_;
    std::unique_ptr<odb::database> mapped_;
    identity file_;  ///< SQLite's
};

}  // namespace parley::storage
