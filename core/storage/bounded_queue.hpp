// Jobs waiting for the threads that do them: bounded, and closed once for all.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <iterator>
#include <mutex>
#include <vector>

namespace parley::storage {

template <class Job>
class bounded_queue {
public:
    explicit bounded_queue(std::size_t bound) : bound_(bound) {}

    /// Takes the job unless the queue is full or closed; `job` is untouched then.
    [[nodiscard]] bool push(Job& job) {
        {
            const std::lock_guard held(mutex_);
            if (closed_ || jobs_.size() >= bound_) return false;
            jobs_.push_back(std::move(job));
        }
        filled_.notify_one();
        return true;
    }

    /// Ends a wait for jobs, this one or the next, without one.
    void nudge() {
        {
            const std::lock_guard held(mutex_);
            nudged_ = true;
        }
        filled_.notify_one();
    }

    /// Up to `most` jobs, oldest first. Waits for the first at most `patience`; then, or once the queue is closed and
    /// empty, or nudged, the answer is empty.
    [[nodiscard]] std::vector<Job> pop(std::size_t most, std::chrono::milliseconds patience) {
        std::unique_lock held(mutex_);
        filled_.wait_for(held, patience, [this] { return closed_ || nudged_ || !jobs_.empty(); });
        nudged_ = false;
        const auto end = jobs_.begin() + static_cast<std::ptrdiff_t>(std::min(most, jobs_.size()));
        std::vector<Job> taken(std::make_move_iterator(jobs_.begin()), std::make_move_iterator(end));
        jobs_.erase(jobs_.begin(), end);
        return taken;
    }

    void close() {
        {
            const std::lock_guard held(mutex_);
            closed_ = true;
        }
        filled_.notify_all();
    }

    [[nodiscard]] bool is_done() const {
        const std::lock_guard held(mutex_);
        return closed_ && jobs_.empty();
    }
    [[nodiscard]] std::size_t size() const {
        const std::lock_guard held(mutex_);
        return jobs_.size();
    }

private:
    const std::size_t bound_;
    mutable std::mutex mutex_;
    std::condition_variable filled_;
    std::deque<Job> jobs_;
    bool closed_ = false;
    bool nudged_ = false;
};

}  // namespace parley::storage
