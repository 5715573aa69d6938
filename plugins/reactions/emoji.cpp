// Reads one emoji by Unicode's grammar of them (UTS #51): a base, a tone, and more of these behind joiners.
#include "emoji.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace reactions {
namespace {

// The longest that Unicode recommends have ten code points; nothing that is drawn as one picture is longer.
constexpr std::size_t most_code_points = 16;

constexpr char32_t joiner = 0x200D;
constexpr char32_t variation = 0xFE0F;
constexpr char32_t keycap = 0x20E3;
constexpr char32_t black_flag = 0x1F3F4;
constexpr char32_t tags_end = 0xE007F;

using range = std::pair<char32_t, char32_t>;

// Code points with the property Extended_Pictographic, in blocks; those that are not assigned yet are harmless.
constexpr std::array pictures{
    range{0xA9, 0xA9},       range{0xAE, 0xAE},       range{0x203C, 0x203C},   range{0x2049, 0x2049},
    range{0x2122, 0x2122},   range{0x2139, 0x2139},   range{0x2194, 0x2199},   range{0x21A9, 0x21AA},
    range{0x231A, 0x231B},   range{0x2328, 0x2328},   range{0x23CF, 0x23CF},   range{0x23E9, 0x23F3},
    range{0x23F8, 0x23FA},   range{0x24C2, 0x24C2},   range{0x25AA, 0x25AB},   range{0x25B6, 0x25B6},
    range{0x25C0, 0x25C0},   range{0x25FB, 0x25FE},   range{0x2600, 0x2604},   range{0x260E, 0x260E},
    range{0x2611, 0x2611},   range{0x2614, 0x2615},   range{0x2618, 0x2618},   range{0x261D, 0x261D},
    range{0x2620, 0x2620},   range{0x2622, 0x2623},   range{0x2626, 0x2626},   range{0x262A, 0x262A},
    range{0x262E, 0x262F},   range{0x2638, 0x263A},   range{0x2640, 0x2640},   range{0x2642, 0x2642},
    range{0x2648, 0x2653},   range{0x265F, 0x2660},   range{0x2663, 0x2663},   range{0x2665, 0x2666},
    range{0x2668, 0x2668},   range{0x267B, 0x267B},   range{0x267E, 0x267F},   range{0x2692, 0x2697},
    range{0x2699, 0x2699},   range{0x269B, 0x269C},   range{0x26A0, 0x26A1},   range{0x26A7, 0x26A7},
    range{0x26AA, 0x26AB},   range{0x26B0, 0x26B1},   range{0x26BD, 0x26BE},   range{0x26C4, 0x26C5},
    range{0x26C8, 0x26C8},   range{0x26CE, 0x26CF},   range{0x26D1, 0x26D1},   range{0x26D3, 0x26D4},
    range{0x26E9, 0x26EA},   range{0x26F0, 0x26F5},   range{0x26F7, 0x26FA},   range{0x26FD, 0x26FD},
    range{0x2702, 0x2702},   range{0x2705, 0x2705},   range{0x2708, 0x270D},   range{0x270F, 0x270F},
    range{0x2712, 0x2712},   range{0x2714, 0x2714},   range{0x2716, 0x2716},   range{0x271D, 0x271D},
    range{0x2721, 0x2721},   range{0x2728, 0x2728},   range{0x2733, 0x2734},   range{0x2744, 0x2744},
    range{0x2747, 0x2747},   range{0x274C, 0x274C},   range{0x274E, 0x274E},   range{0x2753, 0x2755},
    range{0x2757, 0x2757},   range{0x2763, 0x2764},   range{0x2795, 0x2797},   range{0x27A1, 0x27A1},
    range{0x27B0, 0x27B0},   range{0x27BF, 0x27BF},   range{0x2934, 0x2935},   range{0x2B05, 0x2B07},
    range{0x2B1B, 0x2B1C},   range{0x2B50, 0x2B50},   range{0x2B55, 0x2B55},   range{0x3030, 0x3030},
    range{0x303D, 0x303D},   range{0x3297, 0x3297},   range{0x3299, 0x3299},   range{0x1F004, 0x1F004},
    range{0x1F0CF, 0x1F0CF}, range{0x1F170, 0x1F171}, range{0x1F17E, 0x1F17F}, range{0x1F18E, 0x1F18E},
    range{0x1F191, 0x1F19A}, range{0x1F201, 0x1F202}, range{0x1F21A, 0x1F21A}, range{0x1F22F, 0x1F22F},
    range{0x1F232, 0x1F23A}, range{0x1F250, 0x1F251}, range{0x1F300, 0x1F3FA}, range{0x1F400, 0x1F64F},
    range{0x1F680, 0x1F6FC}, range{0x1F7E0, 0x1F7F0}, range{0x1F90C, 0x1FAFF}};

bool is_picture(char32_t c) {
    return std::any_of(pictures.begin(), pictures.end(), [c](range in) { return in.first <= c && c <= in.second; });
}
bool is_tone(char32_t c) { return c >= 0x1F3FB && c <= 0x1F3FF; }
bool is_letter_of_flag(char32_t c) { return c >= 0x1F1E6 && c <= 0x1F1FF; }
bool is_key(char32_t c) { return (c >= U'0' && c <= U'9') || c == U'#' || c == U'*'; }
bool is_tag(char32_t c) { return c >= 0xE0020 && c < tags_end; }

/// Nothing for what is no strict UTF-8 or too long.
std::optional<std::u32string> decode(std::string_view text) {
    std::u32string all;
    for (std::size_t at = 0; at < text.size();) {
        const auto lead = static_cast<unsigned char>(text[at]);
        const std::size_t length = lead < 0x80 ? 1 : lead >> 5 == 6 ? 2 : lead >> 4 == 14 ? 3 : lead >> 3 == 30 ? 4 : 0;
        if (length == 0 || at + length > text.size() || all.size() == 2 * most_code_points) return {};
        char32_t c = length == 1 ? lead : lead & (0x7FU >> length);
        for (std::size_t i = 1; i < length; ++i) {
            const auto next = static_cast<unsigned char>(text[at + i]);
            if (next >> 6 != 2) return {};
            c = c << 6 | (next & 0x3FU);
        }
        constexpr std::array<char32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
        if (c < least.at(length) || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) return {};
        all.push_back(c);
        at += length;
    }
    return all;
}

void append(std::string& to, char32_t c) {
    if (c < 0x80) {
        to += static_cast<char>(c);
    } else if (c < 0x800) {
        to += static_cast<char>(0xC0 | c >> 6);
        to += static_cast<char>(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        to += static_cast<char>(0xE0 | c >> 12);
        to += static_cast<char>(0x80 | (c >> 6 & 0x3F));
        to += static_cast<char>(0x80 | (c & 0x3F));
    } else {
        to += static_cast<char>(0xF0 | c >> 18);
        to += static_cast<char>(0x80 | (c >> 12 & 0x3F));
        to += static_cast<char>(0x80 | (c >> 6 & 0x3F));
        to += static_cast<char>(0x80 | (c & 0x3F));
    }
}

/// A picture, and a tone if there is one; tags behind a black flag (England, Scotland, Wales).
bool take_element(std::u32string_view& rest) {
    if (rest.empty() || !is_picture(rest.front())) return false;
    const bool may_have_tags = rest.front() == black_flag;
    rest.remove_prefix(1);
    if (!rest.empty() && is_tone(rest.front())) rest.remove_prefix(1);
    if (!may_have_tags || rest.empty() || !is_tag(rest.front())) return true;
    while (!rest.empty() && is_tag(rest.front())) rest.remove_prefix(1);
    if (rest.empty() || rest.front() != tags_end) return false;
    rest.remove_prefix(1);
    return true;
}

bool is_one_emoji(std::u32string_view all) {
    if (all.size() == 2 && is_key(all[0]) && all[1] == keycap) return true;
    if (all.size() == 2 && is_letter_of_flag(all[0]) && is_letter_of_flag(all[1])) return true;
    if (all.size() == 1 && is_tone(all[0])) return true;
    while (take_element(all)) {
        if (all.empty()) return true;
        if (all.front() != joiner) return false;
        all.remove_prefix(1);
    }
    return false;
}

}  // namespace

std::optional<std::string> canonical_emoji(std::string_view text) {
    auto all = decode(text);
    if (!all) return {};
    // It only chooses between a black and a coloured drawing of the same thing; one in front of nothing stays wrong.
    if (!all->empty() && all->front() == variation) return {};
    std::erase(*all, variation);
    if (all->size() > most_code_points || !is_one_emoji(*all)) return {};
    std::string made;
    for (const auto c : *all) append(made, c);
    return made;
}

std::optional<std::string> canonical_emoji(std::string_view text, const std::vector<std::string>& custom) {
    if (text.size() > 2 && text.front() == ':' && text.back() == ':') {
        const auto name = text.substr(1, text.size() - 2);
        if (std::find(custom.begin(), custom.end(), name) == custom.end()) return {};
        return std::string(text);
    }
    return canonical_emoji(text);
}

}  // namespace reactions
