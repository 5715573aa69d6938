// Types are compared with globs, texts in lower case.
#include "policy.hpp"

#include <algorithm>
#include <array>

namespace approval {
namespace {

std::string lower(std::string_view text) {
    std::string made(text);
    for (auto& c : made)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return made;
}

/// Bytes above ASCII are parts of words: "ß" is no end of one.
bool is_part_of_word(char c) {
    return static_cast<unsigned char>(c) >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
}
bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

bool has_word(std::string_view text, std::string_view word) {
    for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
        const auto end = at + word.size();
        const bool begins = at == 0 || !is_part_of_word(text[at - 1]);
        if (begins && (end == text.size() || !is_part_of_word(text[end]))) return true;
    }
    return false;
}

/// "example.com/x": letters or digits, a dot, and a name of at least two letters that is followed by a path.
bool has_bare_address(std::string_view text) {
    for (auto at = text.find('/'); at != std::string_view::npos; at = text.find('/', at + 1)) {
        auto begin = at;
        while (begin > 0 && (is_part_of_word(text[begin - 1]) || text[begin - 1] == '.' || text[begin - 1] == '-'))
            --begin;
        const auto host = text.substr(begin, at - begin);
        const auto dot = host.rfind('.');
        if (dot == std::string_view::npos || dot == 0 || host.size() - dot < 3) continue;
        if (std::ranges::all_of(host.substr(dot + 1), is_letter)) return true;
    }
    return false;
}

}  // namespace

std::string why_file_waits(std::string_view type, const settings& here) {
    if (attachments::is_one_of(here.needs_approval, type)) return "needs_approval";
    if (attachments::is_one_of(here.auto_approve, type)) return {};
    return "not_auto_approved";
}

bool has_link(std::string_view text) {
    const auto given = lower(text);
    constexpr std::array<std::string_view, 4> signs{"://", "www.", "mailto:", "javascript:"};
    if (std::ranges::any_of(signs, [&](auto one) { return given.find(one) != std::string::npos; })) return true;
    return has_bare_address(given);
}

std::string why_text_waits(std::string_view text, const settings& here) {
    if (here.hold_links && has_link(text)) return "link";
    const auto given = lower(text);
    const bool has_one = std::ranges::any_of(
        here.hold_words, [&](const std::string& word) { return has_word(given, lower(std::string_view(word))); });
    return has_one ? "word" : "";
}

bool is_exempt(std::string_view role, const settings& here) {
    return std::ranges::find(here.exempt_roles, role) != here.exempt_roles.end();
}

}  // namespace approval
