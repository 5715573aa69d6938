// From settings to choices, and the names of the metrics of plugins.
#include "server/plugin_wiring.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "base/json.hpp"

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

}  // namespace

plugins::load_choice load_choice_of(const config::configuration& from) {
    plugins::load_choice made;
    for (const auto& folder : from.server.plugins.folders) made.folders.emplace_back(folder);
    made.load = from.server.plugins.load;
    return made;
}

plugins::choices choices_of(const config::configuration& from, const plugins::plugin_list& all) {
    plugins::choices made;
    made.otherwise.enabled = from.server.plugins.enable;
    for (const auto& one : all) made.otherwise.settings.emplace(one->id(), defaults_of(one->says()));
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
