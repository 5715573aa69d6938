// initdb, postgres, createdb; as the user postgres when we are root, because PostgreSQL refuses to run as root.
#include "load/cluster.hpp"

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <stdexcept>
#include <thread>
#include <vector>

namespace parley::load {
namespace {

using words = std::vector<std::string>;

constexpr std::chrono::seconds start_patience{60};
constexpr std::chrono::milliseconds glance{50};

words as_postgres(words command) {
    if (::getuid() != 0) return command;
    words whole{"setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig=KILL"};
    whole.insert(whole.end(), command.begin(), command.end());
    return whole;
}

/// The newest of Debian's versions; they are not on the path.
std::filesystem::path find_programs() {
    std::filesystem::path newest;
    int highest = 0;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/postgresql", none)) {
        const int version = std::atoi(entry.path().filename().c_str());
        if (version <= highest || !std::filesystem::exists(entry.path() / "bin/postgres")) continue;
        highest = version;
        newest = entry.path() / "bin";
    }
    if (newest.empty()) throw std::runtime_error("PostgreSQL is not installed: scripts/setup --test does that.");
    return newest;
}

}  // namespace

cluster::cluster(const std::filesystem::path& folder) : folder_(folder), programs_(find_programs()) {
    std::filesystem::create_directory(folder_);
    const auto log = folder_.parent_path() / "postgresql.log";
    if (::getuid() == 0) run({"chown", "postgres:postgres", folder_.string()}, log);
    const auto data = (folder_ / "data").string();
    run(as_postgres({programs_ / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
                     "--locale=C.UTF-8", "--no-sync"}),
        log);
    server_ = std::make_unique<child_process>(
        as_postgres({programs_ / "postgres", "-D", data, "-k", folder_.string(), "-c", "listen_addresses="}), log);
    wait_until_ready();
    // Not a superuser, whom row security would not slow down.
    run({programs_ / "createuser", "-h", folder_.string(), "-U", "postgres", "parley"}, log);
    run({programs_ / "createdb", "-h", folder_.string(), "-U", "postgres", "-O", "parley", "parley"}, log);
}

cluster::~cluster() { server_->stop(SIGINT, std::chrono::seconds{20}); }

std::string cluster::url() const { return "postgresql://parley@/parley?host=" + folder_.string(); }

void cluster::wait_until_ready() {
    const auto log = folder_.parent_path() / "pg_isready.log";
    const auto until = std::chrono::steady_clock::now() + start_patience;
    const words question{programs_ / "pg_isready", "-q", "-h", folder_.string()};
    while (child_process(question, log).wait() != 0) {
        if (!server_->running() || std::chrono::steady_clock::now() > until)
            throw std::runtime_error("PostgreSQL did not start:\n" + tail_of(folder_.parent_path() / "postgresql.log"));
        std::this_thread::sleep_for(glance);
    }
}

}  // namespace parley::load
