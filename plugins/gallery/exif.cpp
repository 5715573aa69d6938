// Every offset and length is a stranger's: each is held against what is there.
#include "exif.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace gallery {
namespace {

constexpr int most_entries = 512;
constexpr int most_directories = 16;

enum tag : std::uint16_t {
    description = 0x010e,
    make = 0x010f,
    model = 0x0110,
    orientation = 0x0112,
    software = 0x0131,
    moment = 0x0132,
    artist = 0x013b,
    sub_directories = 0x014a,
    xmp = 0x02bc,
    copyright = 0x8298,
    exposure = 0x829a,
    iptc = 0x83bb,
    photoshop = 0x8649,
    exif_directory = 0x8769,
    f_number = 0x829d,
    gps_directory = 0x8825,
    iso = 0x8827,
    original_moment = 0x9003,
    focal_length = 0x920a,
    maker_note = 0x927c,
    lens = 0xa434
};

/// Which tags of the first directories say how its pixels are to be read: everything else may go.
bool is_about_pixels(std::uint16_t one) {
    constexpr std::array kept{0x00fe, 0x00ff, 0x0100, 0x0101, 0x0102, 0x0103, 0x0106, 0x010a, 0x0111, 0x0112,
                              0x0115, 0x0116, 0x0117, 0x0118, 0x0119, 0x011a, 0x011b, 0x011c, 0x0122, 0x0124,
                              0x0125, 0x0128, 0x012d, 0x013d, 0x013e, 0x013f, 0x0140, 0x0141, 0x0142, 0x0143,
                              0x0144, 0x0145, 0x014a, 0x014c, 0x0151, 0x0152, 0x0153, 0x0154, 0x0155, 0x015b,
                              0x0200, 0x0201, 0x0202, 0x0203, 0x0205, 0x0206, 0x0207, 0x0208, 0x0209, 0x0211,
                              0x0212, 0x0213, 0x0214, 0x8773, 0x828d, 0x828e, 0x8769};
    // What raw pictures need, from Adobe's DNG, and where their pixels stand.
    const bool is_raw = one >= 0xc612 && one <= 0xc7ff && one != 0xc614 && one != 0xc615 && one != 0xc62f &&
                        one != 0xc634 && one != 0xc68b && one != 0xc6d3;
    return is_raw || std::find(kept.begin(), kept.end(), one) != kept.end();
}

class reader {
public:
    explicit reader(const bytes& tiff) : all_(tiff) {
        const auto head = all_.read(0, 8);
        if (head.size() < 8) return;
        is_little_ = head.starts_with(std::string_view("II*\0", 4));
        is_tiff_ = is_little_ || head.starts_with(std::string_view("MM\0*", 4));
    }
    [[nodiscard]] bool is_tiff() const { return is_tiff_; }
    [[nodiscard]] std::uint64_t size() const { return static_cast<std::uint64_t>(all_.size()); }
    [[nodiscard]] bool has(std::uint64_t at, std::uint64_t count) const { return at <= size() && count <= size() - at; }
    /// 0 when it is not there.
    [[nodiscard]] std::uint32_t number(std::uint64_t at, int count) const {
        const auto from = text(at, static_cast<std::uint64_t>(count));
        std::uint32_t made = 0;
        for (std::size_t i = 0; i < from.size(); ++i)
            made = made << 8U | static_cast<unsigned char>(from[is_little_ ? from.size() - 1 - i : i]);
        return made;
    }
    [[nodiscard]] std::string text(std::uint64_t at, std::uint64_t count) const {
        return has(at, count) ? all_.read(static_cast<std::int64_t>(at), static_cast<std::int64_t>(count))
                              : std::string();
    }

private:
    const bytes& all_;
    bool is_little_ = false;
    bool is_tiff_ = false;
};

/// One entry of a directory.
struct entry {
    std::uint64_t at = 0;  ///< of the entry itself
    std::uint16_t tag = 0;
    std::uint16_t type = 0;
    std::uint32_t count = 0;
    std::uint64_t value = 0;  ///< where its value stands
    std::uint64_t bytes = 0;
};

std::uint64_t size_of(std::uint16_t type) {
    constexpr std::array<std::uint64_t, 14> sizes{0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4};
    return type < sizes.size() ? sizes[type] : 0;
}

entry entry_at(const reader& in, std::uint64_t at) {
    entry made{.at = at,
               .tag = static_cast<std::uint16_t>(in.number(at, 2)),
               .type = static_cast<std::uint16_t>(in.number(at + 2, 2)),
               .count = in.number(at + 4, 4)};
    made.bytes = size_of(made.type) * made.count;
    made.value = made.bytes <= 4 ? at + 8 : in.number(at + 8, 4);
    return made;
}

std::optional<double> ratio_at(const reader& in, std::uint64_t at) {
    const double below = in.number(at + 4, 4);
    if (!in.has(at, 8) || below == 0) return std::nullopt;
    return in.number(at, 4) / below;
}

std::optional<double> ratio_of(const reader& in, const entry& one) {
    return one.type == 5 && one.count >= 1 ? ratio_at(in, one.value) : std::nullopt;
}

std::string words_of(const reader& in, const entry& one) {
    const auto text = in.text(one.value, std::min<std::uint64_t>(one.bytes, 1000));
    return clean_words(text.substr(0, text.find('\0')));
}

/// Degrees, minutes, seconds.
std::optional<double> angle_of(const reader& in, const entry& one) {
    if (one.type != 5 || one.count != 3) return std::nullopt;
    double made = 0;
    double part = 1;
    for (std::uint64_t i = 0; i < 3; ++i, part *= 60) {
        const auto of = ratio_at(in, one.value + i * 8);
        if (!of && i == 0) return std::nullopt;
        made += of.value_or(0) / part;
    }
    return made;
}

class walk {
public:
    explicit walk(const bytes& tiff) : in_(tiff) {}

