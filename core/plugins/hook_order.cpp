// Takes the first that waits for nobody, again and again.
#include "plugins/hook_order.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace parley::plugins {
namespace {

/// waits[i]: indexes that must come before i.
std::vector<std::vector<std::size_t>> dependencies(std::span<const ordered> all) {
    const auto find = [&](std::string_view id) -> std::optional<std::size_t> {
        const auto found = std::ranges::find(all, id, &ordered::id);
        return found == all.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - all.begin()));
    };
    std::vector<std::vector<std::size_t>> waits(all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        for (const auto& id : all[i].after)
            if (const auto other = find(id)) waits[i].push_back(*other);
        for (const auto& id : all[i].before)
            if (const auto other = find(id)) waits[*other].push_back(i);
    }
    return waits;
}

/// Follows who waits for whom until somebody comes round again.
std::string name_cycle(std::span<const ordered> all, const std::vector<std::vector<std::size_t>>& waits,
                       const std::vector<bool>& taken) {
    const auto next_of = [&](std::size_t i) {
        return *std::ranges::find_if(waits[i], [&](auto j) { return !taken[j]; });
    };
    auto at = static_cast<std::size_t>(std::ranges::find(taken, false) - taken.begin());
    for (std::size_t i = 0; i < all.size(); ++i) at = next_of(at);
    std::vector<std::string_view> names{all[at].id};
    for (auto i = next_of(at); i != at; i = next_of(i)) names.push_back(all[i].id);
    names.push_back(all[at].id);
    std::ranges::reverse(names);
    return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

std::expected<std::vector<std::size_t>, std::string> solve_order(std::span<const ordered> all) {
    const auto waits = dependencies(all);
    std::vector<bool> taken(all.size());
    std::vector<std::size_t> order;
    while (order.size() < all.size()) {
        std::size_t i = 0;
        while (i < all.size() && (taken[i] || !std::ranges::all_of(waits[i], [&](auto j) { return taken[j]; }))) ++i;
        if (i == all.size()) return std::unexpected(name_cycle(all, waits, taken));
        taken[i] = true;
        order.push_back(i);
    }
    return order;
}

}  // namespace parley::plugins
