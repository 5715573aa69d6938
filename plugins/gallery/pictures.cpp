// JPEG, PNG, WebP and GIF: rows of segments, some of which say how pixels look. Only those stay.
#include <algorithm>
#include <array>

#include "containers.hpp"

namespace gallery {
namespace {

using std::string_view_literals::operator""sv;

// --- JPEG

std::string jpeg_segment_of(int orientation) {
    const auto says = exif_of_orientation(orientation);
    return "\xff\xe1" + big_text(says.size() + 8, 2) + std::string("Exif\0\0", 6) + says;
}

bool stays_in_jpeg(int marker, std::string_view text) {
    if (marker == 0xfe) return false;                         // a comment
    if (marker < 0xe0 || marker > 0xef) return true;          // tables, frames
    if (marker == 0xe0) return text.starts_with("JFIF\0"sv);  // with JFXX comes a small picture of it
    if (marker == 0xe2) return text.starts_with("ICC_PROFILE\0"sv);
    return marker == 0xee && text.starts_with("Adobe"sv);  // says how colours are meant
}

/// Where the next marker stands in compressed data; the end when there is none.
std::int64_t end_of_scan(const bytes& from, std::int64_t at) {
    constexpr std::int64_t some = 32 * 1024;
    for (; at < from.size(); at += some - 1) {
        const auto text = from.read(at, some);
        for (std::size_t i = 0; i + 1 < text.size(); ++i) {
            i = text.find('\xff', i);
            if (i == std::string::npos || i + 1 >= text.size()) break;
            const auto next = static_cast<unsigned char>(text[i + 1]);
            const bool is_data = next == 0 || next == 0xff || (next >= 0xd0 && next <= 0xd7);
            if (!is_data) return at + static_cast<std::int64_t>(i);
        }
    }
    return from.size();
}

// --- PNG

std::uint32_t sum_of(std::string_view text) {
    std::uint32_t sum = ~0U;
    for (const char c : text) {
        sum ^= static_cast<unsigned char>(c);
        for (int i = 0; i < 8; ++i) sum = (sum >> 1U) ^ ((sum & 1U) != 0 ? 0xedb88320U : 0U);
    }
    return ~sum;
}

std::string png_chunk_of(int orientation) {
    const auto says = "eXIf" + exif_of_orientation(orientation);
    return big_text(says.size() - 4, 4) + says + big_text(sum_of(says), 4);
}

bool stays_in_png(std::string_view type) {
    constexpr std::array known{"tRNS"sv, "cHRM"sv, "gAMA"sv, "iCCP"sv, "sBIT"sv, "sRGB"sv, "cICP"sv, "mDCV"sv,
                               "cLLI"sv, "bKGD"sv, "hIST"sv, "pHYs"sv, "sPLT"sv, "acTL"sv, "fcTL"sv, "fdAT"sv};
    const bool is_critical = type.size() == 4 && type[0] >= 'A' && type[0] <= 'Z';
    return is_critical || std::find(known.begin(), known.end(), type) != known.end();
}

// --- WebP

std::string webp_chunk_of(int orientation) {
    const auto says = exif_of_orientation(orientation);
    return "EXIF" + little_text(says.size(), 4) + says;
}

/// Some begin as in a JPEG.
part tiff_of(std::string text) {
    if (text.starts_with("Exif\0\0"sv)) text.erase(0, 6);
    return part(std::move(text));
}

/// A picture whose camera says more than a mebibyte is not worth reading.
constexpr std::int64_t most_exif = 1 << 20;

/// What was found first counts.
void learn(read_exif& to, const part& tiff) {
    if (to.secret.empty()) to = parse_exif(tiff);
}

}  // namespace

void clean_jpeg(const bytes& from, edit_list& to, read_exif& found) {
    std::int64_t at = 2;
    bool has_exif = false;
    while (at < from.size() && !to.full()) {
        const auto head = from.read(at, 4);
        const int marker = head.size() < 2 ? 0 : static_cast<unsigned char>(head[1]);
        if (head.size() < 2 || head[0] != '\xff' || marker == 0) {
            to.replace(at++, 1);
            continue;
        }
        if (marker == 0xff || marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
            at += marker == 0xff ? 1 : 2;
            continue;
        }
        if (marker == 0xd9) return to.drop_rest(at + 2);
        const auto bytes = head.size() < 4 ? 0 : static_cast<std::int64_t>(big(std::string_view(head).substr(2)));
        if (bytes < 2 || !from.has(at, bytes + 2)) return to.drop_rest(at);
        const auto text = from.read(at + 4, std::min<std::int64_t>(bytes - 2, 16));
        if (marker == 0xe1 && text.starts_with("Exif\0\0"sv) && !has_exif) {
            has_exif = true;
            const auto is = parse_exif(part(from.read(at + 10, bytes - 8)));
            found = is;
            to.replace(at, bytes + 2, is.orientation == 1 ? "" : jpeg_segment_of(is.orientation));
        } else if (!stays_in_jpeg(marker, text)) {
            to.replace(at, bytes + 2);
        }
        at += bytes + 2;
        if (marker == 0xda) at = end_of_scan(from, at);
    }
    if (to.full()) to.drop_rest(at);
}

void clean_png(const bytes& from, edit_list& to, read_exif& found) {
    std::int64_t at = 8;
    while (at < from.size() && !to.full()) {
        const auto head = from.read(at, 8);
        if (head.size() < 8) return to.drop_rest(at);
        const auto type = head.substr(4);
        const auto bytes = static_cast<std::int64_t>(big(std::string_view(head).substr(0, 4)));
        const bool is_whole = from.has(at, bytes + 12);
        if (type == "eXIf" && is_whole) {
            learn(found, tiff_of(from.read(at + 8, std::min(bytes, most_exif))));
            to.replace(at, bytes + 12, found.orientation == 1 ? "" : png_chunk_of(found.orientation));
        } else if (!stays_in_png(type)) {
            if (!is_whole) return to.drop_rest(at);
            to.replace(at, bytes + 12);
        }
        at += bytes + 12;
        if (type == "IEND") return to.drop_rest(at);
    }
    if (to.full()) to.drop_rest(at);
}

void clean_webp(const bytes& from, edit_list& to, read_exif& found) {
    constexpr std::array kept{"VP8 "sv, "VP8L"sv, "VP8X"sv, "ALPH"sv, "ANIM"sv, "ANMF"sv, "ICCP"sv};
    const auto end = std::min<std::int64_t>(from.size(), static_cast<std::int64_t>(little(from.read(4, 4))) + 8);
    std::int64_t flags_at = 0;
    std::int64_t at = 12;
    while (at + 8 <= end && !to.full()) {
        const auto head = from.read(at, 8);
        const auto type = head.substr(0, 4);
        const auto said = static_cast<std::int64_t>(little(std::string_view(head).substr(4)));
        const auto bytes = std::min(8 + said + said % 2, end - at);
        if (type == "VP8X") flags_at = at + 8;
        if (type == "EXIF") {
            learn(found, tiff_of(from.read(at + 8, std::min(said, most_exif))));
            to.replace(at, bytes, found.orientation == 1 ? "" : webp_chunk_of(found.orientation));
        } else if (std::find(kept.begin(), kept.end(), type) == kept.end()) {
            to.replace(at, bytes);
        }
        at += bytes;
    }
    to.drop_rest(std::min(at, end));
    if (to.empty()) return;
    const auto flags = from.read(flags_at, 1);
    if (flags_at != 0 && flags.size() == 1) {
        const bool has_exif = found.orientation != 1;
        to.replace_first(flags_at, 1, std::string(1, static_cast<char>((flags[0] & ~0x0c) | (has_exif ? 0x08 : 0))));
    }
    to.replace_first(4, 4, little_text(static_cast<std::uint64_t>(from.size() + to.growth() - 8), 4));
}

void clean_gif(const bytes& from, edit_list& to) {
    constexpr std::array kept{"NETSCAPE2.0"sv, "ANIMEXTS1.0"sv, "ICCRGBG1012"sv};
    const auto colours = [&](std::int64_t flags_at) {
        const auto flags = static_cast<unsigned char>(big(from.read(flags_at, 1)));
        return (flags & 0x80U) == 0 ? std::int64_t{0} : std::int64_t{3} << ((flags & 7U) + 1);
    };
    const auto after_blocks = [&](std::int64_t at) {
        for (;;) {
            const auto bytes = static_cast<std::int64_t>(big(from.read(at, 1)));
            at += bytes + 1;
            if (bytes == 0 || at > from.size()) return at;
        }
    };
    std::int64_t at = 13 + colours(10);
    while (at < from.size() && !to.full()) {
        const auto head = from.read(at, 14);
        const auto began = at;
        if (head[0] == '\x2c' && head.size() >= 10) {
            at = after_blocks(at + 11 + colours(at + 9));
            continue;
        }
        if (head[0] != '\x21' || head.size() < 3) return to.drop_rest(head[0] == '\x3b' ? at + 1 : at);
        at = after_blocks(at + 2);
        const auto name = head[1] == '\xff' ? head.substr(3, 11) : std::string();
        const bool is_secret = head[1] == '\xfe' || head[1] == '\x01' ||
                               (head[1] == '\xff' && std::find(kept.begin(), kept.end(), name) == kept.end());
        if (is_secret) to.replace(began, std::min(at, from.size()) - began);
    }
    if (to.full()) to.drop_rest(at);
}

}  // namespace gallery
