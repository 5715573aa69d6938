// The reading threads: each job sees one moment of the database.
#pragma once

#include <memory>
#include <thread>
#include <variant>
#include <vector>

#include "storage/bounded_queue.hpp"
#include "storage/condition.hpp"
#include "storage/connection.hpp"
#include "storage/failure.hpp"
#include "storage/store.hpp"

namespace parley::storage {

struct directory_job {
    std::move_only_function<void(kernel::directory&)> run;
    std::move_only_function<void(error)> failed;
};

class read_pool {
public:
    read_pool(database&, const store_options&, storage_counters&, condition&);
    ~read_pool() { stop(); }

    /// Any thread. Fails the job at once when there is no room.
    void submit(kernel::read_job);
    void submit(directory_job);
    /// Ends when everything that waits is done.
    void stop();
    /// How long each thread has been waiting for the database.
    [[nodiscard]] std::vector<pulse*> talks();

private:
    struct waiting_read {
        std::variant<kernel::read_job, directory_job> job;
        std::chrono::steady_clock::time_point deadline;
        bool is_done = false;  ///< its run has ended, so it must not begin again
    };

    void enqueue(waiting_read);
    void run(connection_slot&);
    void serve(connection_slot&, waiting_read&);
    void run_in_snapshot(connection_slot&, waiting_read&);
    [[nodiscard]] error explain(connection_slot&, failure_kind, const char* what);

    database& database_;
    const store_options options_;
    storage_counters& counters_;
    condition& condition_;
    bounded_queue<waiting_read> queue_;
    std::vector<std::unique_ptr<connection_slot>> slots_;  // one a thread
    std::vector<std::thread> threads_;
};

}  // namespace parley::storage
