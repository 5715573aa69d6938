// How the names in a manifest are spelled.
#pragma once

#include <algorithm>
#include <string_view>

namespace parley::plugins {

/// ^[a-z][a-z0-9_]*$, at most 64: "sweep"
[[nodiscard]] constexpr bool is_word(std::string_view text) {
    const auto inner = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
    return !text.empty() && text.size() <= 64 && text[0] >= 'a' && text[0] <= 'z' && std::ranges::all_of(text, inner);
}

/// Two or more words with dots between, at most 96: "reaction.add"
[[nodiscard]] constexpr bool is_dotted(std::string_view text) {
    if (text.size() > 96 || !text.contains('.')) return false;
    while (true) {
        const auto dot = text.find('.');
        if (!is_word(text.substr(0, dot))) return false;
        if (dot == std::string_view::npos) return true;
        text.remove_prefix(dot + 1);
    }
}

/// A dotted name and its version: "reactions.count/1"
[[nodiscard]] constexpr bool is_service(std::string_view text) {
    const auto slash = text.rfind('/');
    if (slash == std::string_view::npos || text.size() - slash > 4) return false;
    const auto number = text.substr(slash + 1);
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    return is_dotted(text.substr(0, slash)) && !number.empty() && number[0] != '0' &&
           std::ranges::all_of(number, digit);
}

/// What is asked of whoever has a service of this name: a word and a version, "file_check/1"
[[nodiscard]] constexpr bool is_asked(std::string_view text) {
    const auto slash = text.find('/');
    if (slash == std::string_view::npos || !is_word(text.substr(0, slash))) return false;
    const auto number = text.substr(slash + 1);
    return !number.empty() && number.size() <= 3 && number[0] != '0' &&
           std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace parley::plugins
