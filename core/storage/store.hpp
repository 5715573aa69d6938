// The kernel's store on a database: group commit for writes, a pool of snapshots for reads.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/error.hpp"
#include "kernel/ports.hpp"
#include "kernel/write_witness.hpp"
#include "storage/database.hpp"
#include "storage/storage_counters.hpp"

namespace parley::storage {

struct store_options {
    std::size_t batch_limit = 512;     ///< most jobs in one commit
    std::size_t write_queue = 10'000;  ///< most waiting writes; over it they are refused as unavailable
    std::size_t read_queue = 10'000;
    unsigned readers = 4;                             ///< threads that read, each with a connection of its own
    std::chrono::milliseconds write_deadline{5'000};  ///< a write not committed by then is finished as unavailable
    std::chrono::milliseconds read_deadline{5'000};   ///< a read not begun by then fails as unavailable
    /// While the database is away for longer, or has no room, what comes is refused at once instead of waiting. Only
    /// where somebody watches (below).
    std::chrono::milliseconds patience{2'000};
    /// PostgreSQL: a connection on which a transaction has not ended by then is cut, as that of a frozen machine.
    std::chrono::milliseconds hang_limit{20'000};
    std::size_t cached_rows = 100'000;  ///< users, conversations and members the writer remembers between groups
    /// How often an idle writer looks for events that other processes wrote; 0 for only when it writes.
    std::chrono::milliseconds watch_interval{500};
    kernel::write_witness* witness = nullptr;  ///< outlives the store; null: nobody
};

/// On top of what kernel::store promises:
/// - A job's `apply`, and a read's `run`, start again from the beginning when their transaction is lost; they must
///   not keep from an earlier run what a later one does not set again.
/// - `finish`, `failed` and the sink must not throw.
/// - An event_sink hears every event committed after the store was opened, in order of positions and once, whichever
///   process wrote it; those of other processes come with the messages as they are now. What the log no longer holds
///   leaves a gap.
/// - When a connection is lost while committing, the store finds out whether the group was kept before it answers. If
/// it
///   cannot within the deadline, the error's code is "outcome_unknown"; otherwise an error means nothing was kept.
class sql_store final : public kernel::store {
public:
    ~sql_store() override;

    void write(kernel::write_job) override;
    void read(kernel::read_job) override;
    /// A tenant is committed when insert() returns; a name that is taken ends `run` there and is told to `failed` (code
    /// tenant_exists).
    void with_directory(std::move_only_function<void(kernel::directory&)> run,
                        std::move_only_function<void(error)> failed) override;

    /// Another process on this database said that it committed events up to there: they are heard soon, and not only at
    /// the next watch_interval. Any thread; harmless when it is not so.
    void others_wrote(tenant_id, position);

    /// Takes no new jobs, finishes those that wait, ends the threads. Called by the destructor too; not from a job.
    void stop();

    /// The largest identifier stored anywhere, 0 in an empty database: the floor for an id_source.
    [[nodiscard]] result<std::int64_t> highest_id();
    /// Whether the database answers, is where it was, and has room, as its writer last saw; never waits. While it has
    /// no room, the writer tries with a write that is taken back.
    [[nodiscard]] result<void> check() const;
    [[nodiscard]] const storage_counters& counters() const;
    /// The last failure that was the database's or a job's own, for operators; may quote SQL, empty for none.
    [[nodiscard]] std::string last_error() const;

private:
    friend result<std::unique_ptr<sql_store>> open_store(std::shared_ptr<database>, store_options, kernel::event_sink&);
    struct parts;
    explicit sql_store(std::unique_ptr<parts>);
    std::unique_ptr<parts> parts_;
};

/// The database must have been migrated; the sink must outlive the store.
/// Errors: database_unreachable, database_older (its tables are missing).
[[nodiscard]] result<std::unique_ptr<sql_store>> open_store(std::shared_ptr<database>, store_options,
                                                            kernel::event_sink&);

}  // namespace parley::storage
