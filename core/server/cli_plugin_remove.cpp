// parley plugin remove: what a plugin leaves behind, said first and then taken away.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <istream>
#include <ostream>

#include "base/text.hpp"
#include "plugins/manifest.hpp"
#include "server/cli_commands.hpp"
#include "server/open_database.hpp"
#include "server/plugin_files.hpp"
#include "server/running_config.hpp"
#include "server/running_server.hpp"
#include "server/workspace.hpp"
#include "storage/plugin_database.hpp"

namespace parley::server {
namespace {

class removal {
public:
    removal(const command_context& with, const std::string& id, rows_fate fate, std::filesystem::path files)
        : with_(with), id_(id), fate_(fate), files_(std::move(files)) {}

    outcome run(storage::plugin_databases& from, confirmation how) {
        auto rows = from.describe(id_);
        if (!rows) return with_.fail(rows.error());
        auto traces = from.traces(id_);
        if (!traces) return with_.fail(traces.error());
        say_rows(*rows);
        say_files();
        say_rest(*traces);
        if (how == confirmation::asked_for && !agreed()) {
            with_.out << "Nothing was changed.\n";
            return outcome::failed;
        }
        return remove(from);
    }

private:
    void line(const std::string& text) { with_.out << "- " << escape_controls(text) << '\n'; }

    void say_rows(const std::optional<storage::plugin_rows>& rows) {
        with_.out << fmt::format("Removing {}:\n", id_);
        if (!rows) return line("It keeps no rows.");
        for (const auto& [table, count] : rows->tables) line(fmt::format("table {}: {} rows", table, count));
        line(fmt::format("Its tables in {} {}.", rows->where, what_becomes()));
    }

    [[nodiscard]] std::string_view what_becomes() const {
        static constexpr std::string_view fates[] = {"stay where they are", "are put aside under another name",
                                                     "are deleted for good"};
        return fates[static_cast<std::size_t>(fate_) - 1];
    }

    void say_files() {
        std::size_t count = 0;
        std::uintmax_t bytes = 0;
        if (std::filesystem::exists(files_))
            for (const auto& one : std::filesystem::recursive_directory_iterator(files_)) {
                if (!one.is_regular_file()) continue;
                ++count;
                bytes += one.file_size();
            }
        if (count == 0) return line("It keeps no files.");
        line(fmt::format("Its {} files of {} bytes in {} {}.", count, bytes, files_.string(), what_becomes()));
    }

    void remove_files() {
        if (fate_ == rows_fate::purged) std::filesystem::remove_all(files_);
        if (fate_ != rows_fate::archived || !std::filesystem::exists(files_)) return;
        auto aside = files_;
        for (int number = 1; std::filesystem::exists(aside); ++number)
            aside = files_.parent_path() / fmt::format("files.{}", number);
        std::filesystem::rename(files_, aside);
        with_.out << fmt::format("Its files are in {}.\n", escape_controls(aside.string()));
    }

    void say_rest(const storage::plugin_traces& traces) {
        if (fate_ == rows_fate::kept)
            line(
                fmt::format("Its place in the event log of {} tenants and {} waiting jobs stay; the log is kept from "
                            "there on for when it comes back.",
                            traces.cursors, traces.jobs));
        else
            line(fmt::format("Its place in the event log of {} tenants and {} waiting jobs are forgotten.",
                             traces.cursors, traces.jobs));
        line("Events that it said stay in the log until they are too old.");
        line("Permissions of its that roles grant stay in them and mean nothing without it.");
        // Else the configuration would not be valid.
        line("Settings of its are in no file any more.");
    }

    [[nodiscard]] bool agreed() {
        with_.out << fmt::format("Type {} to go on: ", id_) << std::flush;
        std::string typed;
        std::getline(with_.in, typed);
        return typed == id_;
    }

    outcome remove(storage::plugin_databases& from) {
        if (fate_ == rows_fate::kept) {
            with_.out << "Nothing had to be done.\n";
            return outcome::done;
        }
        if (fate_ == rows_fate::archived) {
            const auto moved = from.archive(id_);
            if (!moved) return with_.fail(moved.error());
            if (!moved->empty()) with_.out << fmt::format("Its rows are in {}.\n", escape_controls(*moved));
        } else if (const auto gone = from.purge(id_); !gone) {
            return with_.fail(gone.error());
        }
        try {
            remove_files();
        } catch (const std::filesystem::filesystem_error& why) {
            return with_.fail({.kind = fault::unavailable,
                               .code = "files_stay",
                               .message = fmt::format("Its files: {}", why.what())});
        }
        const auto forgotten = from.forget(id_);
        if (!forgotten) return with_.fail(forgotten.error());
        with_.out << fmt::format("Done. Its file can go: {}.so in plugins.folders.\n", id_);
        return outcome::done;
    }

    const command_context& with_;
    const std::string& id_;
    rows_fate fate_;
    std::filesystem::path files_;
};

}  // namespace

outcome plugin_remove(const command_context& with, const std::string& id, rows_fate fate, confirmation how) {
    if (!plugins::is_plugin_id(id)) return with.misuse("That is no plugin's id");
    const auto configured = load_configuration(with);
    if (!configured) return configured.error();
    const auto& of = **configured;
    const auto& load = of.server.plugins.load;
    if (std::ranges::find(load, id) != load.end())
        return with.misuse(
            fmt::format("{} is still to be loaded; take it out of plugins.load and start the server again first", id));
    const auto& data = of.server.server.data_directory;
    // A server that was started before the configuration changed may still have it.
    if (fate != rows_fate::kept && running_server(data)) {
        const auto running = read_running_config(data);
        if (!running) return with.fail(running.error());
        const auto loaded = config::value_in(running->settings, "server", "plugins.load").value;
        if (loaded.find('"' + id + '"') != loaded.npos)
            return with.misuse(fmt::format("The running server has {} loaded; start it again first", id));
    }
    const system_clock time;
    storage::plugin_databases all(database_options_of(of.server), data, time);
    return removal(with, id, fate, plugin_files_folder(data, id)).run(all, how);
}

}  // namespace parley::server
