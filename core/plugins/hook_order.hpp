// In which order plugins judge: what they say about each other, and else the order in which they were loaded.
#pragma once

#include <cstddef>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace parley::plugins {

/// One that is to be put in order; the lists name others, and who is not there is ignored.
struct ordered {
    std::string_view id;
    std::span<const std::string> after;
    std::span<const std::string> before;
};

/// Indexes into `all`, each after what it must come after, and otherwise as early as it stands. Error: the ids of a
/// cycle, as "a, b, a".
[[nodiscard]] std::expected<std::vector<std::size_t>, std::string> solve_order(std::span<const ordered> all);

}  // namespace parley::plugins
