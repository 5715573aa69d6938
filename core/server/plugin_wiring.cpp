// From settings to choices, and the names of the metrics of plugins.
#include "server/plugin_wiring.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <map>
#include <vector>

#include "base/json.hpp"
#include "config/plugin_scopes.hpp"

namespace parley::server {
namespace {

using metrics::kind;

/// Every setting that has a default, at that.
std::string defaults_of(const plugins::manifest& of) {
    boost::json::object made;
    for (const auto& [name, what] : of.settings)
        if (const auto* rules = what.if_object())
            if (const auto* value = rules->if_contains("default")) made[name] = *value;
    return to_text(made);
}

bool same(const plugins::scope_choice& a, const plugins::scope_choice& b) {
    return a.enabled == b.enabled && a.settings == b.settings;
}

class choice_reader {
public:
    choice_reader(const config::configuration& from, const plugins::plugin_list& all) : from_(from), all_(all) {}

    [[nodiscard]] plugins::scope_choice scope(std::string_view tenant, std::string_view model) const {
        plugins::scope_choice made;
        for (const auto& id : config::plugins_on(from_, tenant, model)) made.enabled.push_back(id);
        for (const auto& one : all_) {
            // One that is not to be loaded at the next start has no section any more.
            const auto* section = from_.known->plugin(one->id());
            made.settings.emplace(one->id(), section != nullptr
                                                 ? config::plugin_settings_in(from_, *section, tenant, model)
                                                 : defaults_of(one->says()));
        }
        return made;
    }

    [[nodiscard]] std::vector<plugins::hook_choice> hooks() const {
        std::vector<plugins::hook_choice> made;
        for (const auto& one : all_)
            if (const auto* chosen = from_.from.server.find(one->id() + ".hooks"))
                for (const auto& hook : chosen->members) made.push_back(choice_of(one->id(), hook));
        return made;
    }

private:
    static plugins::hook_choice choice_of(const std::string& id, const config::member& hook) {
        plugins::hook_choice made{.plugin = id, .hook = hook.key, .on_failure = {}, .deadline = {}};
        if (const auto* word = hook.value.child("on_failure"))
            made.on_failure = plugins::parse_failure_policy(word->text);
        if (const auto* word = hook.value.child("deadline_ms"))
            made.deadline = std::chrono::milliseconds(word->integer);
        if (const auto* word = hook.value.child("accept_risk")) made.accept_risk = word->flag;
        return made;
    }

