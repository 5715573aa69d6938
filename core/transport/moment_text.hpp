// Moments as clients write them.
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.hpp"

namespace parley::transport {

/// Reads RFC 3339: "2030-01-31T09:30:00Z", with a fraction of a second and any offset if need be. Digits behind the
/// microseconds are dropped. Nothing for anything else, leap seconds included.
[[nodiscard]] std::optional<moment> parse_moment(std::string_view text);

}  // namespace parley::transport
