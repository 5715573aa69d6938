// Reading versions and comparing them.
#include "plugins/version.hpp"

#include <algorithm>
#include <charconv>

namespace parley::plugins {
namespace {

/// One to three numbers with dots between; `least` says how many there must be.
std::optional<version> parse_numbers(std::string_view text, std::size_t least) {
    version made;
    std::size_t count = 0;
    while (true) {
        if (count == made.number.size() || text.empty() || (text.size() > 1 && text[0] == '0' && text[1] != '.'))
            return std::nullopt;
        const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), made.number[count]);
        if (problem != std::errc{}) return std::nullopt;
        ++count;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        if (text.empty()) break;
        if (text.front() != '.') return std::nullopt;
        text.remove_prefix(1);
    }
    return count < least ? std::nullopt : std::optional(made);
}

bool is_tail(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' ||
           c == '+';
}

}  // namespace

std::optional<version> parse_version(std::string_view text) {
    if (text.size() > 64) return std::nullopt;
    const auto cut = text.find_first_of("-+");
    if (cut != std::string_view::npos && (cut + 1 == text.size() || !std::ranges::all_of(text.substr(cut), is_tail)))
        return std::nullopt;
    return parse_numbers(text.substr(0, cut), 3);
}

std::optional<version_range> version_range::parse(std::string_view text) {
    version_range made;
    made.text_ = text;
    if (text.size() > 64) return std::nullopt;
    while (!text.empty()) {
        const auto word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(text.size(), word.size() + 1));
        if (word.empty()) continue;
        const auto digits = std::min(word.find_first_of("0123456789"), word.size());
        const auto sign = word.substr(0, digits);
        const auto at = parse_numbers(word.substr(digits), 1);
        if (!at || (sign != ">=" && sign != ">" && sign != "<=" && sign != "<" && sign != "=")) return std::nullopt;
        made.bounds_.push_back(
            {.below = sign.front() == '<', .equal = sign.back() == '=', .above = sign.front() == '>', .at = *at});
    }
    return made.bounds_.empty() ? std::nullopt : std::optional(std::move(made));
}

bool version_range::has(const version& of) const {
    return std::ranges::all_of(bounds_, [&](const bound& one) {
        if (of == one.at) return one.equal;
        return of < one.at ? one.below : one.above;
    });
}

}  // namespace parley::plugins
