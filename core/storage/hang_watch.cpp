// Looks at every pulse a few times within the limit.
#include "storage/hang_watch.hpp"

#include <algorithm>

#include "base/log.hpp"

namespace parley::storage {

hang_watch::hang_watch(std::vector<pulse*> of, std::chrono::milliseconds limit, storage_counters& counters)
    : pulses_(std::move(of)), limit_(limit), counters_(counters), thread_([this] { run(); }) {}

void hang_watch::stop() {
    {
        const std::lock_guard held(mutex_);
        is_over_ = true;
    }
    stopped_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void hang_watch::run() {
    const auto turn = std::max(limit_ / 8, std::chrono::milliseconds(10));
    std::unique_lock held(mutex_);
    while (!stopped_.wait_for(held, turn, [this] { return is_over_; })) {
        const auto cut = std::ranges::count_if(pulses_, [this](pulse* one) { return one->cut(limit_); });
        if (cut == 0) continue;
        counters_.hangs_cut.add(cut);
        log::warning("the database did not answer; its connections were cut", {{"connections", cut}});
    }
}

}  // namespace parley::storage
