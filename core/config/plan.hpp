// What would be different with another configuration, and when each change takes effect.
#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <string>
#include <vector>

#include "config/configuration.hpp"
#include "config/inventory.hpp"

namespace parley::config {

enum class effect : unsigned char { live = 1, restart };

/// A setting with another value. Only safe texts; two different secrets from one place look alike here.
struct change {
    std::string scope;  ///< "server", "tenant/acme" or "tenant/acme/model/desk"
    std::string path;   ///< "messages.max_bytes"
    std::string before;
    std::string after;
    effect takes_effect = effect::restart;
    bool secret = false;  ///< what it was or what it is
    std::string place;    ///< where the new value stands: "file:line:column", an environment variable, or "default"

    /// "tenant/acme messages.max_bytes: 1000 -> 2000 (now; tenants/acme.yaml:7:18)"
    [[nodiscard]] std::string text() const;

    friend bool operator==(const change&, const change&) = default;
};

/// A plugin that is on somewhere and was not, or the other way round, whichever setting made it so.
struct plugin_switch {
    std::string scope;
    std::string plugin;
    bool on = false;

    /// "tenant/acme: the plugin reactions is switched on"
    [[nodiscard]] std::string text() const;

    friend bool operator==(const plugin_switch&, const plugin_switch&) = default;
};

/// A plugin in whose file there is another version now, or another build of the same.
struct plugin_turnover {
    std::string plugin;
    std::string before;
    std::string after;
    std::string needs_restart;  ///< why; empty: the running server turns to it

    /// "plugin reactions: 1.0.0 -> 1.1.0, replaced", "plugin polls: 1.0.0 -> 2.0.0, needs a restart: …"
    [[nodiscard]] std::string text() const;

    friend bool operator==(const plugin_turnover&, const plugin_turnover&) = default;
};

/// Ordered by scope and setting. Settings of tenant_defaults stand once and not again for each tenant that inherits.
struct plan {
    std::vector<change> changes;
    std::vector<std::string> scopes_added;  ///< tenants and models that have a file now: "tenant/acme"
    std::vector<std::string> scopes_removed;
    std::vector<plugin_switch> switches;  ///< what comes of the changes
    std::vector<plugin_turnover> turnovers;
    std::size_t unseen_secrets = 0;  ///< secrets from the same place whose old value is not known to the comparer

    /// Nothing changes; about unseen secrets nobody knows.
    [[nodiscard]] bool empty() const {
        return changes.empty() && scopes_added.empty() && scopes_removed.empty() && turnovers.empty();
    }
    [[nodiscard]] bool wants_restart() const;

    /// A line for each added or removed tenant or model, then one for each change, each switch and each turnover; safe
    /// to print.
    [[nodiscard]] std::vector<std::string> lines() const;
};

/// `known` is what the settings of `next` are.
[[nodiscard]] plan make_plan(const inventory& now, const inventory& next, const schema& known = kernel_schema());
[[nodiscard]] plan make_plan(const configuration& now, const configuration& next);

/// {changes: [{scope, setting, before, after, takes_effect, set_by}], plugins: [{scope, plugin, on}],
/// replaced: [{plugin, before, after, takes_effect, why}], scopes_added, scopes_removed, unseen_secrets}; safe to
/// print.
[[nodiscard]] boost::json::object to_json(const plan&);

/// What a running server turns to: `next`, but with the running value of each setting that takes effect only at a
/// start.
[[nodiscard]] std::shared_ptr<const configuration> without_restart(const configuration& running,
                                                                   const configuration& next);

}  // namespace parley::config
