// Rules for values that JSON Schema cannot say.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace parley::config {

/// What is wrong with a value under the rule a setting names in `check`; nothing when it is good. The sentence does not
/// repeat the value. Throws std::logic_error for an unknown rule.
[[nodiscard]] std::optional<std::string> broken_rule(std::string_view check, std::string_view value);

/// Whether this can be the name of a tenant or model: up to 63 of a to z, 0 to 9, _ and -, a letter or digit first.
[[nodiscard]] bool is_name(std::string_view text);

/// Whether a database URL carries a password, in front of the host or as a parameter.
[[nodiscard]] bool has_password(std::string_view url);

}  // namespace parley::config
