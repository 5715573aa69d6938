// One snapshot per job, and a second try on a new connection when the first one is lost.
#include "storage/read_pool.hpp"

#include "base/log.hpp"
#include "storage/row_reading.hpp"
#include "storage/tenant_directory.hpp"

namespace parley::storage {
namespace {

using steady = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr int most_attempts = 2;

const error overloaded{
    fault::unavailable, "read_queue_full", "Too much is waiting to be read; try again.", {}, std::chrono::seconds(1)};

}  // namespace

read_pool::read_pool(database& db, const store_options& options, storage_counters& counters, condition& state)
    : database_(db), options_(options), counters_(counters), condition_(state), queue_(options.read_queue) {
    for (unsigned i = 0; i < std::max(1U, options.readers); ++i)
        slots_.push_back(std::make_unique<connection_slot>(database_, purpose::reading, &counters_));
    for (auto& slot : slots_) threads_.emplace_back([this, &slot] { run(*slot); });
}

std::vector<pulse*> read_pool::talks() {
    std::vector<pulse*> all;
    for (auto& slot : slots_) all.push_back(&slot->beat());
    return all;
}

void read_pool::submit(kernel::read_job job) {
    enqueue({.job = std::move(job), .deadline = steady::now() + options_.read_deadline});
}

void read_pool::submit(directory_job job) {
    enqueue({.job = std::move(job), .deadline = steady::now() + options_.read_deadline});
}

void read_pool::enqueue(waiting_read one) {
    const bool watched = options_.watch_interval > 0ms;
    auto why = watched ? condition_.refuses_reads(options_.patience) : std::nullopt;
    if (!why && queue_.push(one)) return;
    counters_.read_jobs_refused.add();
    std::visit([&](auto& job) { job.failed(why.value_or(overloaded)); }, one.job);
}

void read_pool::stop() {
    queue_.close();
    for (auto& one : threads_)
        if (one.joinable()) one.join();
}

void read_pool::run(connection_slot& slot) {
    while (!queue_.is_done())
        for (auto& one : queue_.pop(1, 1'000ms)) {
            const auto start = steady::now();
            serve(slot, one);
            counters_.read_jobs.add();
            counters_.read_microseconds.add(
                std::chrono::duration_cast<std::chrono::microseconds>(steady::now() - start).count());
            counters_.read_queue_length.set(static_cast<std::int64_t>(queue_.size()));
        }
}

void read_pool::serve(connection_slot& slot, waiting_read& one) {
    error why = to_error(failure_kind::lost);
    for (int attempt = 0; attempt < most_attempts && steady::now() < one.deadline; ++attempt) {
        auto kind = failure_kind::other;
        try {
            return run_in_snapshot(slot, one);
        } catch (const std::exception& thrown) {
            kind = slot.is_dead() ? failure_kind::lost : classify(thrown);
            why = explain(slot, kind, thrown.what());
        } catch (...) {
            why = explain(slot, kind, "a job threw something that is no exception");
        }
        // What was read has been handed over; only the snapshot did not end well.
        if (one.is_done) return slot.drop();
        if (!may_pass(kind)) break;
    }
    counters_.read_jobs_failed.add();
    std::visit([&](auto& job) { job.failed(why); }, one.job);
}

void read_pool::run_in_snapshot(connection_slot& slot, waiting_read& one) {
    const talking until_the_end(slot.beat());
    if (auto* directory = std::get_if<directory_job>(&one.job)) {
        odb::transaction open(slot.begin(tenant_scope::all()));
        tenant_directory all(database_);
        directory->run(all);
        one.is_done = true;
        return open.rollback();
    }
    auto& job = std::get<kernel::read_job>(one.job);
    odb::transaction open(slot.begin(tenant_scope::of(job.tenant)));
    snapshot_reading reading(database_.mapped(), job.tenant);
    job.run(reading);
    one.is_done = true;
    open.rollback();
}

error read_pool::explain(connection_slot& slot, failure_kind kind, const char* what) {
    if (kind == failure_kind::lost || kind == failure_kind::moved) {
        if (kind == failure_kind::lost) slot.drop();
        if (condition_.is_away(what, kind))
            log::warning("the database went away", {{"database", database_.shown_url()}, {"why", what}});
    } else {
        condition_.note(what);
    }
    if (kind == failure_kind::other) log::error("a read failed", {{"why", what}});
    if (kind == failure_kind::rule)
        return {fault::conflict, "tenant_exists", "There is a tenant of this name already.", "name"};
    return to_error(kind);
}

}  // namespace parley::storage
