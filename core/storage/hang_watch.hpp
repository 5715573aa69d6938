// A thread that ends what a store's threads wait for in vain.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "storage/pulse.hpp"
#include "storage/storage_counters.hpp"

namespace parley::storage {

class hang_watch {
public:
    /// The pulses must outlive it.
    hang_watch(std::vector<pulse*> of, std::chrono::milliseconds limit, storage_counters&);
    ~hang_watch() { stop(); }

    void stop();

private:
    void run();

    const std::vector<pulse*> pulses_;
    const std::chrono::milliseconds limit_;
    storage_counters& counters_;
    std::mutex mutex_;
    std::condition_variable stopped_;
    bool is_over_ = false;
    std::thread thread_;
};

}  // namespace parley::storage
