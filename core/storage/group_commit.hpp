// The writing thread: whatever waits when the last commit ends goes into the next.
#pragma once

#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "storage/bounded_queue.hpp"
#include "storage/condition.hpp"
#include "storage/connection.hpp"
#include "storage/failure.hpp"
#include "storage/store.hpp"
#include "storage/write_group.hpp"

namespace parley::storage {

/// One per database. Jobs, `finish` and the sink are called on its thread only.
class group_commit {
public:
    /// `memories` says up to where the sink needs to hear nothing.
    group_commit(database&, const store_options&, kernel::event_sink&, storage_counters&, condition&,
                 tenant_memories memories);
    ~group_commit() { stop(); }

    /// Any thread. Finishes the job at once when there is no room.
    void submit(kernel::write_job);
    /// Any thread. Another process says that it committed up to there: looks at once.
    void others_wrote(tenant_id, position);
    /// Ends when everything that waits is finished.
    void stop();
    /// How long the thread has been waiting for the database.
    [[nodiscard]] pulse& talks() { return slot_.beat(); }

private:
    enum class outcome : std::uint8_t { committed = 1, again, failed, refused };
    class talk_with {
    public:
        explicit talk_with(group_commit& of) : of_(of), talk_(of.slot_.beat()) { of_.condition_.begins(); }
        ~talk_with() { of_.condition_.ends(); }
        talk_with(const talk_with&) = delete;
        talk_with& operator=(const talk_with&) = delete;

    private:
        group_commit& of_;
        talking talk_;
    };

    void run();
    void commit(std::vector<waiting_write>);
    [[nodiscard]] outcome attempt(std::vector<waiting_write>&);
    void attempt_once(std::vector<waiting_write>&);
    [[nodiscard]] bool was_kept(const write_group& before, write_group& now);
    [[nodiscard]] outcome judge(failure_kind, const char* what);
    void split(std::vector<waiting_write>);
    void expire(std::vector<waiting_write>&);
    void finish(waiting_write&, std::optional<error>);
    void watch();
    void look_where_others_wrote();
    /// `where`: of the table of tenants; all if empty.
    void hear_what_others_wrote(const std::string& where);
    [[nodiscard]] bool watches() const { return options_.watch_interval > std::chrono::milliseconds(0); }
    void database_answers();
    void database_is_away(failure_kind, const char* why);
    void there_is_room();
    /// After a group of these tenants.
    void bound_memory(const std::set<std::int64_t>& tenants);

    database& database_;
    const store_options options_;
    kernel::event_sink& sink_;
    storage_counters& counters_;
    condition& condition_;
    bounded_queue<waiting_write> queue_;
    std::mutex said_guard_;
    std::unordered_map<tenant_id, position> said_;  ///< what others said that they wrote, not looked at yet

    // The thread's own.
    tenant_memories memories_;
    std::size_t remembered_rows_ = 0;  // in all of them
    connection_slot slot_;
    std::unique_ptr<write_group> in_doubt_;  ///< was being committed when the connection was lost
    error failure_;                          ///< of the last attempt that failed
    std::chrono::steady_clock::time_point last_look_;

    std::thread thread_;
};

}  // namespace parley::storage
