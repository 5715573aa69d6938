// From a configuration to an open database: folder, file, tables.
#include "server/open_database.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <system_error>

#include "base/log.hpp"
#include "base/text.hpp"
#include "storage/migrator.hpp"

namespace parley::server {
namespace {

std::unexpected<error> no_folder(const std::filesystem::path& folder, const std::string& why) {
    return failure(fault::unavailable, "data_directory",
                   fmt::format("The data directory {} cannot be used: {}.", escape_controls(folder.string()), why));
}

storage::sqlite_sync sync_of(config::sqlite_synchronous how) {
    switch (how) {
        case config::sqlite_synchronous::normal:
            return storage::sqlite_sync::normal;
        case config::sqlite_synchronous::full:
            return storage::sqlite_sync::full;
        case config::sqlite_synchronous::extra:
            return storage::sqlite_sync::extra;
    }
    return storage::sqlite_sync::full;
}

bool may_make(migration_choice choice) { return choice != migration_choice::refuse; }

result<void> bring_up_to_date(storage::migrator& steps, storage::engine kind, migration_choice choice) {
    const bool allowed = choice == migration_choice::always ||
                         (choice == migration_choice::embedded_only && kind == storage::engine::sqlite);
    if (!allowed) return steps.require_current();
    const auto applied = steps.up();
    if (!applied) return std::unexpected(applied.error());
    for (const auto& one : *applied) log::info("database migrated", {{"version", one.version}, {"name", one.name}});
    return {};
}

}  // namespace

result<void> prepare_data_directory(const config::server_settings& of) {
    const auto& folder = of.server.data_directory;
    std::error_code failed;
    const bool made = std::filesystem::create_directories(folder, failed);
    if (failed) return no_folder(folder, failed.message());
    if (made) {
        using enum std::filesystem::perms;
        std::filesystem::permissions(folder, owner_all | group_read | group_exec, failed);
    }
    if (!std::filesystem::is_directory(folder, failed)) return no_folder(folder, "it is not a folder");
    if (::access(folder.c_str(), R_OK | W_OK | X_OK) != 0) return no_folder(folder, "this account may not write there");
    return {};
}

std::optional<std::filesystem::path> sqlite_file(const config::server_settings& of) {
    constexpr std::string_view scheme = "sqlite:";
    if (!of.database.url.starts_with(scheme)) return std::nullopt;
    return of.database.url.substr(scheme.size());
}

storage::database_options database_options_of(const config::server_settings& of) {
    return {.url = of.database.url, .synchronous = sync_of(of.database.sqlite_synchronous)};
}

storage::store_options store_options_of(const config::server_settings& of) {
    return {.batch_limit = of.database.batch_limit, .readers = of.database.readers};
}

result<std::shared_ptr<storage::database>> open_current_database(const config::server_settings& of,
                                                                 const std::filesystem::path& migrations,
                                                                 migration_choice choice, const clock& time) {
    std::error_code ignored;
    if (migrations.empty() || !std::filesystem::is_directory(migrations, ignored))
        return failure(fault::unavailable, "migrations_unreadable",
                       "The folder of migrations was not found; set PARLEY_MIGRATIONS to it.");
    const auto file = sqlite_file(of);
    if (file && !may_make(choice) && !std::filesystem::exists(*file, ignored))
        return failure(fault::unavailable, "no_database",
                       fmt::format("There is no database at {} yet; `parley migrate up` makes it.",
                                   escape_controls(file->string())));
    auto opened = storage::database::open(database_options_of(of));
    if (!opened) return std::unexpected(opened.error());
    storage::migrator steps(*opened, migrations, time);
    if (auto current = bring_up_to_date(steps, (*opened)->kind(), choice); !current)
        return std::unexpected(current.error());
    return std::move(*opened);
}

}  // namespace parley::server