    read_exif run() {
        if (!in_.is_tiff()) return std::move(made_);
        auto at = static_cast<std::uint64_t>(in_.number(4, 4));
        while (at != 0 && steps_ < most_directories) at = directory(at, kind::picture);
        finish_place();
        return std::move(made_);
    }

private:
    enum class kind : std::uint8_t { picture = 1, exif, gps };

    /// Answers where the next one is.
    std::uint64_t directory(std::uint64_t at, kind is) {
        ++steps_;
        if (!in_.has(at, 2)) return 0;
        const auto count = std::min<std::uint64_t>(in_.number(at, 2), most_entries);
        for (std::uint64_t i = 0; i < count && in_.has(at + 2 + i * 12, 12); ++i)
            hear(entry_at(in_, at + 2 + i * 12), is);
        if (is == kind::gps) hide(at, 2 + count * 12 + 4);
        return is == kind::picture ? in_.number(at + 2 + count * 12, 4) : 0;
    }

    void hear(const entry& one, kind is) {
        if (is == kind::gps) {
            hear_place(one);
            hide(one.value, one.bytes);
            return;
        }
        const bool is_pointer = one.tag == gps_directory || one.tag == exif_directory || one.tag == sub_directories;
        if (is_pointer) return follow(one);
        learn(one);
        if (is == kind::exif || !is_about_pixels(one.tag)) hide_value(one);
    }

    void follow(const entry& one) {
        for (std::uint64_t i = 0; i < std::min<std::uint64_t>(one.count, 8); ++i) {
            if (steps_ >= most_directories) return;
            const auto at = in_.number(one.value + i * 4, 4);
            if (at != 0)
                directory(at, one.tag == gps_directory    ? kind::gps
                              : one.tag == exif_directory ? kind::exif
                                                          : kind::picture);
        }
        if (one.tag == gps_directory) hide_value(one);
    }

    void learn(const entry& one) {
        auto& to = made_.facts;
        switch (one.tag) {
            case description:
                to.description = words_of(in_, one);
                break;
            case make:
                to.make = words_of(in_, one);
                break;
            case model:
                to.model = words_of(in_, one);
                break;
            case software:
                to.software = words_of(in_, one);
                break;
            case artist:
                to.artist = words_of(in_, one);
                break;
            case copyright:
                to.copyright = words_of(in_, one);
                break;
            case lens:
                to.lens = words_of(in_, one);
                break;
            case moment:
                if (to.taken_at.empty()) to.taken_at = moment_of(words_of(in_, one));
                break;
            case original_moment:
                if (auto taken = moment_of(words_of(in_, one)); !taken.empty()) to.taken_at = taken;
                break;
            case exposure:
                to.exposure_seconds = ratio_of(in_, one);
                break;
            case f_number:
                to.f_number = ratio_of(in_, one);
                break;
            case focal_length:
                to.focal_length_mm = ratio_of(in_, one);
                break;
            case iso:
                to.iso = in_.number(one.value, one.type == 3 ? 2 : 4);
                break;
            case orientation: {
                const auto way = static_cast<int>(in_.number(one.value, 2));
                if (steps_ == 1 && way >= 1 && way <= 8) made_.orientation = way;
                break;
            }
            default:
                break;
        }
    }

