// Work that comes round again, on a thread of its own.
#pragma once

#include <chrono>
#include <functional>
#include <stop_token>
#include <thread>

namespace parley::server {

class periodic {
public:
    /// Runs `work` every `every`, the first time after that long. What it throws is logged and the rounds go on.
    periodic(std::chrono::milliseconds every, std::function<void()> work);
    // The destructor wakes the thread, waits for a round that is running, and ends.

private:
    std::jthread thread_;
};

}  // namespace parley::server
