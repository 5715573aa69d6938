// What tenants are called, as far as this process has met them.
#pragma once

#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/id.hpp"

namespace parley::plugins {

/// A plugin names tenants by number; it can only have numbers of tenants that came by here, or by an earlier process.
/// Names never change. Safe to use from any thread.
class tenant_names {
public:
    void learn(tenant_id which, std::string_view name) {
        if (!which || name.empty()) return;
        {
            const std::shared_lock lock(guard_);
            if (known_.contains(which)) return;
        }
        const std::lock_guard lock(guard_);
        known_.emplace(which, name);
    }
    [[nodiscard]] std::optional<std::string> find(tenant_id which) const {
        const std::shared_lock lock(guard_);
        const auto found = known_.find(which);
        return found == known_.end() ? std::nullopt : std::optional(found->second);
    }

private:
    mutable std::shared_mutex guard_;
    std::unordered_map<tenant_id, std::string> known_;
};

}  // namespace parley::plugins
