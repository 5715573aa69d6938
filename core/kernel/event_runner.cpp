// One lane for each plugin and tenant; all of them move on one thread, and wait elsewhere.
#include "kernel/event_runner.hpp"

#include <algorithm>
#include <utility>

#include "base/json.hpp"
#include "base/log.hpp"
#include "kernel/plugin_events.hpp"

namespace parley::kernel {
namespace {

constexpr std::chrono::seconds first_pause{1};

/// Keeps what the relay wrote into the same row. Answers whether the cursor moved.
bool move_cursor(writing& w, const std::string& plugin, position heard) {
    plugin_cursor kept{.plugin = plugin, .heard = std::nullopt, .relayed = 0};
    for (auto& one : w.plugin_cursors())
        if (one.plugin == plugin) kept = std::move(one);
    if (kept.heard && *kept.heard >= heard) return false;
    kept.heard = heard;
    w.keep(kept);
    return true;
}

}  // namespace

event_runner::event_runner(store& from, plugin_calls& calls, plugin_counters& counts, event_runner_options options)
    : store_(from), calls_(calls), counts_(counts), options_(options) {}

void event_runner::start(const environment& env, std::vector<plugin_listener> all) {
    std::erase_if(all, [](const plugin_listener& one) { return one.types.empty(); });
    if (all.empty()) return;
    env_ = &env;
    leads_here_ = leads_;
    hearings_ = std::move(all);
    for (std::size_t who = 0; who < hearings_.size(); ++who)
        for (const auto& type : hearings_[who].types) by_type_[type].push_back(who);
    active_.resize(hearings_.size());
    ready_.resize(hearings_.size());
    thread_ = std::make_unique<serial_thread>(options_.tick, [this] { tick(); });
    running_ = true;
    look();
}

void event_runner::stop() {
    running_ = false;
    if (thread_) thread_->stop();
}

void event_runner::committed(tenant_id where, std::span<const std::shared_ptr<const event>> events) {
    if (!running_ || events.empty()) return;
    std::vector<std::size_t> by;
    for (const auto& one : events)
        if (const auto found = by_type_.find(one->type); found != by_type_.end())
            by.insert(by.end(), found->second.begin(), found->second.end());
    if (!by.empty()) {
        std::ranges::sort(by);
        by.erase(std::ranges::unique(by).begin(), by.end());
        thread_->post([this, where, by = std::move(by)] { noted(where, by); });
    }
    position upto = 0;
    {
        const std::lock_guard lock(guard_);
        auto& [since, last] = unheard_[where];
        last = events.back()->at;
        if (since == 0) since = events.front()->at - 1;
        if (last - since >= options_.unheard) upto = since = last;
    }
    if (upto != 0) thread_->post([this, where, upto] { follow(where, upto); });
}

void event_runner::noted(tenant_id where, const std::vector<std::size_t>& by) {
    if (!leads_) return;
    for (const auto who : by) {
        const auto at = find(who, where);
        if (at) at->caught_up = false;
        if (at) step(at);
        if (at || (names_.contains(where) && !calls_.is_on(hearings_[who].plugin, names_.at(where)))) continue;
        missed_.insert(where);
        look();
    }
}

/// Nobody hears most of what happens; cursors that stayed where they were would keep the log from being trimmed.
void event_runner::follow(tenant_id where, position upto) {
    std::vector<std::pair<std::size_t, position>> moved;
    for (std::size_t who = 0; who < hearings_.size(); ++who) {
        const auto at = find(who, where);
        if (!at || at->busy || !at->caught_up || at->heard >= upto) continue;
        at->heard = at->saved = upto;
        moved.emplace_back(who, upto);
    }
    if (moved.empty()) return;
    store_.write({.tenant = where,
                  .author = {},
                  .client_key = {},
                  .apply =
                      [this, moved](writing& w) {
                          bool wrote = false;
                          for (const auto& [who, to] : moved)
                              wrote = move_cursor(w, hearings_[who].plugin, to) || wrote;
                          return wrote;
                      },
                  .finish = [](const std::optional<error>&) {}});  // the next time, then
}

/// Whoever leads no more forgets how far it was; whoever leads reads how far the one before it came.
void event_runner::lead(bool does) {
    if (leads_.exchange(does) == does || !running_) return;
    thread_->post([this, does] {
        ++term_;
        leads_here_ = does;
        for (const auto& [where, one] : lanes_) one->dead = true;
        lanes_.clear();
    });
    look();
}

void event_runner::look() {
    if (!running_) return;
    thread_->post([this] {
        look_again_ = std::exchange(looking_, true);
        if (look_again_) return;
        store_.with_directory(
            [this, term = term_](directory& in) {
                auto all = in.tenants();
                auto places = in.plugin_places();
                thread_->post([this, term, all = std::move(all), places = std::move(places)]() mutable {
                    // Another server may have moved the cursors since.
                    if (term != term_) return looking_ = false, look();
                    arrange(std::move(all), std::move(places));
                });
            },
            [this](const error& why) {
                log::warning("the tenants of plugins could not be read", {{"code", why.code}});
                thread_->post([this] { looking_ = false; });
            });
    });
}

void event_runner::arrange(std::vector<tenant> all, std::vector<plugin_place> places) {
    std::unordered_map<tenant_id, std::map<std::string, position, std::less<>>> heard;
    for (auto& one : places)
        if (one.cursor.heard) heard[one.tenant].emplace(std::move(one.cursor.plugin), *one.cursor.heard);
    for (const auto& one : all) {
        const bool is_new = names_.emplace(one.id, one.name).second && has_looked_;
        arrange(one, heard[one.id], is_new);
    }
    has_looked_ = true;
    looking_ = false;
    const bool is_behind = std::ranges::any_of(missed_, [&](tenant_id one) { return !names_.contains(one); });
    std::erase_if(missed_, [&](tenant_id one) { return names_.contains(one); });
    if (look_again_ || is_behind) look();
}

void event_runner::arrange(const tenant& one, const std::map<std::string, position, std::less<>>& heard, bool is_new) {
    std::vector<std::size_t> first;
    for (std::size_t who = 0; who < hearings_.size(); ++who) {
        const auto known = find(who, one.id);
        const bool is_on = leads_ && leads_here_ && calls_.is_on(hearings_[who].plugin, one.name);
        if (known && !is_on) {
            known->dead = true;
            lanes_.erase({one.id, who});
        }
        if (known || !is_on) continue;
        const auto stored = heard.find(hearings_[who].plugin);
        if (stored == heard.end())
            first.push_back(who);
        else
            enter(who, one.id, stored->second, false);
    }
    if (!first.empty()) begin(one.id, std::move(first), is_new);
}

/// The first time that these are on in this tenant.
void event_runner::begin(tenant_id where, std::vector<std::size_t> who, bool is_new) {
    const auto at = std::make_shared<position>(0);
    store_.write({.tenant = where,
                  .author = {},
                  .client_key = {},
                  .apply =
                      [this, who, is_new, at](writing& w) {
                          *at = is_new ? w.log_begin() : w.log_end();
                          bool wrote = false;
                          for (const auto one : who) wrote = move_cursor(w, hearings_[one].plugin, *at) || wrote;
                          return wrote;
                      },
                  .finish =
                      [this, where, who, at](const std::optional<error>& why) {
                          thread_->post([this, where, who, at = *at, is_good = !why] {
                              for (const auto one : who)
                                  if (is_good) enter(one, where, at, false);
                              if (!is_good) missed_.insert(where);
                          });
                      }});
}

void event_runner::enter(std::size_t who, tenant_id where, position heard, bool caught_up) {
    if (find(who, where)) return;
    auto made = std::make_shared<lane>();
    made->who = who;
    made->where = where;
    made->heard = made->saved = heard;
    made->caught_up = caught_up;
    lanes_[{where, who}] = made;
    step(made);
}

event_runner::lane_ptr event_runner::find(std::size_t who, tenant_id where) const {
    const auto found = lanes_.find({where, who});
    return found == lanes_.end() ? nullptr : found->second;
}

/// Does what comes next, if anything does and it is its turn.
void event_runner::step(const lane_ptr& of) {
    if (of->dead || of->busy || of->queued || of->resting) return;
    const bool is_done = of->waiting.empty() && of->caught_up;
    if (is_done && of->unsaved == 0) return;
    if (active_[of->who] >= options_.most_at_once) {
        of->queued = true;
        ready_[of->who].push_back(of);
        return;
    }
    of->busy = true;
    ++active_[of->who];
    if (is_done || of->unsaved >= options_.saved_every) return save(of);
    of->waiting.empty() ? read(of) : tell(of);
}

/// The other half of what step() began; what came meanwhile is seen by the next step.
void event_runner::come_back(const lane_ptr& of) {
    of->busy = false;
    --active_[of->who];
    auto& ready = ready_[of->who];
    if (!ready.empty()) {
        const auto next = std::move(ready.front());
        ready.pop_front();
        next->queued = false;
        step(next);
    }
    step(of);
}

void event_runner::rest(const lane_ptr& of, std::chrono::seconds pause) {
    of->not_before = env_->time.now() + pause;
    of->resting = true;
    resting_.push_back(of);
}

void event_runner::tick() {
    const auto now = env_->time.now();
    std::vector<lane_ptr> rested;
    std::erase_if(resting_, [&](const lane_ptr& one) {
        // A clock that was set back must not make a pause longer.
        const bool is_over = one->dead || one->not_before <= now || one->not_before > now + options_.longest_pause;
        if (is_over) rested.push_back(one);
        return is_over;
    });
    for (const auto& one : rested) {
        one->resting = false;
        step(one);
    }
    if (!missed_.empty()) look();
}

event_runner::page event_runner::read_page(reading& from, position since, const plugin_listener& wanted) const {
    page made;
    auto read = log_for_plugins(*env_, from, since, options_.page);
    if (!read && read.error().kind == fault::gone) {
        made.upto = std::max(since, from.log_begin());
        made.upto = std::min(made.upto, from.log_end());
        made.log_end = from.log_end();
        made.is_lost = true;
        return made;
    }
    if (!read) {
        made.problem = read.error();
        return made;
    }
    made.upto = read->upto;
    made.log_end = read->log_end;
    for (std::size_t i = 0; i < read->events.size(); ++i) {
        auto& one = read->events[i];
        std::string type(one.at("type").as_string());
        if (!wanted.types.contains(type)) continue;
        made.events.push_back({.at = one.at("position").to_number<position>(),
                               .type = std::move(type),
                               .model = std::move(read->models[i]),
                               .input = to_text(one)});
    }
    return made;
}

void event_runner::read(const lane_ptr& of) {
    of->caught_up = true;  // unless something is said while it is being read
    store_.read({.tenant = of->where,
                 .run =
                     [this, of, since = of->heard](reading& from) {
                         auto made = read_page(from, since, hearings_[of->who]);
                         thread_->post([this, of, made = std::move(made)]() mutable { take(of, std::move(made)); });
                     },
                 .failed =
                     [this, of](error why) {
                         page none;
                         none.problem = std::move(why);
                         thread_->post([this, of, none = std::move(none)]() mutable { take(of, std::move(none)); });
                     }});
}

void event_runner::take(const lane_ptr& of, page made) {
    if (made.problem) {
        of->caught_up = false;
        rest(of, first_pause);
        return come_back(of);
    }
    if (made.is_lost)
        log::warning("events were gone from the log before a plugin heard them",
                     {{"plugin", hearings_[of->who].plugin}, {"tenant", of->where}, {"since", of->heard}});
    if (made.upto < made.log_end) of->caught_up = false;
    for (auto& one : made.events) of->waiting.push_back(std::move(one));
    of->read_upto = made.upto;
    if (of->waiting.empty() && of->heard != made.upto) {
        of->heard = made.upto;
        if (of->heard - of->saved >= options_.unheard) of->unsaved = std::max(of->unsaved, 1);
    }
    come_back(of);
}

void event_runner::tell(const lane_ptr& of) {
    const auto& next = of->waiting.front();
    calls_.hear({.plugin = hearings_[of->who].plugin,
                 .name = next.type,
                 .tenant = of->where,
                 .tenant_name = names_[of->where],
                 .model = next.model,
                 .input = next.input},
                [this, of](errand_end how, std::string why) {
                    thread_->post([this, of, how, why = std::move(why)] { answered(of, how, why); });
                });
}

void event_runner::answered(const lane_ptr& of, errand_end how, const std::string& why) {
    const auto& plugin = hearings_[of->who].plugin;
    if (how == errand_end::failed) {
        const auto pause = back_off(++of->failures, options_.longest_pause);
        log::warning("a plugin did not take an event", {{"plugin", plugin},
                                                        {"tenant", of->where},
                                                        {"event", of->waiting.front().type},
                                                        {"position", of->waiting.front().at},
                                                        {"again_in_seconds", pause.count()},
                                                        {"why", why}});
        rest(of, pause);
        ++counts_.heard_failed;  // not sooner: who sees the number may count on the pause having begun
        return come_back(of);
    }
    of->failures = 0;
    // Off in the whole tenant is another thing than off for this event: it waits there.
    if (how == errand_end::off && !calls_.is_on(plugin, names_[of->where])) {
        of->dead = true;
        lanes_.erase({of->where, of->who});
        return come_back(of);
    }
    if (how == errand_end::done) ++counts_.heard;
    of->heard = of->waiting.front().at;
    ++of->unsaved;
    of->waiting.pop_front();
    if (of->waiting.empty()) of->heard = of->read_upto;
    come_back(of);
}

void event_runner::save(const lane_ptr& of) {
    store_.write(
        {.tenant = of->where,
         .author = {},
         .client_key = {},
         .apply = [this, of, at = of->heard](writing& w) { return move_cursor(w, hearings_[of->who].plugin, at); },
         .finish =
             [this, of, at = of->heard](const std::optional<error>& why) {
                 thread_->post([this, of, at, is_good = !why] {
                     if (is_good) of->unsaved = 0;
                     if (is_good) of->saved = at;
                     if (!is_good) rest(of, first_pause);
                     come_back(of);
                 });
             }});
}

}  // namespace parley::kernel
