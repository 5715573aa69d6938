// The known word that somebody probably meant.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace parley::config {

/// The candidate with the fewest changed, missing, added or swapped characters, if they are few enough to be a slip.
[[nodiscard]] std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace parley::config
