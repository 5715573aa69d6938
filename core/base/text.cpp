// Text from strangers: validation, counting, normal forms and escapes.
#include "base/text.hpp"

#include <fmt/format.h>
#include <unicode/brkiter.h>
#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>

#include <cstdint>
#include <cstring>
#include <iterator>
#include <memory>
#include <stdexcept>

namespace parley {
namespace {

constexpr std::size_t max_username = 32;
// On one character. What Unicode calls stream-safe; no language needs a third of it, and towers of them cover the lines
// of others on every reader's screen.
constexpr int most_marks = 30;
constexpr std::size_t max_username_input = 256;  // full-width letters take three bytes; more than this is no name

[[nodiscard]] unsigned byte_at(std::string_view text, std::size_t at) { return static_cast<unsigned char>(text[at]); }

/// Length of the well-formed sequence that starts at `at`, or 0. The bounds of the second byte are those of table 3-7
/// of the Unicode standard; they are what keeps out overlongs, surrogates and numbers above U+10FFFF.
[[nodiscard]] std::size_t sequence_length(std::string_view text, std::size_t at) {
    const unsigned lead = byte_at(text, at);
    if (lead < 0x80) return 1;
    if (lead < 0xC2 || lead > 0xF4) return 0;
    const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (text.size() - at < length) return 0;
    const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (byte_at(text, at + 1) < low || byte_at(text, at + 1) > high) return 0;
    for (std::size_t i = 2; i < length; ++i) {
        if ((byte_at(text, at + i) & 0xC0) != 0x80) return 0;
    }
    return length;
}

[[nodiscard]] bool turns_direction(char32_t c) { return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069); }

[[nodiscard]] bool forbidden_in_text(char32_t c) { return (c < 0x20 && c != '\n' && c != '\t') || c == 0x7F; }

/// What stands on or under the character before it.
[[nodiscard]] bool is_mark(char32_t c) {
    return c >= 0x300 && (U_GET_GC_MASK(static_cast<UChar32>(c)) & (U_GC_MN_MASK | U_GC_ME_MASK)) != 0;
}

void require(UErrorCode status, const char* what) {
    if (U_FAILURE(status)) throw std::runtime_error(fmt::format("ICU cannot {}: {}", what, u_errorName(status)));
}

/// One iterator a thread: making one costs far more than counting a message.
[[nodiscard]] icu::BreakIterator& grapheme_iterator() {
    static thread_local const std::unique_ptr<icu::BreakIterator> iterator = [] {
        UErrorCode status = U_ZERO_ERROR;
        std::unique_ptr<icu::BreakIterator> made(
            icu::BreakIterator::createCharacterInstance(icu::Locale::getRoot(), status));
        require(status, "make a character iterator");
        return made;
    }();
    return *iterator;
}

[[nodiscard]] std::string normalized(const icu::Normalizer2& form, std::string_view text) {
    std::string out;
    icu::StringByteSink<std::string> sink(&out);
    UErrorCode status = U_ZERO_ERROR;
    form.normalizeUTF8(0, icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())), sink, nullptr, status);
    require(status, "normalise a text");
    return out;
}

[[nodiscard]] const icu::Normalizer2& nfc() {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* form = icu::Normalizer2::getNFCInstance(status);
    require(status, "load NFC");
    return *form;
}

[[nodiscard]] const icu::Normalizer2& nfkc_casefold() {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* form = icu::Normalizer2::getNFKCCasefoldInstance(status);
    require(status, "load NFKC_Casefold");
    return *form;
}

[[nodiscard]] std::unexpected<error> too_long(const text_limits& limits) {
    return invalid(
        "text_too_long",
        fmt::format("The text is longer than {} characters or {} bytes.", limits.max_graphemes, limits.max_bytes),
        std::string(limits.field));
}

template <class Forbidden>
[[nodiscard]] result<void> check(std::string_view text, const text_limits& limits, Forbidden forbidden) {
    if (text.size() > limits.max_bytes) return too_long(limits);
    if (const auto bad = find_invalid_utf8(text)) {
        return invalid("text_not_utf8", fmt::format("The text is not valid UTF-8 at byte {}.", *bad),
                       std::string(limits.field));
    }
    int marks = 0;
    for (std::string_view rest = text; !rest.empty();) {
        const std::size_t at = text.size() - rest.size();
        const char32_t c = take_code_point(rest);
        marks = is_mark(c) ? marks + 1 : 0;
        if (marks > most_marks)
            return invalid("text_too_many_marks",
                           fmt::format("More than {} marks stand on one character at byte {}.", most_marks, at),
                           std::string(limits.field));
        if (!forbidden(c)) continue;
        return invalid("text_has_control",
                       fmt::format("The text contains the control character U+{:04X} at byte {}.",
                                   static_cast<std::uint32_t>(c), at),
                       std::string(limits.field));
    }
    if (text.size() <= limits.max_graphemes) return {};  // no character is shorter than a byte
    if (count_graphemes(text, limits.max_graphemes) > limits.max_graphemes) return too_long(limits);
    return {};
}

[[nodiscard]] bool shows_nothing(std::string_view text) {
    while (!text.empty()) {
        const auto c = static_cast<UChar32>(take_code_point(text));
        if (!u_isUWhiteSpace(c) && !u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT)) return false;
    }
    return true;
}

[[nodiscard]] bool is_ascii_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

}  // namespace

