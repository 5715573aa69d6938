// parleyd in a process of its own, as long as a test needs it.
#pragma once

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>

#include "server/daemon.hpp"
#include "server/testing/installation.hpp"

namespace parley::server::testing {

/// Made by fork, so only where this process has one thread. Named parleyd, as the program is.
class daemon_process {
public:
    explicit daemon_process(const installation& here, config::environment variables = {})
        : announced_((here.path() / "announced").string()) {
        variables.emplace("PARLEY_MIGRATIONS", here.migrations().string());
        const auto config = (here.path() / "parley.yaml").string();
        process_ = ::fork();
        if (process_ < 0) throw std::runtime_error("no process");
        if (process_ > 0) {
            await_start();
            return;
        }
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::prctl(PR_SET_NAME, "parleyd");
        std::ofstream said(here.path() / "said");
        ::_exit(run_daemon({"--config", config, "--announce", announced_}, variables, said, said));
    }
    ~daemon_process() { stop(SIGKILL); }
    daemon_process(const daemon_process&) = delete;
    daemon_process& operator=(const daemon_process&) = delete;

    [[nodiscard]] pid_t process() const { return process_; }

    /// Its exit code; -1 when a signal ended it or it was stopped before.
    int stop(int with = SIGTERM) {
        if (process_ <= 0) return -1;
        ::kill(process_, with);
        int how = 0;
        ::waitpid(process_, &how, 0);
        process_ = 0;
        return WIFEXITED(how) ? WEXITSTATUS(how) : -1;
    }

private:
    void await_start() {
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{60};
        while (::access(announced_.c_str(), F_OK) != 0) {
            if (::waitpid(process_, nullptr, WNOHANG) == process_) throw std::runtime_error("parleyd did not start");
            if (std::chrono::steady_clock::now() > until) {
                stop(SIGKILL);
                throw std::runtime_error("parleyd does not start");
            }
            std::this_thread::sleep_for(std::chrono::milliseconds{5});
        }
    }

    std::string announced_;
    pid_t process_ = 0;
};

}  // namespace parley::server::testing
