// One connection to clamd, for one question and its answer; nothing of it waits without an end.
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <string_view>

#include "opened_file.hpp"

namespace virus_scan {

/// Every error has the code `engine_lost`: whoever does not answer as clamd does is not asked again before somebody has
/// looked. One thread.
class clamd_line {
public:
    using moment = std::chrono::steady_clock::time_point;

    /// `address` is an absolute path of a socket, "host:port" or "[address]:port". Everything is over at `until`, and
    /// soon after `stopping` becomes true.
    [[nodiscard]] static sdk::result<clamd_line> connect(const std::string& address, moment until,
                                                         const std::atomic<bool>& stopping);

    /// False when it answers, or has hung up, before it had taken everything.
    [[nodiscard]] sdk::result<bool> send(std::string_view bytes);
    /// Without the NUL that ends it.
    [[nodiscard]] sdk::result<std::string> answer();

private:
    clamd_line(descriptor made, moment until, const std::atomic<bool>& stopping)
        : socket_(std::move(made)), until_(until), stopping_(&stopping) {}

    /// Which of the events came; an error when time is up.
    [[nodiscard]] sdk::result<short> wait(short events) const;

    descriptor socket_;
    moment until_;
    const std::atomic<bool>* stopping_;
};

[[nodiscard]] sdk::error engine_lost(const std::string& why);

}  // namespace virus_scan
