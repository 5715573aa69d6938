// Between the texts of the ABI and ours.
#pragma once

#include <parley/abi/plugin.h>

#include <string>
#include <string_view>

namespace parley::plugins {

/// Borrowed; good for as long as the text is.
[[nodiscard]] inline parley_text lend(std::string_view text) { return {.data = text.data(), .size = text.size()}; }

[[nodiscard]] inline std::string_view view(const parley_text& text) {
    return text.data == nullptr ? std::string_view{} : std::string_view(text.data, text.size);
}

/// A struct of the ABI that knows its size.
template <class Struct>
[[nodiscard]] Struct sized() {
    Struct made{};
    made.size = sizeof made;
    return made;
}

}  // namespace parley::plugins
