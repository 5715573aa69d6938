// One queue, one lock.
#include "base/work_pool.hpp"

#include <exception>
#include <utility>

#include "base/log.hpp"

namespace parley {
namespace {

/// The border at which exceptions of jobs end: a dropped job's caller is answered by whoever it was to answer.
void run_at_border(work_pool::job one) {
    try {
        one(false);
    } catch (const std::exception& why) {
        log::error("a job failed", {{"what", why.what()}});
    }
}

}  // namespace

work_pool::work_pool(unsigned threads, std::size_t bound) : bound_(bound) {
    for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

work_pool::~work_pool() { stop(); }

void work_pool::run(job one) {
    {
        const std::lock_guard lock(guard_);
        if (!stopping_ && queue_.size() < bound_) {
            queue_.push_back(std::move(one));
            changed_.notify_one();
            return;
        }
    }
    one(true);
}

std::size_t work_pool::waiting() const {
    const std::lock_guard lock(guard_);
    return queue_.size();
}

void work_pool::stop() {
    std::deque<job> left;
    {
        const std::lock_guard lock(guard_);
        stopping_ = true;
        left.swap(queue_);
    }
    changed_.notify_all();
    for (auto& one : left) one(true);
    threads_.clear();
}

void work_pool::work() {
    std::unique_lock lock(guard_);
    while (true) {
        changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        if (stopping_) return;
        auto next = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();
        run_at_border(std::move(next));
        lock.lock();
    }
}

}  // namespace parley
