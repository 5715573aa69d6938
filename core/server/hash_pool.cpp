// A few threads for slow hashing: one queue, one lock.
#include "server/hash_pool.hpp"

#include <exception>
#include <utility>

#include "base/log.hpp"

namespace parley::server {
namespace {

/// The border at which exceptions of jobs end: a dropped job's caller is answered by whoever it was to answer.
void run_at_border(hash_pool::job one) {
    try {
        one(false);
    } catch (const std::exception& why) {
        log::error("a hashing job failed", {{"what", why.what()}});
    }
}

}  // namespace

hash_pool::hash_pool(unsigned threads, std::size_t bound) : bound_(bound) {
    for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

hash_pool::~hash_pool() { stop(); }

void hash_pool::run(job one) {
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

std::size_t hash_pool::waiting() const {
    const std::lock_guard lock(guard_);
    return queue_.size();
}

void hash_pool::stop() {
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

void hash_pool::work() {
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

}  // namespace parley::server
