// Asking a generation.
#include "plugins/snapshot.hpp"

#include <algorithm>

#include "plugins/abi_text.hpp"

namespace parley::plugins {

std::shared_ptr<const stored_settings> settings_pool::get(const std::string& json) {
    const std::lock_guard lock(guard_);
    auto& known = known_[json];
    if (auto there = known.lock()) return there;
    auto made = std::make_shared<stored_settings>();
    made->json = json;
    made->table = sized<parley_settings>();
    made->table.id = ++last_;
    made->table.json = lend(made->json);
    known = made;
    if (known_.size() > 1'000) std::erase_if(known_, [](const auto& one) { return one.second.expired(); });
    return made;
}

const snapshot::tenant_entry& snapshot::entry_of(std::string_view tenant) const {
    const auto found = tenants_.find(tenant);
    return found == tenants_.end() ? otherwise_ : found->second;
}

const scope_view& snapshot::at(std::string_view tenant, std::string_view model) const {
    const auto& entry = entry_of(tenant);
    if (model.empty()) return entry.own;
    const auto found = entry.models.find(model);
    return found == entry.models.end() ? entry.own : found->second;
}

bool snapshot::any(std::string_view tenant, std::string_view what) const {
    const auto& entry = entry_of(tenant);
    const auto judged = [&](const scope_view& in) { return in.route && in.route->judges_of(what) != nullptr; };
    return judged(entry.own) || std::ranges::any_of(entry.models, [&](const auto& one) { return judged(one.second); });
}

bool snapshot::is_on(std::string_view tenant, const plugin& which) const {
    const auto& entry = entry_of(tenant);
    if (entry.own.is_on(which)) return true;
    return std::ranges::any_of(entry.models, [&](const auto& one) { return one.second.is_on(which); });
}

std::vector<std::string> snapshot::tenants() const {
    std::vector<std::string> made;
    for (const auto& [name, ignored] : tenants_) made.push_back(name);
    std::ranges::sort(made);
    return made;
}

std::vector<std::string> snapshot::models_of(std::string_view tenant) const {
    std::vector<std::string> made;
    for (const auto& [name, ignored] : entry_of(tenant).models) made.push_back(name);
    return made;
}

}  // namespace parley::plugins