std::optional<std::size_t> find_invalid_utf8(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        std::uint64_t eight = 0;
        if (text.size() - at >= sizeof eight) {
            std::memcpy(&eight, text.data() + at, sizeof eight);
            if ((eight & 0x8080808080808080U) == 0) {
                at += sizeof eight;
                continue;
            }
        }
        const std::size_t length = sequence_length(text, at);
        if (length == 0) return at;
        at += length;
    }
    return std::nullopt;
}

char32_t take_code_point(std::string_view& rest) {
    const unsigned lead = byte_at(rest, 0);
    if (lead < 0x80) {
        rest.remove_prefix(1);
        return lead;
    }
    const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t c = lead & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) c = (c << 6) | (byte_at(rest, i) & 0x3F);
    rest.remove_prefix(length);
    return c;
}

bool is_word_character(char32_t c) {
    const auto point = static_cast<UChar32>(c);
    return u_isalnum(point) || (U_GET_GC_MASK(point) & U_GC_M_MASK) != 0;
}

std::size_t count_graphemes(std::string_view text, std::size_t stop_after) {
    UErrorCode status = U_ZERO_ERROR;
    UText view = UTEXT_INITIALIZER;
    utext_openUTF8(&view, text.data(), static_cast<std::int64_t>(text.size()), &status);
    require(status, "read a text");
    icu::BreakIterator& iterator = grapheme_iterator();
    iterator.setText(&view, status);  // keeps a shallow clone, so `view` may go
    utext_close(&view);
    require(status, "walk a text");
    std::size_t count = 0;
    while (count <= stop_after && iterator.next() != icu::BreakIterator::DONE) ++count;
    return count;
}

result<void> check_text(std::string_view text, const text_limits& limits) {
    return check(text, limits, forbidden_in_text);
}

result<void> check_line(std::string_view text, const text_limits& limits) {
    return check(text, limits, is_unsafe_to_print);
}

result<std::string> normalize_name(std::string_view text, const text_limits& limits) {
    // Composition makes almost every text shorter; the factor leaves room for decomposed input and bounds the work.
    if (text.size() > limits.max_bytes * 4) return too_long(limits);
    if (const auto bad = find_invalid_utf8(text)) {
        return invalid("text_not_utf8", fmt::format("The text is not valid UTF-8 at byte {}.", *bad),
                       std::string(limits.field));
    }
    std::string name = normalized(nfc(), trim(text));
    if (auto checked = check_line(name, limits); !checked) return std::unexpected(checked.error());
    if (shows_nothing(name)) return invalid("text_empty", "The text must not be empty.", std::string(limits.field));
    return name;
}

result<std::string> parse_username(std::string_view text) {
    const auto refuse = [] {
        return invalid(
            "username_invalid",
            "A username is 1 to 32 of the letters a to z, digits, '.', '_' and '-', and begins and ends with "
            "a letter or a digit.",
            "username");
    };
    if (text.empty() || text.size() > max_username_input || !is_utf8(text)) return refuse();
    std::string name = normalized(nfkc_casefold(), text);
    if (name.empty() || name.size() > max_username) return refuse();
    for (const char c : name) {
        if (!is_ascii_lower_or_digit(c) && c != '.' && c != '_' && c != '-') return refuse();
    }
    if (!is_ascii_lower_or_digit(name.front()) || !is_ascii_lower_or_digit(name.back())) return refuse();
    return name;
}

std::string_view trim(std::string_view text) {
    const auto is_space = [](std::string_view sequence) {
        return u_isUWhiteSpace(static_cast<UChar32>(take_code_point(sequence))) != 0;
    };
    while (!text.empty()) {
        const std::size_t length = sequence_length(text, 0);
        if (length == 0 || !is_space(text.substr(0, length))) break;
        text.remove_prefix(length);
    }
    while (!text.empty()) {
        std::size_t start = text.size() - 1;
        while (start > 0 && text.size() - start < 4 && (byte_at(text, start) & 0xC0) == 0x80) --start;
        if (sequence_length(text, start) != text.size() - start || !is_space(text.substr(start))) break;
        text.remove_suffix(text.size() - start);
    }
    return text;
}

bool is_unsafe_to_print(char32_t c) {
    return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x2028 || c == 0x2029 || turns_direction(c);
}

std::string escape_controls(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = sequence_length(text, at);
        if (length == 0) {
            fmt::format_to(std::back_inserter(out), "\\x{:02x}", byte_at(text, at++));
            continue;
        }
        std::string_view sequence = text.substr(at, length);
        at += length;
        const std::string_view bytes = sequence;
        switch (const char32_t c = take_code_point(sequence); c) {
            case '\n':
                out += "\\n";
                break;
            case '\r':
                out += "\\r";
                break;
            case '\t':
                out += "\\t";
                break;
            case '\\':
                out += "\\\\";
                break;
            default:
                if (is_unsafe_to_print(c)) {
                    fmt::format_to(std::back_inserter(out), "\\u{{{:x}}}", static_cast<std::uint32_t>(c));
                } else {
                    out += bytes;
                }
        }
    }
    return out;
}

std::string escape_and_cut(std::string_view text, std::size_t bytes) {
    auto shown = escape_controls(text.substr(0, bytes));
    if (shown.size() <= bytes) return shown;
    auto end = bytes;
    while (end > 0 && (static_cast<unsigned char>(shown[end]) & 0xC0U) == 0x80U) --end;
    shown.resize(end);
    return shown;
}

}  // namespace parley
