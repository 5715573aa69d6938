// What a store counts about itself, readable at any time from any thread.
#pragma once

#include <atomic>
#include <cstdint>

namespace parley::storage {

/// A number that several threads add to and read; nothing is ordered by it.
class counter {
public:
    void add(std::int64_t by = 1) { value_.fetch_add(by, std::memory_order_relaxed); }
    void set(std::int64_t to) { value_.store(to, std::memory_order_relaxed); }
    [[nodiscard]] std::int64_t get() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::int64_t> value_{0};
};

struct storage_counters {
    counter write_jobs;          ///< finished, whatever the outcome
    counter write_jobs_failed;   ///< finished with an error
    counter write_jobs_refused;  ///< never started: the queue was full or the store stopping
    counter write_queue_length;  ///< waiting now
    counter commits;             ///< of groups that wrote
    counter committed_jobs;      ///< jobs in them: divided by commits, the mean group
    counter largest_group;
    counter groups_split;         ///< rolled back and run job by job because one of them failed
    counter groups_retried;       ///< run again after a lost connection or a busy database
    counter commits_in_doubt;     ///< the connection was lost while committing
    counter commit_microseconds;  ///< spent in COMMIT
    counter write_microseconds;   ///< spent on groups, COMMIT included
    counter foreign_events;       ///< read from the log because another process wrote them
    counter cached_rows;
    counter cache_drops;
    counter read_jobs;
    counter read_jobs_failed;
    counter read_jobs_refused;
    counter read_queue_length;
    counter read_microseconds;
    counter reconnects;
    counter hangs_cut;  ///< connections cut because the database kept quiet for too long
};

}  // namespace parley::storage
