// One transaction's steps; group_commit.cpp decides what happens when one of them fails.
#include "storage/write_group.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <functional>
#include <stdexcept>
#include <tuple>
#include <vector>

#include "base/log.hpp"
#include "kernel/follow_log.hpp"
#include "storage/load.hpp"
#include "storage/prepared.hpp"

namespace parley::storage {
namespace {

constexpr int events_at_once = 1'000;

/// Whether the log has another event in its place.
bool is_displaced(odb::database& db, tenant_id of, const event& one) {
    const auto there = rows(db, of).events_after(one.at - 1, 1);
    if (there.empty() || there.front().at != one.at) return false;  // trimmed since
    const auto& other = there.front();
    return std::tie(other.type, other.conversation, other.user, other.about) !=
           std::tie(one.type, one.conversation, one.user, one.about);
}

template <class Take>
void lock_rows(const std::set<std::int64_t>& tenants, Take take) {
    statement_values values;
    values.add(std::vector(tenants.begin(), tenants.end()), std::identity{});
    const auto found = run_prepared(
        "SELECT id, position, log_begin, generation, txid_current() FROM tenant "
        "WHERE id = ANY ($1::bigint[]) ORDER BY id FOR UPDATE",
        values);
    for (int row = 0; row < found.rows(); ++row)
        take({.tenant = found.number(row, 0),
              .position = found.number(row, 1),
              .log_begin = found.number(row, 2),
              .generation = found.number(row, 3),
              .transaction = found.number(row, 4)});
}

}  // namespace

std::set<std::int64_t> tenants_of(std::span<const waiting_write> jobs) {
    std::set<std::int64_t> ids;
    for (const auto& one : jobs) ids.insert(one.job.tenant.value);
    return ids;
}

write_group::write_group(database& db, tenant_memories& memories, kernel::event_sink& sink, storage_counters& counters,
                         kernel::write_witness* witness)
    : database_(db), memories_(memories), sink_(sink), counters_(counters), witness_(witness) {}

void write_group::lock(const std::set<std::int64_t>& tenants) {
    const auto take = [&](const tenant_clock_view& clock) {
        const tenant_id id{clock.tenant};
        transaction_ = clock.transaction;
        tenants_.try_emplace(id, database_.mapped(), clock, memories_[id]);
    };
    if (database_.kind() == engine::postgresql) return lock_rows(tenants, take);
    const auto sql = fmt::format("{}WHERE id IN ({}) ORDER BY id", tenant_clocks, fmt::join(tenants, ","));
    each_view<tenant_clock_view>(database_.mapped(), odb::query_base(sql), take);
}

bool write_group::may_follow(const write_group& other) const {
    for (const auto& [id, wrote] : other.tenants_) {
        const auto found = tenants_.find(id);
        if (wrote.writes() == 0 || found == tenants_.end()) continue;
        const auto& now = found->second;
        if (now.generation() < wrote.generation() || now.at() < wrote.at()) return false;
        if (!wrote.events().empty() && is_displaced(database_.mapped(), id, *wrote.events().back())) return false;
    }
    return true;
}

void write_group::catch_up() {
    for (auto& [id, writing] : tenants_) {
        auto& memory = memories_[id];
        hear_foreign_events(database_.mapped(), id, memory, writing.at(), sink_, counters_);
        if (memory.generation == writing.generation()) continue;
        if (memory.size() != 0) counters_.cache_drops.add();
        memory.forget();
        memory.generation = writing.generation();
    }
}

void write_group::prefetch(std::span<const waiting_write> jobs) {
    std::map<tenant_id, std::vector<std::string>> keys;
    for (const auto& one : jobs)
        if (one.job.author && !one.job.client_key.empty())
            keys[one.job.tenant].push_back(sender_key(one.job.author, one.job.client_key));
    for (auto& [id, wanted] : keys)
        if (const auto found = tenants_.find(id); found != tenants_.end()) found->second.prefetch(std::move(wanted));
}

void write_group::run(std::span<waiting_write> jobs) {
    prefetch(jobs);
    for (auto& one : jobs) {
        const auto found = tenants_.find(one.job.tenant);
        if (found == tenants_.end()) {
            one.problem = error{fault::not_found, "tenant_unknown", "There is no such tenant.", {}};
            continue;
        }
        auto& writing = found->second;
        const auto before = writing.writes();
        const bool says_it_wrote = one.job.apply(writing);
        if (!says_it_wrote && writing.writes() != before)
            throw std::logic_error("a job wrote although it says that it did not");
    }
}

bool write_group::has_written() const {
    for (const auto& [id, writing] : tenants_)
        if (writing.writes() != 0) return true;
    return false;
}

void write_group::finish() {
    for (auto& [id, writing] : tenants_)
        if (writing.writes() != 0) writing.finish();
}

void write_group::announce() {
    for (auto& [id, writing] : tenants_) {
        auto& memory = memories_[id];
        memory.generation = writing.generation();
        if (writing.events().empty()) continue;
        try {
            sink_.committed(id, writing.events());
            memory.heard = writing.at();
            if (witness_ != nullptr) witness_->wrote(id, memory.heard);
        } catch (const std::exception& why) {
            // It is committed all the same; who has not heard it hears it from the log, as what others wrote.
            log::error("what was committed could not be told at once", {{"why", why.what()}});
        }
    }
}

void hear_foreign_events(odb::database& db, tenant_id of, tenant_memory& memory, position until,
                         kernel::event_sink& sink, storage_counters& counters) {
    rows log(db, of);
    while (memory.heard < until) {
        auto read = log.events_after(memory.heard, events_at_once);
        std::erase_if(read, [until](const event& one) { return one.at > until; });
        row_reading<kernel::reading> rest(db, of);
        kernel::fill_views(rest, read);
        kernel::fill_hearers(rest, read);
        std::vector<std::shared_ptr<const event>> heard;
        for (auto& one : read) heard.push_back(std::make_shared<const event>(std::move(one)));
        // What the log no longer holds cannot be heard.
        if (heard.empty()) memory.heard = until;
        if (heard.empty()) return;
        counters.foreign_events.add(static_cast<std::int64_t>(heard.size()));
        sink.committed(of, heard);
        memory.heard = heard.back()->at;
    }
}

}  // namespace parley::storage
