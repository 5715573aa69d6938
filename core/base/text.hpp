// Text from strangers: what is let in, what it is compared as, and how it is shown in a log.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace parley {

/// How long a text may be. Both limits hold; `field` names the request member in errors.
struct text_limits {
    std::size_t max_graphemes = 0;  ///< characters as a reader sees them
    std::size_t max_bytes = 0;      ///< bytes of UTF-8, because one visible character can be made of thousands
    std::string_view field;
};

/// Offset of the first byte that is not well-formed UTF-8 (overlong, surrogate, above U+10FFFF, cut short);
/// nothing when all of it is.
[[nodiscard]] std::optional<std::size_t> find_invalid_utf8(std::string_view text);

[[nodiscard]] inline bool is_utf8(std::string_view text) { return !find_invalid_utf8(text); }

/// Takes the next code point off the front of well-formed, non-empty UTF-8.
[[nodiscard]] char32_t take_code_point(std::string_view& rest);

/// Letter, digit or combining mark of any script.
[[nodiscard]] bool is_word_character(char32_t c);

/// Visible characters in well-formed UTF-8, at most `stop_after` + 1.
[[nodiscard]] std::size_t count_graphemes(std::string_view text, std::size_t stop_after = static_cast<std::size_t>(-2));

/// Text of several lines. Errors: text_too_long, text_not_utf8, text_has_control (C0 except line feed and tab, and
/// DEL).
[[nodiscard]] result<void> check_text(std::string_view text, const text_limits& limits);

/// Text of one line. As check_text, and text_has_control also for line breaks of every kind, tab, C1 controls and
/// characters that turn the direction of what follows (embeddings, overrides, isolates).
[[nodiscard]] result<void> check_line(std::string_view text, const text_limits& limits);

/// A name in the one form in which it is stored and compared: trimmed, NFC, a checked line.
/// Errors: those of check_line, and text_empty when nothing visible is left.
[[nodiscard]] result<std::string> normalize_name(std::string_view text, const text_limits& limits);

/// A username in its one form: NFKC, case-folded, then 1 to 32 of a-z 0-9 . _ - that begin and end with a letter or a
/// digit, so that "@ann." and "_@ann_" in a sentence mean ann. Error: username_invalid.
[[nodiscard]] result<std::string> parse_username(std::string_view text);

/// Without white space (of any script) at either end. Takes any bytes; bytes that are not UTF-8 stay.
[[nodiscard]] std::string_view trim(std::string_view text);

/// Safe to print on a terminal or in one line of a log: controls, line and direction changes become \n, \t, \r or
/// \u{hex}, bytes that are not UTF-8 become \xhh, and a backslash is doubled. Takes any bytes.
[[nodiscard]] std::string escape_controls(std::string_view text);

/// The same of the first bytes of a text, so that what comes out has at most `bytes` and ends where a character does.
[[nodiscard]] std::string escape_and_cut(std::string_view text, std::size_t bytes);

/// True for what escape_controls writes as \u{...}: C0, DEL, C1, line and paragraph separators, direction changes.
[[nodiscard]] bool is_unsafe_to_print(char32_t c);

}  // namespace parley
