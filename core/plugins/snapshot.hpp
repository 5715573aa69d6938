// Which plugins are on where, with which settings, and who judges there in which order: one generation, never changed.
#pragma once

#include <parley/abi/plugin.h>

#include <expected>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/message.hpp"
#include "plugins/choices.hpp"
#include "plugins/plugin.hpp"

namespace parley::plugins {

/// One text of settings, shared by all scopes that have the same.
struct stored_settings {
    std::string json;
    parley_settings table{};
};

/// Keeps one object for each text, as long as somebody uses it, with numbers that are never used again. Any thread.
class settings_pool {
public:
    [[nodiscard]] std::shared_ptr<const stored_settings> get(const std::string& json);

private:
    std::mutex guard_;
    std::uint64_t last_ = 0;
    std::unordered_map<std::string, std::weak_ptr<const stored_settings>> known_;
};

/// A hook that is on somewhere, with what the operator chose about it.
struct hook_use {
    plugin* of = nullptr;
    std::uint32_t number = 0;  ///< of the hook, or of the change
    watch* seen = nullptr;
    phase when = phase::check;
    failure_policy on_failure = failure_policy::refuse;
    ticks deadline{};
    hold::until held_until = hold::until::review;
    bool security = false;
};

/// What judges, in its order: amending hooks first.
using hook_list = std::vector<hook_use>;

/// Shared by all scopes where the same plugins are on.
struct routing {
    std::vector<bool> on;                                 ///< by the plugin's number
    std::map<std::string, hook_list, std::less<>> lists;  ///< by "message.send", "member.add"; without empty ones

    [[nodiscard]] const hook_list* judges_of(std::string_view what) const {
        const auto found = lists.find(what);
        return found == lists.end() ? nullptr : &found->second;
    }
};

/// By the plugin's number.
using settings_list = std::vector<std::shared_ptr<const stored_settings>>;

/// A tenant or a model in it.
struct scope_view {
    std::shared_ptr<const routing> route;
    std::shared_ptr<const settings_list> settings;

    [[nodiscard]] bool is_on(const plugin& one) const { return route && route->on[one.number]; }
    [[nodiscard]] const parley_settings* settings_of(const plugin& one) const {
        return &(*settings)[one.number]->table;
    }
};

class snapshot {
public:
    /// Everything at once, or every problem: plugins that are not loaded, orders that go round in a circle, settings
    /// that are no JSON object, risks that nobody accepted. `all` in the order of loading.
    [[nodiscard]] static std::expected<std::shared_ptr<const snapshot>, problems> make(
        const std::vector<std::unique_ptr<plugin>>& all, const choices&, settings_pool&);

    /// The model's where it has something of its own, else the tenant's, else what holds otherwise.
    [[nodiscard]] const scope_view& at(std::string_view tenant, std::string_view model) const;

    /// Whether somebody judges this anywhere in the tenant.
    [[nodiscard]] bool any(std::string_view tenant, std::string_view what) const;
    /// Whether nobody judges anything anywhere.
    [[nodiscard]] bool judges_nothing() const { return !judges_; }
    /// Whether the plugin is on anywhere in the tenant.
    [[nodiscard]] bool is_on(std::string_view tenant, const plugin&) const;

    [[nodiscard]] std::vector<std::string> tenants() const;
    [[nodiscard]] std::vector<std::string> models_of(std::string_view tenant) const;
    /// For tests and for the curious: how many different ones are kept.
    [[nodiscard]] std::size_t routings() const { return routings_; }

private:
    struct tenant_entry {
        scope_view own;
        std::map<std::string, scope_view, std::less<>> models;
    };
    struct hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };
    class builder;

    [[nodiscard]] const tenant_entry& entry_of(std::string_view tenant) const;

    tenant_entry otherwise_;
    std::unordered_map<std::string, tenant_entry, hash, std::equal_to<>> tenants_;
    std::size_t routings_ = 0;
    bool judges_ = false;
};

}  // namespace parley::plugins
