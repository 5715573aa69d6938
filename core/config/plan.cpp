// What would be different with another configuration, and when each change takes effect.
#include "config/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <map>
#include <set>
#include <utility>

#include "config/plugin_scopes.hpp"
#include "config/typed.hpp"

namespace parley::config {
namespace json = boost::json;
namespace {

class comparison {
public:
    comparison(const inventory& now, const inventory& next, const schema& all) : now_(now), next_(next), all_(all) {}

    plan run() {
        std::set<std::string, std::less<>> scopes;
        for (const auto& [scope, values] : now_) scopes.insert(scope);
        for (const auto& [scope, values] : next_) scopes.insert(scope);
        for (const auto& scope : scopes) {
            if (!now_.contains(scope)) made_.scopes_added.push_back(scope);
            if (!next_.contains(scope)) made_.scopes_removed.push_back(scope);
            compare_scope(scope);
        }
        compare_switches(scopes);
        return std::move(made_);
    }

private:
    void compare_scope(const std::string& scope) {
        std::set<std::string, std::less<>> paths;
        for (const auto* side : {&now_, &next_}) {
            const auto values = side->find(scope);
            if (values == side->end()) continue;
            for (const auto& [path, value] : values->second) paths.insert(path);
        }
        const auto known = all_.known_to(level_of(scope));
        for (const auto& path : paths) {
            // Another version of this program may have written a setting that this one does not have.
            if (const auto of = known.find(path); of != known.end()) compare_value(scope, path, *of->second);
        }
    }

    void compare_value(const std::string& scope, const std::string& path, const setting& of) {
        const auto before = value_in(now_, scope, path, all_);
        const auto after = value_in(next_, scope, path, all_);
        if (before.value == after.value && before.secret == after.secret) {
            if (!before.secret) return;
            if (before.hidden.empty() || after.hidden.empty()) ++made_.unseen_secrets;
            if (before.hidden.empty() || after.hidden.empty() || before.hidden == after.hidden) return;
        }
        made_.changes.push_back({.scope = scope,
                                 .path = path,
                                 .before = before.shown,
                                 .after = after.shown,
                                 .takes_effect = of.live ? effect::live : effect::restart,
                                 .secret = before.secret || after.secret,
                                 .place = after.place});
    }

    /// A tenant or model is named only where it turns otherwise than what is above it.
    void compare_switches(const std::set<std::string, std::less<>>& scopes) {
        std::map<std::string, std::map<std::string, bool>> turned;
        for (const auto& scope : scopes) {
            const auto before = plugins_on(now_, scope), after = plugins_on(next_, scope);
            auto& here = turned[scope];
            for (const auto& id : before)
                if (!after.contains(id)) here[id] = false;
            for (const auto& id : after)
                if (!before.contains(id)) here[id] = true;
            const auto& above = scope == "server" ? none_ : turned[upper_scope(scope)];
            for (const auto& [id, on] : here) {
                const auto same = above.find(id);
                if (same == above.end() || same->second != on) made_.switches.push_back({scope, id, on});
            }
        }
    }

    static std::string upper_scope(const std::string& scope) {
        const auto model = scope.find("/model/");
        return model == scope.npos ? "server" : scope.substr(0, model);
    }

    const inventory& now_;
    const inventory& next_;
    const schema& all_;
    const std::map<std::string, bool> none_{};
    plan made_;
};

/// Of the settings that a server may have, those that a running one cannot take up.
void keep_restart_settings(const schema& known, node& values, const node& running) {
    for (const auto& [path, of] : known.known_to(level::server)) {
        const auto* was = of->live ? nullptr : running.find(path);
        if (was != nullptr) values.set(path, *was);
    }
}

std::string_view name_of(effect of) { return of == effect::live ? "now" : "at the next start"; }

json::array texts(const std::vector<std::string>& of) { return json::array(of.begin(), of.end()); }

}  // namespace

std::string change::text() const {
    const auto when = name_of(takes_effect);
    const bool alike = before == after;  // only of secrets
    return fmt::format("{} {}: {} -> {}{} ({}; {})", scope, path, before, after, alike ? ", another value" : "", when,
                       place);
}

std::string plugin_switch::text() const {
    return fmt::format("{}: the plugin {} is switched {}", scope == "server" ? "every tenant" : scope, plugin,
                       on ? "on" : "off");
}

std::string plugin_turnover::text() const {
    const auto what = needs_restart.empty() ? std::string("replaced") : "needs a restart: " + needs_restart;
    return fmt::format("plugin {}: {} -> {}, {}", plugin, before, after, what);
}

bool plan::wants_restart() const {
    return std::ranges::any_of(changes, [](const change& one) { return one.takes_effect == effect::restart; }) ||
           std::ranges::any_of(turnovers, [](const plugin_turnover& one) { return !one.needs_restart.empty(); });
}

std::vector<std::string> plan::lines() const {
    std::vector<std::string> made;
    for (const auto& scope : scopes_added) made.push_back(scope + ": has settings of its own from now on");
    for (const auto& scope : scopes_removed) made.push_back(scope + ": its file is gone; it has what it inherits");
    for (const auto& one : changes) made.push_back(one.text());
    for (const auto& one : switches) made.push_back(one.text());
    for (const auto& one : turnovers) made.push_back(one.text());
    return made;
}

plan make_plan(const inventory& now, const inventory& next, const schema& known) {
    return comparison(now, next, known).run();
}

plan make_plan(const configuration& now, const configuration& next) {
    return make_plan(take_inventory(now), take_inventory(next), *next.known);
}

json::object to_json(const plan& of) {
    json::array changes;
    for (const auto& one : of.changes)
        changes.push_back(json::object{{"scope", one.scope},
                                       {"setting", one.path},
                                       {"before", one.before},
                                       {"after", one.after},
                                       {"takes_effect", name_of(one.takes_effect)},
                                       {"set_by", one.place}});
    json::array switches;
    for (const auto& one : of.switches)
        switches.push_back(json::object{{"scope", one.scope}, {"plugin", one.plugin}, {"on", one.on}});
    json::array replaced;
    for (const auto& one : of.turnovers)
        replaced.push_back(
            json::object{{"plugin", one.plugin},
                         {"before", one.before},
                         {"after", one.after},
                         {"takes_effect", name_of(one.needs_restart.empty() ? effect::live : effect::restart)},
                         {"why", one.needs_restart}});
    return {{"changes", std::move(changes)},
            {"plugins", std::move(switches)},
            {"replaced", std::move(replaced)},
            {"scopes_added", texts(of.scopes_added)},
            {"scopes_removed", texts(of.scopes_removed)},
            {"unseen_secrets", of.unseen_secrets}};
}

std::shared_ptr<const configuration> without_restart(const configuration& running, const configuration& next) {
    // A tenant's settings are all live, which a test sees to; so only the server's own can have to wait.
    auto made = std::make_shared<configuration>(next);
    keep_restart_settings(*next.known, made->from.server, running.from.server);
    made->server = server_of(made->from.server, running.folder);
    return made;
}

}  // namespace parley::config