    void hear_place(const entry& one) {
        if (one.tag == 1) is_south_ = in_.text(one.value, 1) == "S";
        if (one.tag == 2) latitude_ = angle_of(in_, one);
        if (one.tag == 3) is_west_ = in_.text(one.value, 1) == "W";
        if (one.tag == 4) longitude_ = angle_of(in_, one);
    }
    void finish_place() {
        if (!latitude_ || !longitude_ || *latitude_ > 90 || *longitude_ > 180) return;
        made_.facts.place = place_on_earth{is_south_ ? -*latitude_ : *latitude_, is_west_ ? -*longitude_ : *longitude_};
    }

    /// The tag stays, so that the directory stays in order; what it says goes.
    void hide_value(const entry& one) {
        if (one.bytes > 4) hide(one.value, one.bytes);
        hide(one.at + 4, 8);
    }
    void hide(std::uint64_t at, std::uint64_t bytes) {
        // Never the header, and a length that lies hides what there is.
        if (at < 8 || !in_.has(at, 1)) return;
        bytes = std::min(bytes, in_.size() - at);
        if (bytes > 0) made_.secret.push_back({static_cast<std::int64_t>(at), static_cast<std::int64_t>(bytes)});
    }

    reader in_;
    read_exif made_;
    int steps_ = 0;
    bool is_south_ = false;
    bool is_west_ = false;
    std::optional<double> latitude_;
    std::optional<double> longitude_;
};

bool is_number(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// The bytes of the character that begins here, 0 when there is none.
std::size_t character_at(std::string_view text) {
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t bytes = first < 0x80                    ? 1
                              : first >= 0xf0 && first < 0xf5 ? 4
                              : first >= 0xe0                 ? 3
                              : first >= 0xc2                 ? 2
                                                              : 0;
    if (bytes == 0 || first >= 0xf5 || bytes > text.size() || first < 0x20 || first == 0x7f) return 0;
    for (std::size_t i = 1; i < bytes; ++i)
        if ((static_cast<unsigned char>(text[i]) & 0xc0U) != 0x80) return 0;
    const auto second = bytes > 1 ? static_cast<unsigned char>(text[1]) : 0;
    const bool is_wrong = (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
                          (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f) ||
                          (first == 0xc2 && second < 0xa0);
    return is_wrong ? 0 : bytes;
}

}  // namespace

read_exif parse_exif(const bytes& tiff) { return walk(tiff).run(); }

std::string exif_of_orientation(int way) {
    std::string made("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0", 19);
    made += static_cast<char>(way);
    made += std::string(6, '\0');
    return made;
}

std::string moment_of(std::string_view text) {
    if (text.size() < 19) return {};
    std::string made(text.substr(0, 19));
    made[4] = made[7] = '-';
    made[10] = 'T';
    for (const auto& [at, bytes] : {std::pair{0, 4}, {5, 2}, {8, 2}, {11, 2}, {14, 2}, {17, 2}})
        if (!is_number(std::string_view(made).substr(static_cast<std::size_t>(at), static_cast<std::size_t>(bytes))))
            return {};
    const auto two = [&](std::size_t at) { return (made[at] - '0') * 10 + (made[at + 1] - '0'); };
    const bool is_one = made[13] == ':' && made[16] == ':' && two(5) >= 1 && two(5) <= 12 && two(8) >= 1 &&
                        two(8) <= 31 && two(11) <= 23 && two(14) <= 59 && two(17) <= 60 && made.substr(0, 4) > "1800";
    return is_one ? made : std::string();
}

std::string clean_words(std::string_view text, std::size_t most) {
    std::string made;
    while (!text.empty()) {
        const auto bytes = character_at(text);
        if (made.size() + bytes > most) break;
        made += text.substr(0, bytes);
        text.remove_prefix(std::max<std::size_t>(bytes, 1));
    }
    while (!made.empty() && made.back() == ' ') made.pop_back();
    return made;
}

}  // namespace gallery
