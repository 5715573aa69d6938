// Words as they are compared when somebody searches.
#pragma once

#include <string>
#include <string_view>

namespace gallery {

/// Without regard to case, in one form of accents.
[[nodiscard]] std::string folded(std::string_view text);
/// A pattern for LIKE with the escape character '\': contains it.
[[nodiscard]] std::string containing(std::string_view text);

}  // namespace gallery
