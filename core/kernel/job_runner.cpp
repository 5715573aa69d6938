// What is due is found for all tenants at once, and then leased in its own.
#include "kernel/job_runner.hpp"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "base/log.hpp"

namespace parley::kernel {
namespace {

constexpr int found_at_once = 100;

/// Tenants take turns, so that they do not all begin at once.
std::chrono::milliseconds first_wait(tenant_id in, std::chrono::milliseconds every) {
    return std::chrono::milliseconds(in.value % 7'919 * 7'919 % std::max<std::int64_t>(1, every.count()));
}

}  // namespace
job_runner::job_runner(store& from, plugin_calls& calls, plugin_counters& counts, job_runner_options options)
    : store_(from), calls_(calls), counts_(counts), options_(std::move(options)) {}

void job_runner::start(const environment& env, std::vector<job_kind> all) {
    if (all.empty()) return;
    env_ = &env;
    std::set<std::string> plugins;
    for (auto& one : all) {
        has_periodic_ = has_periodic_ || one.every.count() > 0;
        plugins.insert(one.plugin);
        kinds_.emplace(kind_key(one.plugin, one.job), std::move(one));
    }
    plugins_.assign(plugins.begin(), plugins.end());
    thread_ = std::make_unique<serial_thread>(options_.tick, [this] { tick(); });
    running_ = true;
    look();
}

void job_runner::stop() {
    running_ = false;
    if (thread_) thread_->stop();
}

void job_runner::schedule(later_job what, std::move_only_function<void(result<void>)> done) {
    if (!running_) return done(failure(fault::unavailable, "not_started", "The server runs no jobs now."));
    const auto id = env_->ids.next<plugin_job_id>();
    plugin_job row{.id = id,
                   .tenant = what.tenant,
                   .plugin = std::move(what.plugin),
                   .job = std::move(what.job),
                   .key = what.key.empty() ? "#" + id.text() : "=" + what.key,
                   .due = what.at,
                   .input = what.input.empty() ? "{}" : std::move(what.input),
                   .tries = 0,
                   .leased_until = std::nullopt,
                   .leased_by = {}};
    store_.write({.tenant = what.tenant,
                  .author = {},
                  .client_key = {},
                  .apply =
                      [row](writing& w) {
                          auto known = w.find_plugin_job(row.plugin, row.job, row.key);
                          // One that is being done goes on under a name of its own.
                          if (known && known->leased_until) {
                              known->key = "#" + known->id.text();
                              w.update(*known);
                          } else if (known) {
                              w.erase(*known);
                          }
                          w.insert(row);
                          return true;
                      },
                  .finish =
                      [done = std::move(done)](std::optional<error> why) mutable {
                          if (why) return done(std::unexpected(std::move(*why)));
                          done({});
                      }});
}

void job_runner::look() {
    if (running_) thread_->post([this] { look_now(); });
}

void job_runner::look_now() {
    if (std::exchange(looking_, true)) return;
    looked_ = env_->time.now();
    store_.with_directory(
        [this](directory& in) {
            auto all = in.tenants();
            auto there = has_periodic_ ? in.periodic_plugin_jobs() : std::vector<plugin_job>{};
            thread_->post([this, all = std::move(all), there = std::move(there)] { arrange(all, there); });
        },
        [this](const error& why) {
            log::warning("the tenants of jobs could not be read", {{"code", why.code}});
            thread_->post([this] { looking_ = false; });
        });
}

void job_runner::arrange(const std::vector<tenant>& all, const std::vector<plugin_job>& there) {
    looking_ = false;
    std::set<std::tuple<tenant_id, std::string, std::string>> known;
    for (const auto& one : there) known.emplace(one.tenant, one.plugin, one.job);
    for (const auto& in : all) {
        names_.emplace(in.id, in.name);
        for (const auto& [key, kind] : kinds_)
            if (kind.every.count() > 0 && !known.contains({in.id, kind.plugin, kind.job}) &&
                calls_.is_on(kind.plugin, in.name))
                add_periodic(in.id, kind);
    }
}

void job_runner::add_periodic(tenant_id where, const job_kind& kind) {
    plugin_job row{.id = env_->ids.next<plugin_job_id>(),
                   .tenant = where,
                   .plugin = kind.plugin,
                   .job = kind.job,
                   .key = {},
                   .due = env_->time.now() + first_wait(where, kind.every),
                   .input = "{}",
                   .tries = 0,
                   .leased_until = std::nullopt,
                   .leased_by = {}};
    store_.write({.tenant = where,
                  .author = {},
                  .client_key = {},
                  .apply =
                      [row](writing& w) {
                          if (w.find_plugin_job(row.plugin, row.job, row.key)) return false;
                          w.insert(row);
                          return true;
                      },
                  .finish = [](const std::optional<error>&) {}});  // looked for again
}

void job_runner::tick() {
    const auto now = env_->time.now();
    const bool is_time = !looked_ || now - *looked_ >= options_.look_every || now < *looked_;
    if (is_time) look_now();
    find_due();
}

void job_runner::find_due() {
    auto whose = idle_plugins();
    if (whose.empty() || std::exchange(finding_, true)) return;
    store_.with_directory(
        [this, now = env_->time.now(), whose = std::move(whose)](directory& in) {
            auto found = in.due_plugin_jobs(now, whose, found_at_once);
            thread_->post([this, found = std::move(found)] { take(found); });
        },
        [this](const error&) { thread_->post([this] { finding_ = false; }); });
}

void job_runner::take(const std::vector<plugin_job>& all) {
    finding_ = false;
    has_more_ = std::cmp_equal(all.size(), found_at_once);
    for (const auto& one : all) {
        if (mine_.contains(one.id)) continue;
        if (busy_[one.plugin] >= options_.most_at_once) {
            has_more_ = true;
            continue;
        }
        if (!names_.contains(one.tenant)) {
            look_now();
            continue;
        }
        mine_.insert(one.id);
        ++busy_[one.plugin];
        claim(one, kinds_.contains({one.plugin, one.job}) ? kinds_.at({one.plugin, one.job}) : job_kind{});
    }
}

/// A kind without a name stands for a job that the plugin does not have any more.
void job_runner::claim(const plugin_job& what, const job_kind& kind) {
    const auto name = names_.at(what.tenant);
    const bool is_known = !kind.job.empty();
    const bool is_on = is_known && calls_.is_on(what.plugin, name);
    const auto made = std::make_shared<lease>(lease{what, kind, name});
    const auto is_mine = std::make_shared<bool>(false);
    store_.write({.tenant = what.tenant,
                  .author = {},
                  .client_key = {},
                  .apply =
                      [this, made, is_mine, is_known, is_on, now = env_->time.now()](writing& w) {
                          *is_mine = false;
                          auto row = w.find_plugin_job(made->what.id);
                          if (!row || row->due > now) return false;
                          if (!is_on && (row->is_periodic() || !is_known)) {
                              w.erase(*row);
                              return true;
                          }
                          row->leased_until = is_on ? std::optional(now + made->kind.lease) : std::nullopt;
                          row->due = is_on ? *row->leased_until : now + options_.off_pause;
                          row->leased_by = is_on ? options_.node : "";
                          if (is_on) ++row->tries;
                          w.update(*row);
                          *is_mine = is_on;
                          made->what = *row;
                          return true;
                      },
                  .finish =
                      [this, made, is_mine](const std::optional<error>& why) {
                          thread_->post([this, made, go = *is_mine && !why] { go ? begin(made) : let_go(made->what); });
                      }});
}

void job_runner::begin(const lease_ptr& of) {
    calls_.work({.plugin = of->what.plugin,
                 .name = of->what.job,
                 .tenant = of->what.tenant,
                 .tenant_name = of->tenant_name,
                 .model = {},
                 .input = of->what.input,
                 .patience = of->kind.lease},
                [this, of](errand_end how, std::string why) {
                    thread_->post([this, of, how, why = std::move(why)] { ended(of, how, why); });
                });
}

void job_runner::ended(const lease_ptr& of, errand_end how, const std::string& why) {
    const auto now = env_->time.now();
    const auto& kind = of->kind;
    const auto tries = static_cast<std::uint32_t>(of->what.tries);
    const bool is_last = kind.most_tries != 0 && tries >= kind.most_tries;
    const bool is_over = how == errand_end::done || (how == errand_end::failed && is_last);
    if (how == errand_end::done) ++counts_.jobs_done;
    if (how == errand_end::failed) {
        ++(is_last ? counts_.jobs_given_up : counts_.jobs_failed);
        log::warning(is_last ? "a plugin's job was given up" : "a plugin's job failed", {{"plugin", of->what.plugin},
                                                                                         {"job", of->what.job},
                                                                                         {"tenant", of->what.tenant},
                                                                                         {"tries", of->what.tries},
                                                                                         {"why", why}});
    }
    const auto pause =
        how == errand_end::off ? std::chrono::seconds(options_.off_pause) : back_off(tries, options_.longest_pause);
    put_back(of, [now, is_over, pause, kind](writing& w, plugin_job row) {
        if (is_over && !row.is_periodic()) return w.erase(row);
        if (is_over) row.tries = 0;
        row.due = is_over ? now + kind.every : now + pause;
        row.leased_until.reset();
        row.leased_by.clear();
        w.update(row);
    });
}

/// Unless somebody else has begun it since, because the lease was over.
void job_runner::put_back(const lease_ptr& of, std::function<void(writing&, plugin_job)> how) {
    store_.write({.tenant = of->what.tenant,
                  .author = {},
                  .client_key = {},
                  .apply =
                      [of, how = std::move(how)](writing& w) {
                          auto row = w.find_plugin_job(of->what.id);
                          const bool is_mine = row && row->leased_until == of->what.leased_until &&
                                               row->leased_by == of->what.leased_by && row->tries == of->what.tries;
                          if (!is_mine) return false;
                          how(w, std::move(*row));
                          return true;
                      },
                  .finish =
                      [this, of](const std::optional<error>& why) {
                          if (why)
                              log::warning("the end of a plugin's job was not stored",
                                           {{"plugin", of->what.plugin}, {"job", of->what.job}, {"code", why->code}});
                          thread_->post([this, of] { let_go(of->what); });
                      }});
}

void job_runner::let_go(const plugin_job& which) {
    mine_.erase(which.id);
    --busy_[which.plugin];
    if (has_more_) find_due();
}

/// One that takes long keeps only its own jobs waiting.
std::vector<std::string> job_runner::idle_plugins() const {
    std::vector<std::string> found;
    for (const auto& one : plugins_)
        if (const auto at = busy_.find(one); at == busy_.end() || at->second < options_.most_at_once)
            found.push_back(one);
    return found;
}

}  // namespace parley::kernel
