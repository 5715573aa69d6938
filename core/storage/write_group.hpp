// The writes that share one transaction, from the tenants' locks to the news of what was committed.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <unordered_map>

#include "kernel/ports.hpp"
#include "kernel/write_witness.hpp"
#include "storage/database.hpp"
#include "storage/row_writing.hpp"
#include "storage/storage_counters.hpp"
#include "storage/tenant_memory.hpp"

namespace parley::storage {

struct waiting_write {
    kernel::write_job job;
    std::chrono::steady_clock::time_point deadline;
    std::optional<error> problem;  ///< why it cannot be done, though its group was
};

/// What a tenant_clock_view is read by where no transaction has a number; a condition may follow.
inline constexpr auto tenant_clocks = "SELECT id, \"position\", log_begin, generation, CAST(0 AS BIGINT) FROM tenant ";

using tenant_memories = std::unordered_map<tenant_id, tenant_memory>;

/// The tenants of these jobs.
[[nodiscard]] std::set<std::int64_t> tenants_of(std::span<const waiting_write>);

/// Made anew for each transaction; the functions are called in the order in which they stand here.
class write_group {
public:
    /// Without a witness nobody is told but the sink.
    write_group(database&, tenant_memories&, kernel::event_sink&, storage_counters&, kernel::write_witness* = nullptr);

    /// Locks the rows of the jobs' tenants, in order of identifiers so that two nodes cannot wait for each other.
    void lock(const std::set<std::int64_t>& tenants);
    /// PostgreSQL's number of this transaction, by which its fate can be asked; 0 for SQLite.
    [[nodiscard]] std::int64_t transaction() const { return transaction_; }
    /// Whether what these rows say, as they were locked, is possible after that other transaction. When it is not, that
    /// one was not kept, whatever has become of its number since.
    [[nodiscard]] bool may_follow(const write_group&) const;
    /// Lets the sink hear what other processes wrote, and forgets what that made old.
    void catch_up();
    /// Runs the jobs in order. Throws what they throw, and when one says that it wrote nothing but did.
    void run(std::span<waiting_write>);
    [[nodiscard]] bool has_written() const;
    /// Writes what was left for the end.
    void finish();
    /// After the commit: remembers, and lets the sink hear the group's events.
    void announce();

private:
    void prefetch(std::span<const waiting_write>);

    database& database_;
    tenant_memories& memories_;
    kernel::event_sink& sink_;
    storage_counters& counters_;
    kernel::write_witness* witness_;
    std::map<tenant_id, row_writing> tenants_;
    std::int64_t transaction_ = 0;
};

/// Lets the sink hear the events after memory.heard up to `until`, which must all be committed. Within a transaction.
void hear_foreign_events(odb::database&, tenant_id, tenant_memory&, position until, kernel::event_sink&,
                         storage_counters&);

}  // namespace parley::storage
