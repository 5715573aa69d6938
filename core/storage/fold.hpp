// Names as they are searched and sorted: the same in both databases, because neither database is asked.
#pragma once

#include <string>
#include <string_view>

namespace parley::storage {

/// Unicode case folding: "Émile" and "éMILE" give the same text.
[[nodiscard]] std::string fold(std::string_view text);

/// A LIKE pattern, with backslash as its escape, for texts that start with, or contain, this one.
[[nodiscard]] std::string starting_with(std::string_view text);
[[nodiscard]] std::string containing(std::string_view text);

}  // namespace parley::storage
