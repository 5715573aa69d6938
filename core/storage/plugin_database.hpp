// A plugin's own database: a file beside SQLite's, a schema in PostgreSQL; made, migrated, read from, taken away.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kernel/plugin_outbox.hpp"
#include "storage/connection.hpp"
#include "storage/migrator.hpp"

namespace parley::storage {

/// Open, with the table parley_outbox in it.
class plugin_database final : public kernel::plugin_outbox {
public:
    plugin_database(std::shared_ptr<database> from, std::string where);

    [[nodiscard]] engine kind() const { return from_->kind(); }
    /// SQLite: the file; PostgreSQL: what libpq takes, with its password.
    [[nodiscard]] const std::string& where() const { return where_; }
    /// PostgreSQL's; empty for SQLite.
    [[nodiscard]] const std::string& schema() const { return from_->options().schema; }

    [[nodiscard]] std::vector<kernel::outbox_row> read(int limit) override;
    void erase(tenant_id, std::int64_t upto) override;

private:
    std::shared_ptr<database> from_;
    std::string where_;
    connection_slot slot_;
};

/// What a plugin keeps, for whoever is about to take it away.
struct plugin_rows {
    std::string where;                                         ///< for people: a file, or a schema
    std::vector<std::pair<std::string, std::int64_t>> tables;  ///< with how many rows each has
};

/// What the kernel keeps about a plugin.
struct plugin_traces {
    std::int64_t cursors = 0;  ///< tenants that it hears or speaks in
    std::int64_t jobs = 0;     ///< that wait
};

/// The databases of all plugins. Errors of all functions: database_unreachable, plugin_id (not one), and those of
/// migrator. Archiving and purging must not be done while a server uses the plugin.
class plugin_databases {
public:
    /// `kernel` is where everything else is kept; SQLite's files go to <data>/plugins/<id>/<id>.db.
    plugin_databases(database_options kernel, std::filesystem::path data, const clock&);

    /// Makes what is not there yet, and runs the plugin's migrations.
    [[nodiscard]] result<std::unique_ptr<plugin_database>> open(const std::string& plugin, migration_files);

    /// Nothing when it keeps none.
    [[nodiscard]] result<std::optional<plugin_rows>> describe(const std::string& plugin);
    /// Puts everything aside under another name, and answers that; empty when there is nothing.
    [[nodiscard]] result<std::string> archive(const std::string& plugin);
    /// For good. Answers whether there was anything.
    [[nodiscard]] result<bool> purge(const std::string& plugin);

    /// What the kernel's own tables have about it.
    [[nodiscard]] result<plugin_traces> traces(const std::string& plugin);
    /// Forgets that: the log may be trimmed again, jobs that wait are gone. Answers what it forgot.
    [[nodiscard]] result<plugin_traces> forget(const std::string& plugin);

private:
    [[nodiscard]] bool is_sqlite() const;
    [[nodiscard]] std::filesystem::path file_of(const std::string& plugin) const;
    [[nodiscard]] result<std::shared_ptr<database>> open_there(const std::string& plugin) const;
    [[nodiscard]] bool is_there(const std::string& plugin);
    template <class Work>
    [[nodiscard]] auto guarded(const std::string& plugin, Work work) -> decltype(work());

    database_options kernel_;
    std::filesystem::path data_;
    const clock& time_;
};

}  // namespace parley::storage
