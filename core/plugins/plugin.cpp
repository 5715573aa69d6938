// Names of what is watched.
#include "plugins/plugin.hpp"

#include <fmt/format.h>

namespace parley::plugins {

void plugin::bind(bindings all) {
    bound = std::move(all);
    const auto add = [this](call_kind kind, std::string_view what, std::string_view name) {
        calls[static_cast<std::size_t>(kind) - 1].emplace_back(id(), fmt::format("{} {}", what, name));
    };
    for (const auto& one : bound.hooks) hooks.emplace_back(id(), fmt::format("{} {}", one.event, name_of(one.when)));
    for (const auto& one : bound.changes) add(call_kind::change, "change", one);
    for (const auto& one : bound.events) add(call_kind::event, "event", one);
    for (const auto& one : bound.commands) add(call_kind::command, "command", one.name);
    for (const auto& one : bound.jobs) add(call_kind::job, "job", one.name);
    for (const auto& one : bound.services) add(call_kind::service, "service", one);
    calls[static_cast<std::size_t>(call_kind::health) - 1].emplace_back(id(), "health");
    for (const auto& one : bound.metrics) metrics.emplace_back(one);
}

}  // namespace parley::plugins