    const config::configuration& from_;
    const plugins::plugin_list& all_;
};

struct watched {
    const plugins::plugin* of;
    const plugins::watch* at;
};

std::vector<watched> all_watches(const plugins::plugins& from) {
    std::vector<watched> made;
    for (const auto& one : from.all()) {
        for (const auto& at : one->hooks) made.push_back({one.get(), &at});
        for (const auto& kind : one->calls)
            for (const auto& at : kind) made.push_back({one.get(), &at});
    }
    return made;
}

void write_calls(metrics::exposition& to, const std::vector<watched>& all) {
    static constexpr std::array<std::pair<plugins::call_end, std::string_view>, plugins::call_ends> ends{
        {{plugins::call_end::done, "done"},
         {plugins::call_end::failed, "failed"},
         {plugins::call_end::timed_out, "timed_out"},
         {plugins::call_end::not_asked, "not_asked"}}};
    to.family(kind::counter, "parley_plugin_calls_total", "Calls into plugins, by how they ended.");
    for (const auto& [of, at] : all)
        for (const auto& [end, word] : ends)
            to.sample(at->count(end), {{"plugin", of->id()}, {"what", at->name()}, {"end", word}});
    to.family(kind::gauge, "parley_plugin_breaker_open",
              "1 while a plugin is not asked for this because it failed again and again.");
    for (const auto& [of, at] : all) to.sample(at->is_open() ? 1 : 0, {{"plugin", of->id()}, {"what", at->name()}});
    to.family(kind::histogram, "parley_plugin_call_seconds", "How long plugins took to answer.");
    for (const auto& [of, at] : all) {
        const std::array<metrics::label, 2> with{{{"plugin", of->id()}, {"what", at->name()}}};
        to.histogram(plugins::timings::bounds, at->took().counts(), at->took().seconds(), with);
    }
}

void write_faults(metrics::exposition& to, const plugins::plugin_list& all) {
    to.family(kind::counter, "parley_plugin_late_answers_total", "Answers that came twice or too late.");
    for (const auto& one : all) to.sample(one->late_answers.load(), {{"plugin", one->id()}});
    to.family(kind::counter, "parley_plugin_unknown_answers_total", "Answers to calls that never were.");
    for (const auto& one : all) to.sample(one->unknown_answers.load(), {{"plugin", one->id()}});
    to.family(kind::counter, "parley_plugin_refused_requests_total", "What plugins asked for and may not.");
    for (const auto& one : all) to.sample(one->refused_requests.load(), {{"plugin", one->id()}});
    to.family(kind::counter, "parley_plugin_restarts_total", "How often a plugin's own process was started again.");
    for (const auto& one : all)
        if (one->runs_as == plugins::isolation::process) to.sample(one->runs->restarts(), {{"plugin", one->id()}});
    to.family(kind::gauge, "parley_plugin_info", "1; its version is what runs now.");
    for (const auto& one : all) {
        const auto version = one->running().version;
        to.sample(1, {{"plugin", one->id()}, {"version", version}, {"isolation", plugins::name_of(one->runs_as)}});
    }
    to.family(kind::gauge, "parley_plugin_process_down", "1 while a plugin's own process does not run.");
    for (const auto& one : all)
        if (one->runs_as == plugins::isolation::process)
            to.sample(one->runs->trouble().empty() ? 0 : 1, {{"plugin", one->id()}});
}

/// What plugins measure themselves: parley_plugin_<plugin>_<name>.
void write_own(metrics::exposition& to, const plugins::plugin& of) {
    for (const auto& one : of.metrics) {
        const auto name = fmt::format("parley_plugin_{}_{}", of.id(), one.what.name);
        switch (one.what.kind) {
            case plugins::metric_kind::counter:
                to.single(kind::counter, name + "_total", one.what.sentence, one.value.load());
                break;
            case plugins::metric_kind::gauge:
                to.single(kind::gauge, name, one.what.sentence, one.value.load());
                break;
            case plugins::metric_kind::histogram:
                to.family(kind::histogram, name, one.what.sentence);
                to.histogram(plugins::timings::bounds, one.seconds.counts(), one.seconds.seconds());
        }
    }
}

/// What these settings of the server's level say, as far as they say anything.
std::vector<std::string> texts_of(const std::vector<std::string>& names, const plugins::plugin& of,
                                  const config::configuration& from) {
    const auto* section = from.known->plugin(of.id());
    if (section == nullptr || names.empty()) return {};
    const auto settings = boost::json::parse(config::plugin_settings_in(from, *section, "", "")).as_object();
    std::vector<std::string> made;
    for (const auto& name : names)
        if (const auto* value = settings.if_contains(name))
            if (const auto* text = value->if_string(); text != nullptr && !text->empty()) made.emplace_back(*text);
    return made;
}

}  // namespace

plugins::load_choice load_choice_of(const config::configuration& from) {
    plugins::load_choice made;
    made.folders = from.server.plugins.folders;
    made.load = from.server.plugins.load;
    for (const auto& one : from.known->plugins)
        if (const auto* chosen = from.from.server.find(one.id + ".isolation"))
            if (const auto way = plugins::parse_isolation(chosen->text)) made.isolation_of[one.id] = *way;
    return made;
}

plugins::child_options child_options_of(const config::configuration& from, const plugins::plugin& of) {
    plugins::child_options made;
    made.memory_bytes = static_cast<std::uint64_t>(of.says().memory_mib) << 20;
    if (const auto* chosen = from.from.server.find(fmt::format("{}.memory_mib", of.id())))
        made.memory_bytes = static_cast<std::uint64_t>(chosen->integer) << 20;
    // Only absolute ones.
    for (const auto& one : texts_of(of.says().reads_folders, of, from))
        if (one.starts_with('/')) made.reads.emplace_back(one);
    if (!texts_of(of.says().connects_to, of, from).empty()) made.network = plugins::reach::tcp_and_names;
    return made;
}

plugins::choices choices_of(const config::configuration& from, const plugins::plugin_list& all) {
    const choice_reader read(from, all);
    plugins::choices made{.otherwise = read.scope("", ""), .tenants = {}, .hooks = read.hooks()};
    for (const auto& [name, settings] : from.tenants) {
        plugins::tenant_choice tenant{.own = read.scope(name, ""), .models = {}};
        for (const auto& [model, ignored] : settings.models) {
            auto choice = read.scope(name, model);
            if (!same(choice, tenant.own)) tenant.models.emplace(model, std::move(choice));
        }
        if (!tenant.models.empty() || !same(tenant.own, made.otherwise)) made.tenants.emplace(name, std::move(tenant));
    }
    return made;
}

void write_plugins(metrics::exposition& to, const plugins::plugins& of) {
    if (of.all().empty()) return;
    const auto now = of.load_of();
    to.single(kind::gauge, "parley_plugin_threads", "Threads that call plugins.", now.threads.threads);
    to.single(kind::gauge, "parley_plugin_threads_stuck", "Threads that did not come back from a plugin in time.",
              now.threads.stuck);
    to.single(kind::gauge, "parley_plugin_queue_length", "Calls of plugins that wait for a thread.",
              now.threads.waiting);
    to.single(kind::gauge, "parley_plugin_calls_waiting", "Calls of plugins that are not answered yet.", now.waiting);
    write_calls(to, all_watches(of));
    write_faults(to, of.all());
    for (const auto& one : of.all()) write_own(to, *one);
}

}  // namespace parley::server
