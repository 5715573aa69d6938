// parley migrate: the database's tables, step by step.
#include <fmt/format.h>

#include <ostream>

#include "base/text.hpp"
#include "server/cli_commands.hpp"
#include "server/open_database.hpp"
#include "server/table.hpp"
#include "server/workspace.hpp"
#include "storage/migrator.hpp"

namespace parley::server {
namespace {

/// Runs `work(storage::migrator&)`, which answers an outcome.
template <class Work>
outcome with_migrator(const command_context& with, Work work) {
    const auto configured = load_configuration(with);
    if (!configured) return configured.error();
    const auto& settings = (*configured)->server;
    if (with.migrations.empty())
        return with.fail({fault::unavailable,
                          "migrations_unreadable",
                          "The folder of migrations was not found; set PARLEY_MIGRATIONS to it.",
                          {}});
    if (sqlite_file(settings))
        if (auto usable = prepare_data_directory(settings); !usable) return with.fail(usable.error());
    auto opened = storage::database::open(database_options_of(settings));
    if (!opened) return with.fail(opened.error());
    const system_clock time;
    storage::migrator steps(std::move(*opened), with.migrations, time);
    return work(steps);
}

outcome tell_changed(const command_context& with, const result<std::vector<storage::migration>>& changed,
                     std::string_view verb, std::string_view nothing) {
    if (!changed) return with.fail(changed.error());
    if (changed->empty()) with.out << nothing << '\n';
    for (const auto& one : *changed)
        with.out << fmt::format("{} {:04} {}\n", verb, one.version, escape_controls(one.name));
    return outcome::done;
}

}  // namespace

outcome migrate_up(const command_context& with) {
    return with_migrator(with, [&](storage::migrator& steps) {
        return tell_changed(with, steps.up(), "applied", "The database is up to date.");
    });
}

outcome migrate_down(const command_context& with, int to) {
    return with_migrator(with, [&](storage::migrator& steps) {
        return tell_changed(with, steps.down(to), "took back", "There was nothing to take back.");
    });
}

outcome migrate_status(const command_context& with) {
    return with_migrator(with, [&](storage::migrator& steps) {
        const auto all = steps.status();
        if (!all) return with.fail(all.error());
        table rows({"version", "name", "state", "applied_at", "way_down"});
        for (const auto& one : *all) {
            const std::string when = one.applied_at ? rfc3339(*one.applied_at) : "";
            const std::string state = one.applied_at ? "applied" : "pending";
            rows.add({fmt::format("{:04}", one.version), one.name, state, when, one.can_go_down ? "yes" : "no"},
                     {{"version", one.version},
                      {"name", one.name},
                      {"state", state},
                      {"applied_at", one.applied_at ? boost::json::value(when) : boost::json::value(nullptr)},
                      {"way_down", one.can_go_down}});
        }
        rows.print(with);
        return outcome::done;
    });
}

outcome migrate_show(const command_context& with, int version) {
    return with_migrator(with, [&](storage::migrator& steps) {
        const auto sql = steps.show(version);
        if (!sql) return with.fail(sql.error());
        with.out << *sql;
        return outcome::done;
    });
}

}  // namespace parley::server
