// A few threads for what is slow or waits for a disk, so that it never holds up a connection or a commit.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace parley {

/// Bounded on both sides: over `bound` waiting jobs the next is refused at once.
class work_pool {
public:
    using job = std::move_only_function<void(bool refused)>;

    work_pool(unsigned threads, std::size_t bound);
    /// As stop().
    ~work_pool();
    work_pool(const work_pool&) = delete;
    work_pool& operator=(const work_pool&) = delete;

    /// Runs the job on a thread of the pool, or refuses it on the caller's. Any thread.
    void run(job);

    /// Jobs that wait now.
    [[nodiscard]] std::size_t waiting() const;

    /// Refuses what waits, lets running jobs end, ends the threads. Not to be called from a job.
    void stop();

private:
    void work();

    std::size_t bound_;
    mutable std::mutex guard_;
    std::condition_variable changed_;
    std::deque<job> queue_;
    bool stopping_ = false;
    std::vector<std::jthread> threads_;
};

}  // namespace parley
