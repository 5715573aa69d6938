// What may be put on a message: one emoji, or the name of one of the tenant's own.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reactions {

/// The one spelling of an emoji, without variation selectors, so that ❤ and ❤️ are the same; nothing when the text is
/// not exactly one emoji as Unicode makes them (flags, keycaps, skin tones, families), which bounds what is shown and
/// stored.
[[nodiscard]] std::optional<std::string> canonical_emoji(std::string_view text);

/// The same, and ":name:" when the name is among the tenant's own.
[[nodiscard]] std::optional<std::string> canonical_emoji(std::string_view text, const std::vector<std::string>& custom);

}  // namespace reactions
