// A PostgreSQL of a test's own: in a temporary folder, reached through a socket in that folder only, gone at the end.
#pragma once

#include <fcntl.h>
#include <fmt/core.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace parley::storage::testing {

/// Each object is a cluster of its own, so several test programs can run at once. Started from the newest
/// /usr/lib/postgresql/*/bin; as the user postgres when the test runs as root, since PostgreSQL refuses root.
/// Throws with a sentence when it cannot be had.
class postgres {
public:
    postgres() {
        std::string name = (std::filesystem::temp_directory_path() / "parley-pg-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder for PostgreSQL");
        folder_ = name;
        if (geteuid() == 0 && chown(name.c_str(), account().pw_uid, account().pw_gid) != 0)
            throw std::runtime_error("the folder for PostgreSQL cannot be given to the user postgres");
        wait_for(spawn({"initdb", "-D", data(), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8",
                        "--no-sync"}),
                 "initdb");
        start();
        execute("CREATE ROLE parley LOGIN NOSUPERUSER NOBYPASSRLS");
    }
    ~postgres() {
        if (server_ > 0) stop();
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    postgres(const postgres&) = delete;
    postgres& operator=(const postgres&) = delete;

    /// Makes an empty database of the role parley, which row security binds, and answers its URL.
    [[nodiscard]] std::string create_database() {
        const auto name = fmt::format("parley_{}", ++databases_);
        execute("CREATE DATABASE " + name + " OWNER parley");
        return url(name);
    }
    [[nodiscard]] std::string url(const std::string& name, const std::string& role = "parley") const {
        return fmt::format("postgresql:///{}?host={}&user={}", name, folder_.string(), role);
    }
    [[nodiscard]] std::filesystem::path socket() const { return folder_ / ".s.PGSQL.5432"; }

    /// Runs SQL as superuser and answers the first value, if any.
    std::string execute(const std::string& sql) {
        auto* connection = PQconnectdb(url("postgres", "postgres").c_str());
        auto* answer = PQexec(connection, sql.c_str());
        const auto status = PQresultStatus(answer);
        const std::string problem = PQerrorMessage(connection);
        const std::string value = PQntuples(answer) > 0 ? PQgetvalue(answer, 0, 0) : "";
        PQclear(answer);
        PQfinish(connection);
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) throw std::runtime_error(sql + ": " + problem);
        return value;
    }

    void start() {
        server_ = spawn({"postgres", "-D", data(), "-k", folder_.string(), "-c", "listen_addresses=", "-c",
                         "max_connections=60", "-c", "shared_buffers=32MB", "-c", "max_wal_size=256MB", "-c",
                         "recovery_init_sync_method=syncfs"});
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (PQping(url("postgres", "postgres").c_str()) != PQPING_OK) {
            if (std::chrono::steady_clock::now() > deadline || waitpid(server_, nullptr, WNOHANG) != 0) {
                server_ = 0;
                throw std::runtime_error("PostgreSQL did not start; see " + log());
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
    }
    /// As in a power cut: no time to say goodbye.
    void stop() {
        ::kill(server_, SIGQUIT);
        waitpid(server_, nullptr, 0);
        server_ = 0;
    }

private:
    [[nodiscard]] std::string data() const { return (folder_ / "data").string(); }
    [[nodiscard]] std::string log() const { return (folder_ / "log").string(); }

    [[nodiscard]] static const passwd& account() {
        const auto* found = getpwnam("postgres");
        if (found == nullptr) throw std::runtime_error("there is no user postgres");
        return *found;
    }

    [[nodiscard]] static std::filesystem::path programs() {
        const std::filesystem::path all = "/usr/lib/postgresql";
        int newest = 0;
        if (std::filesystem::exists(all))
            for (const auto& one : std::filesystem::directory_iterator(all))
                if (std::filesystem::exists(one.path() / "bin" / "postgres"))
                    newest = std::max(newest, std::atoi(one.path().filename().c_str()));
        if (newest == 0) throw std::runtime_error("PostgreSQL is not installed (Debian package postgresql)");
        return all / std::to_string(newest) / "bin";
    }

    [[nodiscard]] pid_t spawn(std::vector<std::string> words) const {
        const auto program = (programs() / words.front()).string();
        std::vector<char*> arguments;
        for (auto& one : words) arguments.push_back(one.data());
        arguments.push_back(nullptr);
        const auto file = log();
        const passwd* as = geteuid() == 0 ? &account() : nullptr;
        const auto child = fork();
        if (child != 0) return child;
        if (as != nullptr && (setgroups(0, nullptr) != 0 || setgid(as->pw_gid) != 0 || setuid(as->pw_uid) != 0))
            _exit(126);
        prctl(PR_SET_PDEATHSIG, SIGQUIT);  // nothing is left behind when the test is killed
        const int out = open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
        dup2(out, STDOUT_FILENO);
        dup2(out, STDERR_FILENO);
        if (chdir("/") != 0) _exit(126);
        execv(program.c_str(), arguments.data());
        _exit(127);
    }

    void wait_for(pid_t child, const char* name) const {
        int status = 0;
        waitpid(child, &status, 0);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
            throw std::runtime_error(fmt::format("{} failed; see {}", name, log()));
    }

    std::filesystem::path folder_;
    pid_t server_ = 0;
    int databases_ = 0;
};

}  // namespace parley::storage::testing
