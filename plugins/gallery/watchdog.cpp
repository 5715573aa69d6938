// The program's name tells whose process it is.
#include "watchdog.hpp"

#include <cerrno>
#include <cstdlib>
#include <string_view>

#include <parley/runtime.hpp>

namespace gallery {
namespace {

bool is_own_process() { return std::string_view(program_invocation_short_name) == "parley-plugin-host"; }

}  // namespace

void watchdog::set(std::optional<moment> until) {
    const std::lock_guard held(lock_);
    until_ = until;
    wake_.notify_all();
    if (until && !stopped_ && !thread_.joinable() && is_own_process()) thread_ = std::thread([this] { watch(); });
}

bool watchdog::hangs() const {
    const std::lock_guard held(lock_);
    return until_ && std::chrono::steady_clock::now() > *until_ + patience_;
}

void watchdog::stop() {
    {
        const std::lock_guard held(lock_);
        stopped_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void watchdog::watch() {
    for (std::unique_lock held(lock_); !stopped_;) {
        if (!until_) {
            wake_.wait(held);
            continue;
        }
        const auto end = *until_ + patience_;
        if (std::chrono::steady_clock::now() < end) {
            wake_.wait_until(held, end);
            continue;
        }
        parley::sdk::log::error("a file was not let go of in time; the process ends", {});
        std::_Exit(70);
    }
}

}  // namespace gallery
