// The program `parleyd`: arguments, signals, and every problem of a start on standard error.
#include "server/daemon.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <fstream>
#include <functional>
#include <ostream>
#include <system_error>

#include "base/log.hpp"
#include "base/text.hpp"
#include "base/version.hpp"
#include "server/configuration_file.hpp"
#include "server/plugin_sections.hpp"
#include "server/process_usage.hpp"
#include "server/running_server.hpp"
#include "server/server.hpp"

namespace parley::server {
namespace {

constexpr int stopped = 0;
constexpr int not_started = 1;
constexpr int unusable = 2;

struct daemon_options {
    std::string config;
    std::string announce;
    bool migrate = false;
};

/// The signals that this process answers. Blocked from before the first thread on, so that only wait() meets them.
class signals {
public:
    signals() {
        sigemptyset(&awaited_);
        for (const int one : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&awaited_, one);
        pthread_sigmask(SIG_BLOCK, &awaited_, nullptr);
        // A peer that is gone is an error of write(), not the end of the server.
        ::signal(SIGPIPE, SIG_IGN);
        ::signal(SIGXFSZ, SIG_IGN);  // a write over the limit of a file's size fails, and nothing else
    }

    /// Until somebody wants the server to stop; calls `reload` whenever somebody wants that.
    void wait(const std::function<void(const reload_asker&)>& reload) const {
        siginfo_t met{};
        int which = 0;
        while ((which = sigwaitinfo(&awaited_, &met)) < 0 || which == SIGHUP)
            if (which == SIGHUP) reload(sender_of(met));
        log::info("told to stop", {{"signal", which}});
    }

    /// From now on a signal does what it does to any program: it ends it.
    void let_go() const {
        ::signal(SIGHUP, SIG_IGN);
        pthread_sigmask(SIG_UNBLOCK, &awaited_, nullptr);
    }

private:
    [[nodiscard]] static reload_asker sender_of(const siginfo_t& met) {
        const bool tool = met.si_code == SI_QUEUE && met.si_value.sival_int == told_by_tool;
        return {.by = tool ? reload_asker::way::tool : reload_asker::way::signal, .account = met.si_uid};
    }

    sigset_t awaited_{};
};

/// Appears whole: whoever waits for the file never reads half a number.
result<void> announce(const std::string& file, std::uint16_t port) {
    if (file.empty()) return {};
    const auto draft = file + ".new";
    std::ofstream to(draft);
    to << port << '\n';
    to.close();
    std::error_code failed;
    if (to) std::filesystem::rename(draft, file, failed);
    if (!to || failed) return failure(fault::unavailable, "announce", "The port cannot be written to " + file + ".");
    return {};
}

int tell(std::ostream& err, const std::vector<error>& problems) {
    for (const auto& one : problems) err << "parleyd: " << escape_controls(one.message) << '\n';
    return not_started;
}

int run(const daemon_options& options, const config::environment& variables, std::ostream& err) {
    const auto loaded = load_with_plugins(configuration_file(options.config, variables), variables);
    if (!loaded) {
        for (const auto& one : loaded.error()) err << one.text() << '\n';
        return unusable;
    }
    const signals stop_signals;
    raise_descriptor_limit();
    // The log's file may be in the data directory, which a first start makes.
    auto problems = check_start((*loaded)->server);
    if (auto logging = log::start((*loaded)->server.log); !logging) problems.push_back(logging.error());
    if (!problems.empty()) return tell(err, problems);
    auto started =
        server::start(*loaded, {.migrations = migrations_folder(variables),
                                .migrate = options.migrate ? migration_choice::always : migration_choice::embedded_only,
                                .variables = variables});
    if (!started) return tell(err, started.error());
    const pid_file ours((*loaded)->server.server.data_directory);
    if (auto said = announce(options.announce, (*started)->port()); !said) return tell(err, {said.error()});
    stop_signals.wait([&](const reload_asker& who) { (*started)->reload(who); });
    stop_signals.let_go();
    (*started)->stop();
    log::info("stopped");
    return stopped;
}

}  // namespace

int run_daemon(const std::vector<std::string>& arguments, const config::environment& variables, std::ostream& out,
               std::ostream& err) {
    daemon_options options;
    CLI::App app(
        "The Parley server. Stops gracefully on SIGTERM and SIGINT, at once on the second one; loads its configuration "
        "again on SIGHUP.",
        "parleyd");
    app.set_version_flag("--version", fmt::format("parleyd {}", version));
    app.add_option("--config", options.config,
                   "parley.yaml or its folder (default: $PARLEY_CONFIG, config/parley.yaml, /etc/parley/parley.yaml)");
    app.add_flag("--migrate", options.migrate,
                 "Bring the database's tables up to date first; SQLite's always are, PostgreSQL's only with this");
    app.add_option("--announce", options.announce, "Write the port into this file once it is listened on");
    try {
        app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
        return run(options, variables, err);
    } catch (const CLI::ParseError& why) {
        return app.exit(why, out, err) == 0 ? stopped : unusable;
    } catch (const std::exception& why) {
        return tell(err, {{fault::internal, "internal", why.what(), {}}});
    }
}

}  // namespace parley::server
