// Plugins that are off and keep the event log from being trimmed.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "config/plugin_scopes.hpp"
#include "server/check_up.hpp"
#include "server/wait_for_store.hpp"

namespace parley::server {
namespace {

/// Whether it is on in the tenant itself or in a model of its.
bool is_on(const config::configuration& of, const std::string& plugin, const std::string& tenant) {
    if (config::plugins_on(of, tenant, "").contains(plugin)) return true;
    const auto found = of.tenants.find(tenant);
    return found != of.tenants.end() && std::ranges::any_of(found->second.models, [&](const auto& model) {
               return config::plugins_on(of, tenant, model.first).contains(plugin);
           });
}

struct waiting {
    position events = 0;
    moment since{};
};

/// What is kept for it beyond what the tenant's settings keep; nothing when there is no such thing.
result<std::optional<waiting>> kept_for(kernel::store& store, const plugin_place& place, const event_settings& keep,
                                        moment now) {
    return read_now(store, place.tenant, [=](kernel::reading& from) -> result<std::optional<waiting>> {
        const auto first = from.events_after(*place.cursor.heard, 1);
        if (first.empty()) return std::nullopt;
        const waiting made{.events = from.log_end() - *place.cursor.heard, .since = first.front().created_at};
        const bool is_old = made.since < now - std::chrono::days{keep.retention_days};
        if (!is_old && made.events <= keep.retention_count) return std::nullopt;
        return made;
    });
}

}  // namespace

std::vector<finding> check_plugin_places(kernel::store& store, const config::configuration& of, const clock& time) {
    struct kept {
        std::vector<plugin_place> places;
        std::map<tenant_id, std::string> names;
    };
    const auto all = look_up_now(store, [](kernel::directory& from) -> result<kept> {
        kept made{.places = from.plugin_places(), .names = {}};
        for (const auto& one : from.tenants()) made.names.emplace(one.id, one.name);
        return made;
    });
    if (!all) return {{health::fail, "plugins and the log", all.error().message}};
    std::vector<finding> found;
    for (const auto& one : all->places) {
        const auto name = all->names.find(one.tenant);
        if (!one.cursor.heard || name == all->names.end() || is_on(of, one.cursor.plugin, name->second)) continue;
        const auto late = kept_for(store, one, of.tenant(name->second).events, time.now());
        if (!late) return {{health::fail, "plugins and the log", late.error().message}};
        if (!*late) continue;
        found.push_back({health::warn, "plugins and the log",
                         fmt::format("{0} is off in {1} and has not heard {2} events there, the first of {3}; the log "
                                     "is kept for it longer than events.retention_days: switch it on there, or for "
                                     "good: parley plugin remove {0} --archive",
                                     one.cursor.plugin, name->second, (*late)->events, rfc3339((*late)->since))});
    }
    if (found.empty() && !all->places.empty())
        found.push_back({health::ok, "plugins and the log", "none that is off keeps the log from being trimmed"});
    return found;
}

}  // namespace parley::server
