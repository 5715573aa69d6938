// parley config plan and reload: what would change in a running server, and making it so.
#include <fmt/format.h>
#include <signal.h>

#include <boost/json/array.hpp>
#include <cerrno>
#include <cstring>
#include <ostream>
#include <thread>

#include "config/plan.hpp"
#include "server/cli_commands.hpp"
#include "server/plugin_sections.hpp"
#include "server/reload.hpp"
#include "server/running_config.hpp"
#include "server/running_server.hpp"
#include "server/workspace.hpp"

namespace parley::server {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds patience{30};
constexpr std::chrono::milliseconds look_again{10};

json::array texts(const std::vector<std::string>& of) { return json::array(of.begin(), of.end()); }

/// What a plan starts from.
std::expected<config::inventory, outcome> other_side(const command_context& with, const std::string& against,
                                                     const config::configuration& files) {
    if (against != "running") {
        const auto loaded = load_with_plugins(against, with.variables);
        if (loaded) return config::take_inventory(**loaded);
        for (const auto& one : loaded.error()) with.err << one.text() << '\n';
        return std::unexpected(outcome::unusable);
    }
    const auto& folder = files.server.server.data_directory;
    if (const auto process = running_server(folder); !process) return std::unexpected(with.fail(process.error()));
    auto running = read_running_config(folder);
    if (!running) return std::unexpected(with.fail(running.error()));
    return std::move(running->settings);
}

/// The server's own word on a reload that began after `asked`.
result<running_config> await_reload(const std::filesystem::path& folder, pid_t process,
                                    std::chrono::nanoseconds asked) {
    while (steady_now() < asked + patience) {
        auto found = read_running_config(folder);
        if (found && found->process == process && found->last_reload && found->last_reload->began >= asked)
            return found;
        if (const auto still = running_server(folder); still != process)
            return failure(fault::unavailable, "server_gone", "The server ended before it answered; its log says why.");
        std::this_thread::sleep_for(look_again);
    }
    return failure(fault::unavailable, "no_answer",
                   fmt::format("The server was told, but has not said within {} s what came of it; its log may.",
                               patience.count()));
}

outcome tell(const command_context& with, const running_config& now) {
    const auto& what = *now.last_reload;
    if (with.lists == listing::json)
        with.print_json(json::object{{"applied", what.problems.empty()},
                                     {"generation", now.generation},
                                     {"plan", texts(what.plan)},
                                     {"problems", texts(what.problems)}});
    if (!what.problems.empty()) {
        for (const auto& one : what.problems) with.err << one << '\n';
        with.hint(fmt::format("The server refused; it runs on unchanged with generation {}.", now.generation));
        return outcome::unusable;
    }
    if (with.lists == listing::json) return outcome::done;
    for (const auto& line : what.plan) with.out << line << '\n';
    with.out << fmt::format("{}Generation {} is in force.\n", what.plan.empty() ? "No changes. " : "", now.generation);
    return outcome::done;
}

}  // namespace

outcome config_plan(const command_context& with, const std::string& against) {
    const auto files = load_configuration(with);
    if (!files) return files.error();
    const auto now = other_side(with, against, **files);
    if (!now) return now.error();
    const auto made = config::make_plan(*now, config::take_inventory(**files), *(*files)->known);
    if (made.unseen_secrets > 0)
        with.hint(fmt::format("Secrets that come from where they came from: {}; a reload sees whether they changed.",
                              made.unseen_secrets));
    if (with.lists == listing::json) with.print_json(config::to_json(made));
    if (with.lists != listing::json) {
        for (const auto& line : made.lines()) with.out << line << '\n';
        if (made.empty()) with.out << "No changes.\n";
    }
    return made.empty() ? outcome::done : outcome::changed;
}

outcome config_reload(const command_context& with) {
    const auto files = load_configuration(with);
    if (!files) return files.error();
    const auto& folder = (*files)->server.server.data_directory;
    const auto process = running_server(folder);
    if (!process) return with.fail(process.error());
    // Before anything is done: who may not read the answer had better not ask.
    if (const auto readable = read_running_config(folder); !readable) return with.fail(readable.error());
    const auto asked = steady_now();
    // Queued, so that the server can tell it from another sender's signal.
    if (::sigqueue(*process, SIGHUP, {.sival_int = told_by_tool}) != 0)
        return with.fail({fault::unavailable,
                          "not_told",
                          fmt::format("Process {} cannot be told: {}.", *process, std::strerror(errno)),
                          {}});
    const auto answered = await_reload(folder, *process, asked);
    return answered ? tell(with, *answered) : with.fail(answered.error());
}

}  // namespace parley::server
