// What becomes of a group: committed, tried again, or taken apart so that one bad job does not fail its neighbours.
#include "storage/group_commit.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <new>
#include <stdexcept>

#include "base/log.hpp"
#include "storage/failpoint.hpp"
#include "storage/failure.hpp"
#include "storage/load.hpp"

namespace parley::storage {
namespace {

using steady = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto first_pause = 20ms;
constexpr auto longest_pause = 500ms;

std::int64_t microseconds_since(steady::time_point start) {
    return std::chrono::duration_cast<std::chrono::microseconds>(steady::now() - start).count();
}

/// Nothing stands between the moment and the commit, so that tests find out whoever is answered before.
void commit_now(odb::transaction& open) {
    reach(failpoint::before_commit);
    open.commit();
}

const error unknown_outcome{
    fault::unavailable,
    "outcome_unknown",
    "The database went away while this was being stored; ask whether it was before trying again.",
    {},
    2s};
const error overloaded{fault::unavailable, "write_queue_full", "Too much is waiting to be stored; try again.", {}, 1s};

}  // namespace

group_commit::group_commit(database& db, const store_options& options, kernel::event_sink& sink,
                           storage_counters& counters, condition& state, tenant_memories memories)
    : database_(db),
      options_(options),
      sink_(sink),
      counters_(counters),
      condition_(state),
      queue_(options.write_queue),
      memories_(std::move(memories)),
      slot_(db, purpose::writing, &counters),
      last_look_(steady::now()),
      thread_([this] { run(); }) {}

void group_commit::submit(kernel::write_job job) {
    waiting_write one{std::move(job), steady::now() + options_.write_deadline, std::nullopt};
    auto why = watches() ? condition_.refuses_writes(options_.patience) : std::nullopt;
    if (!why && queue_.push(one)) return;
    counters_.write_jobs_refused.add();
    one.job.finish(why.value_or(overloaded));
}

void group_commit::others_wrote(tenant_id where, position upto) {
    {
        const std::lock_guard held(said_guard_);
        auto& known = said_[where];
        known = std::max(known, upto);
    }
    queue_.nudge();
}

void group_commit::stop() {
    queue_.close();
    if (thread_.joinable()) thread_.join();
}

void group_commit::run() {
    while (!queue_.is_done()) {
        auto jobs = queue_.pop(options_.batch_limit, watches() ? options_.watch_interval : 1'000ms);
        counters_.write_queue_length.set(static_cast<std::int64_t>(queue_.size()));
        const auto start = steady::now();
        if (!jobs.empty()) {
            const auto tenants = tenants_of(jobs);
            commit(std::move(jobs));
            counters_.write_microseconds.add(microseconds_since(start));
            bound_memory(tenants);
        }
        look_where_others_wrote();
        if (watches() && steady::now() - last_look_ >= options_.watch_interval) watch();
    }
}

void group_commit::commit(std::vector<waiting_write> jobs) {
    auto pause = 0ms;
    for (expire(jobs); !jobs.empty(); expire(jobs)) {
        switch (attempt(jobs)) {
            case outcome::committed:
                reach(failpoint::before_answers);
                for (auto& one : jobs) finish(one, std::move(one.problem));
                return;
            case outcome::failed:
                return split(std::move(jobs));
            case outcome::refused:
                for (auto& one : jobs) finish(one, failure_);
                return;
            case outcome::again:
                break;
        }
        counters_.groups_retried.add();
        std::this_thread::sleep_for(pause);
        pause = std::clamp(pause * 2, std::chrono::milliseconds(first_pause), std::chrono::milliseconds(longest_pause));
    }
    in_doubt_.reset();
}

group_commit::outcome group_commit::attempt(std::vector<waiting_write>& jobs) {
    for (auto& one : jobs) one.problem.reset();
    auto said = outcome::failed;
    const talk_with until_the_end(*this);
    try {
        attempt_once(jobs);
        database_answers();
        return outcome::committed;
    } catch (const std::exception& thrown) {
        said = judge(slot_.is_dead() ? failure_kind::lost : classify(thrown), thrown.what());
    } catch (...) {
        said = judge(failure_kind::other, "a job threw something that is no exception");
    }
    for (const auto& one : jobs)
        if (const auto known = memories_.find(one.job.tenant); known != memories_.end()) known->second.forget();
    return said;
}

void group_commit::attempt_once(std::vector<waiting_write>& jobs) {
    const auto tenants = tenants_of(jobs);
    odb::transaction open(slot_.begin(tenant_scope::of(tenants)));
    database_.require_log_in_place();
    auto group = std::make_unique<write_group>(database_, memories_, sink_, counters_, options_.witness);
    // Waits for the end of a transaction whose COMMIT was under way, as that holds the same locks.
    group->lock(tenants);
    if (in_doubt_ && was_kept(*in_doubt_, *group)) {
        open.rollback();
        const auto kept = std::move(in_doubt_);
        kept->announce();
        return;
    }
    in_doubt_.reset();
    group->catch_up();
    group->run(jobs);
    // A rollback, because releasing row locks by COMMIT would cost a sync.
    if (!group->has_written()) return open.rollback();
    group->finish();
    if (!slot_.transaction_is_good()) throw std::logic_error("a job hid that a statement of its failed");
    if (group->transaction() != 0) in_doubt_ = std::move(group);
    const auto start = steady::now();
    try {
        commit_now(open);
    } catch (const std::exception& thrown) {
        // An answer, even a bad one, leaves no doubt. That there was no memory for it says nothing.
        const bool is_answer = !slot_.is_dead() && dynamic_cast<const std::bad_alloc*>(&thrown) == nullptr;
        if (is_answer && classify(thrown) != failure_kind::lost) in_doubt_.reset();
        throw;
    }
    counters_.commit_microseconds.add(microseconds_since(start));
    counters_.commits.add();
    there_is_room();
    counters_.committed_jobs.add(static_cast<std::int64_t>(jobs.size()));
    if (static_cast<std::int64_t>(jobs.size()) > counters_.largest_group.get())
        counters_.largest_group.set(static_cast<std::int64_t>(jobs.size()));
    if (in_doubt_) group = std::move(in_doubt_);
    reach(failpoint::before_fan_out);
    group->announce();
}

bool group_commit::was_kept(const write_group& before, write_group& now) {
    // First, because a standby that became the primary without this transaction gives its number to another one, and
    // does not know it at all until then.
    if (!now.may_follow(before)) return false;
    std::int64_t kept = 0;
    const auto sql = fmt::format("SELECT CASE WHEN txid_status({}) = 'committed' THEN 1::bigint ELSE 0::bigint END",
                                 before.transaction());
    each_view<number_view>(database_.mapped(), odb::query_base(sql),
                           [&](const number_view& one) { kept = one.value.get(); });
    return kept == 1;
}

group_commit::outcome group_commit::judge(failure_kind kind, const char* what) {
    if (kind == failure_kind::lost || kind == failure_kind::moved) {
        if (in_doubt_) counters_.commits_in_doubt.add();
        database_is_away(kind, what);
        return outcome::again;
    }
    if (kind == failure_kind::full) {
        if (condition_.is_full(what))
            log::error("the database has no room; nothing can be stored until there is some",
                       {{"database", database_.shown_url()}, {"why", what}});
        failure_ = in_doubt_ ? unknown_outcome : to_error(kind);
        in_doubt_.reset();
        return outcome::refused;
    }
    condition_.note(what);
    failure_ = to_error(kind);
    // As long as an earlier attempt may have been kept, nothing of it may run alone.
    return kind == failure_kind::busy || in_doubt_ ? outcome::again : outcome::failed;
}

void group_commit::split(std::vector<waiting_write> jobs) {
    if (jobs.size() == 1) {
        log::error("a write failed", {{"code", failure_.code}, {"why", condition_.last_error()}});
        return finish(jobs.front(), failure_);
    }
    counters_.groups_split.add();
    for (auto& one : jobs) {
        std::vector<waiting_write> alone;
        alone.push_back(std::move(one));
        commit(std::move(alone));
    }
}

void group_commit::expire(std::vector<waiting_write>& jobs) {
    const auto now = steady::now();
    std::erase_if(jobs, [&](waiting_write& one) {
        if (now < one.deadline) return false;
        finish(one, in_doubt_ ? unknown_outcome : to_error(failure_kind::lost));
        return true;
    });
}

void group_commit::finish(waiting_write& one, std::optional<error> why_not) {
    counters_.write_jobs.add();
    if (why_not) counters_.write_jobs_failed.add();
    one.job.finish(std::move(why_not));
}

void group_commit::database_answers() {
    if (condition_.answers()) log::info("the database is back", {{"database", database_.shown_url()}});
}

void group_commit::there_is_room() {
    if (condition_.has_room()) log::info("the database has room again", {{"database", database_.shown_url()}});
}

void group_commit::database_is_away(failure_kind kind, const char* why) {
    // The last connection to a file without a name is all that is left of what was in it.
    if (kind != failure_kind::moved) slot_.drop();
    if (condition_.is_away(why, kind))
        log::warning("the database went away", {{"database", database_.shown_url()}, {"why", why}});
}

/// For events that the command-line tool or another node wrote while nothing is written here.
void group_commit::watch() {
    last_look_ = steady::now();
    hear_what_others_wrote({});
}

/// Sooner than watch(). What was said is only why to look: the tenant's row tells how far there is something to hear.
void group_commit::look_where_others_wrote() {
    std::unordered_map<tenant_id, position> said;
    {
        const std::lock_guard held(said_guard_);
        said.swap(said_);
    }
    std::vector<std::int64_t> tenants;
    for (const auto& [id, upto] : said)
        if (const auto known = memories_.find(id); known == memories_.end() || known->second.heard < upto)
            tenants.push_back(id.value);
    in_slices(std::span<const std::int64_t>(tenants), [this](std::span<const std::int64_t> some) {
        hear_what_others_wrote(fmt::format("WHERE id IN ({})", fmt::join(some, ",")));
    });
}

void group_commit::hear_what_others_wrote(const std::string& where) {
    const talk_with until_the_end(*this);
    try {
        if (condition_.said_full()) {
            slot_.require_room();
            there_is_room();
        }
        odb::transaction open(slot_.begin_look(tenant_scope::all()));
        std::vector<std::pair<tenant_id, position>> ends;
        // Of each tenant, twice a second: no more columns than it takes.
        each_view<tenant_clock_view>(database_.mapped(), odb::query_base(tenant_clocks + where),
                                     [&](const tenant_clock_view& clock) {
                                         const tenant_id id{clock.tenant};
                                         if (memories_[id].heard < clock.position)
                                             ends.emplace_back(id, clock.position);
                                     });
        for (const auto& [id, end] : ends)
            hear_foreign_events(database_.mapped(), id, memories_[id], end, sink_, counters_);
        open.rollback();
        database_answers();
    } catch (const std::exception& thrown) {
        const auto kind = slot_.is_dead() ? failure_kind::lost : classify(thrown);
        // Who says that it is full has answered.
        if (kind == failure_kind::full) return database_answers();
        if (kind != failure_kind::busy) database_is_away(kind, thrown.what());
    }
}

void group_commit::bound_memory(const std::set<std::int64_t>& tenants) {
    for (const auto id : tenants) {
        const auto found = memories_.find(tenant_id{id});
        if (found == memories_.end()) continue;
        auto& memory = found->second;
        remembered_rows_ = remembered_rows_ + memory.size() - memory.counted;
        memory.counted = memory.size();
    }
    if (remembered_rows_ > options_.cached_rows) {
        for (auto& [id, memory] : memories_) {
            memory.forget();
            memory.counted = 0;
        }
        counters_.cache_drops.add();
        remembered_rows_ = 0;
    }
    counters_.cached_rows.set(static_cast<std::int64_t>(remembered_rows_));
}

}  // namespace parley::storage
