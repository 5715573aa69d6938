// A few threads for slow hashing, so that signing in never holds up a connection or a commit.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace parley::server {

/// Bounded on both sides: each running job costs 64 MiB, and over `bound` waiting ones the next is refused at once.
class hash_pool {
public:
    using job = std::move_only_function<void(bool refused)>;

    hash_pool(unsigned threads, std::size_t bound);
    /// As stop().
    ~hash_pool();
    hash_pool(const hash_pool&) = delete;
    hash_pool& operator=(const hash_pool&) = delete;

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

}  // namespace parley::server
