// Loading the configuration again while the server runs.
#include "server/reload.hpp"

#include <unistd.h>

#include <algorithm>
#include <exception>
#include <expected>
#include <iterator>
#include <utility>

#include "base/log.hpp"

namespace parley::server {
namespace {

/// A new format needs the log to be opened again; a level alone does not.
result<void> turn_log(const log::settings& running, const log::settings& next) {
    if (running.as != next.as) return log::start(next);
    if (running.least != next.least) log::set_level(next.least);
    return {};
}

void say(const config::plan& made) {
    for (const auto& one : made.switches)
        log::info(one.on ? "plugin switched on" : "plugin switched off",
                  {{"scope", one.scope}, {"plugin", one.plugin}});
    for (const auto& one : made.turnovers)
        if (!one.needs_restart.empty())
            log::info(
                "plugin is replaced at the next start",
                {{"plugin", one.plugin}, {"from", one.before}, {"to", one.after}, {"because", one.needs_restart}});
    for (const auto& scope : made.scopes_added) log::info("settings of its own", {{"scope", scope}});
    for (const auto& scope : made.scopes_removed) log::info("file gone, settings inherited", {{"scope", scope}});
    for (const auto& one : made.changes) {
        const bool live = one.takes_effect == config::effect::live;
        log::info(live ? "setting changes" : "setting takes effect at the next start", {{"scope", one.scope},
                                                                                        {"setting", one.path},
                                                                                        {"from", one.before},
                                                                                        {"to", one.after},
                                                                                        {"set_by", one.place}});
    }
}

void warn_of_passed_over(const config::configuration& of) {
    for (const auto& one : of.passed_over) log::warning("what a form set does not hold", {{"why", one.text()}});
}

std::string_view word(reload_result of) {
    switch (of) {
        case reload_result::applied:
            return "applied";
        case reload_result::refused:
            return "refused";
        case reload_result::none:
            break;
    }
    return "none";
}

}  // namespace

std::string_view name_of(reload_asker::way of) {
    switch (of) {
        case reload_asker::way::api:
            return "operator";
        case reload_asker::way::tool:
            return "tool";
        case reload_asker::way::form:
            return "form";
        case reload_asker::way::signal:
            break;
    }
    return "signal";
}

/// What a reload does, thought through before anything is done.
struct reloader::prepared {
    std::shared_ptr<const config::configuration> turned_to;
    config::plan changes;
    std::move_only_function<void()> follow;
};

reloader::reloader(config_settings& in_force, const clock& time, follower also, config::plugin_sections plugins)
    : in_force_(in_force), time_(time), also_(std::move(also)), plugins_(std::move(plugins)) {
    state_.loaded_at = time.now();
}

result<reloader::following> reloader::nothing_follows(const config::configuration&, intent) { return following{}; }

reloader::preparation reloader::prepare(const config::configuration& running, const config::environment& variables,
                                        intent wanted) const {
    const auto next = config::load(running.file, variables, plugins_);
    if (!next) return std::unexpected(next.error());
    auto turned_to = config::without_restart(running, **next);
    auto follow = also_(*turned_to, wanted);
    if (!follow)
        return std::unexpected(std::vector<config::problem>{{running.file.string(), 0, 0, "", follow.error().message}});
    auto changes = config::make_plan(running, **next);
    changes.turnovers = std::move(follow->plugins);
    return prepared{std::move(turned_to), std::move(changes), std::move(follow->apply)};
}

/// A border: whatever breaks here must not end a server that runs well on what it has.
reloader::preparation reloader::prepare_at_border(const config::configuration& running,
                                                  const config::environment& variables, intent wanted) const {
    try {
        return prepare(running, variables, wanted);
    } catch (const std::exception& why) {
        return std::unexpected(std::vector<config::problem>{
            {running.file.string(), 0, 0, "", std::string("cannot be loaded: ") + config::printable(why.what())}});
    }
}

void reloader::publish() {
    const auto now = in_force_.now();
    const auto at = state();
    const running_config made{.process = ::getpid(),
                              .generation = at.generation,
                              .loaded_at = rfc3339(at.loaded_at),
                              .last_reload = last_,
                              .settings = config::take_inventory(*now)};
    if (const auto written = write_running_config(now->server.server.data_directory, made); !written)
        log::warning("what is loaded cannot be written down", {{"why", written.error().message}});
}

reload_outcome reloader::reload(const config::environment& variables, const reload_asker& who) {
    const std::lock_guard lock(one_at_a_time_);
    last_ = reload_record{.began = steady_now(), .plan = {}, .problems = {}};
    const auto running = in_force_.now();
    auto next = prepare_at_border(*running, variables, intent::reload);
    auto made = next ? apply(*running, std::move(*next), who) : refuse(std::move(next.error()), who);
    last_->plan = made.changes.lines();
    for (const auto& one : made.problems) last_->problems.push_back(one.text());
    publish();
    return made;
}

reload_outcome reloader::preview(const config::environment& variables) {
    const std::lock_guard lock(one_at_a_time_);
    reload_outcome made;
    made.generation = state().generation;
    if (auto next = prepare_at_border(*in_force_.now(), variables, intent::preview))
        made.changes = std::move(next->changes);
    else
        made.problems = std::move(next.error());
    return made;
}

reload_outcome reloader::apply(const config::configuration& running, prepared with, const reload_asker& who) {
    say(with.changes);
    // Before anything else changes, because it alone can fail.
    if (auto turned = turn_log(running.server.log, with.turned_to->server.log); !turned)
        return refuse({{with.turned_to->file.string(), 0, 0, "log.format", turned.error().message}}, who);
    warn_of_passed_over(*with.turned_to);
    auto made = turn_to(std::move(with), who);
    const std::lock_guard lock(guard_);
    state_.last = reload_result::applied;
    ++state_.applied;
    return made;
}

reload_outcome reloader::turn_to(prepared with, const reload_asker& who) {
    reload_outcome made;
    made.changes = std::move(with.changes);
    in_force_.replace(std::move(with.turned_to));
    with.follow();
    {
        const std::lock_guard lock(guard_);
        made.generation = ++state_.generation;
        state_.loaded_at = time_.now();
    }
    log::info("configuration reloaded", {{"generation", made.generation},
                                         {"changes", made.changes.changes.size()},
                                         {"by", name_of(who.by)},
                                         {"account", who.account},
                                         {"remote", who.address},
                                         {"request", who.request_id}});
    return made;
}

result<reload_outcome> reloader::change(const proposing& propose, const config::environment& variables, intent wanted,
                                        const reload_asker& who) {
    const std::lock_guard lock(one_at_a_time_);
    try {
        auto made = think_through(*in_force_.now(), propose, variables, wanted, who);
        if (made && made->applied() && wanted != intent::preview) publish();
        return made;
    } catch (const std::exception& why) {  // a border, as above
        log::error("settings from a form cannot be taken", {{"why", why.what()}});
        return failure(fault::internal, "internal", "The settings cannot be taken.");
    }
}

result<reload_outcome> reloader::think_through(const config::configuration& running, const proposing& propose,
                                               const config::environment& variables, intent wanted,
                                               const reload_asker& who) {
    auto wish = propose(running);
    if (!wish) return std::unexpected(wish.error());
    const auto next = config::compose(*wish->sources, variables, {}, plugins_);
    reload_outcome made{.generation = state().generation, .changes = {}, .problems = {}};
    if (next)
        std::ranges::copy_if((*next)->passed_over, std::back_inserter(made.problems), wish->is_about);
    else
        made.problems = next.error();
    if (!made.problems.empty()) return made;
    auto turned_to = std::make_shared<config::configuration>(*config::without_restart(running, **next));
    turned_to->identity = running.identity;  // a certificate is the operator's to reload
    auto follow = also_(*turned_to, intent::settings_alone);
    if (!follow) return failure(fault::conflict, "plugin_refuses", follow.error().message);
    made.changes = config::make_plan(running, **next);
    std::erase_if(made.changes.changes, [](const auto& one) { return one.takes_effect == config::effect::restart; });
    if (wanted == intent::preview) return made;
    if (auto kept = wish->keep(); !kept) return std::unexpected(kept.error());
    say(made.changes);
    return turn_to({std::move(turned_to), std::move(made.changes), std::move(follow->apply)}, who);
}

reload_outcome reloader::refuse(std::vector<config::problem> problems, const reload_asker& who) {
    reload_outcome made;
    {
        const std::lock_guard lock(guard_);
        made.generation = state_.generation;
        state_.last = reload_result::refused;
        ++state_.refused;
    }
    for (const auto& one : problems) log::error("configuration is wrong", {{"problem", one.text()}});
    log::error("configuration not reloaded, nothing has changed", {{"generation", made.generation},
                                                                   {"problems", problems.size()},
                                                                   {"by", name_of(who.by)},
                                                                   {"account", who.account},
                                                                   {"remote", who.address},
                                                                   {"request", who.request_id}});
    made.problems = std::move(problems);
    return made;
}

reload_state reloader::state() const {
    const std::lock_guard lock(guard_);
    return state_;
}

boost::json::object reloader::details() const {
    const auto at = state();
    return {{"generation", at.generation}, {"loaded_at", rfc3339(at.loaded_at)}, {"last_reload", word(at.last)}};
}

}  // namespace parley::server
