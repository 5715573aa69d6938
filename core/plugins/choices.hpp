// What an operator chose about plugins, scope by scope; made from the configuration by the server.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "plugins/manifest.hpp"

namespace parley::plugins {

/// For one tenant, or for one model in it; what is inherited is in it already.
struct scope_choice {
    std::vector<std::string> enabled;  ///< ids, in any order
    /// By plugin: its settings as one JSON object with defaults and secrets filled in; a plugin without has {}.
    std::map<std::string, std::string, std::less<>> settings;
};

struct tenant_choice {
    scope_choice own;
    std::map<std::string, scope_choice, std::less<>> models;  ///< those that differ from the tenant
};

/// What stands in the manifest about a hook and is otherwise here.
struct hook_choice {
    std::string plugin;
    std::string hook;  ///< "message.send check", or the name of a change: "member.add"
    std::optional<failure_policy> on_failure;
    std::optional<std::chrono::milliseconds> deadline;
    bool accept_risk = false;
};

/// May be swapped while the server runs.
struct choices {
    scope_choice otherwise;  ///< tenants that are not named
    std::map<std::string, tenant_choice, std::less<>> tenants;
    std::vector<hook_choice> hooks;
};

/// Taken at the start only.
struct load_choice {
    std::vector<std::filesystem::path> folders;
    std::vector<std::string> load;  ///< ids, in their order; of those that are found
    bool load_all = false;          ///< whatever is found, in the order of the ids, after those that are named
    std::map<std::string, isolation, std::less<>> isolation_of;
};

}  // namespace parley::plugins
