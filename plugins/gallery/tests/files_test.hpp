// Small files as cameras, scanners and those who mean harm make them.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "edit_list.hpp"

namespace gallery::testing {

namespace fs = std::filesystem;

/// A folder that goes away.
class folder {
public:
    folder()
        : at_(fs::temp_directory_path() /
              ("gallery_test_" + std::to_string(::getpid()) + "_" + std::to_string(++count_))) {
        fs::create_directories(at_);
    }
    ~folder() {
        std::error_code none;
        fs::remove_all(at_, none);
    }
    folder(const folder&) = delete;
    folder& operator=(const folder&) = delete;
    [[nodiscard]] const fs::path& at() const { return at_; }
    [[nodiscard]] fs::path write(const std::string& name, std::string_view text) const {
        std::ofstream(at_ / name, std::ios::binary) << text;
        return at_ / name;
    }

private:
    static inline int count_ = 0;
    fs::path at_;
};

[[nodiscard]] inline std::string content_of(const fs::path& path) {
    std::ifstream from(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(from), {}};
}

/// What attachments does with edits.
[[nodiscard]] inline std::string edited(const std::string& text, const std::vector<attachments::file_edit>& edits) {
    std::string made;
    std::size_t at = 0;
    for (const auto& one : edits) {
        EXPECT_GE(static_cast<std::size_t>(one.at), at);
        EXPECT_LE(static_cast<std::size_t>(one.at + one.drop), text.size());
        made += text.substr(at, static_cast<std::size_t>(one.at) - at);
        for (std::size_t i = 0; i + 1 < one.put.size(); i += 2)
            made += static_cast<char>(std::stoi(one.put.substr(i, 2), nullptr, 16));
        made += std::string(static_cast<std::size_t>(one.zeros), '\0');
        at = static_cast<std::size_t>(one.at + one.drop);
    }
    return made + text.substr(at);
}
[[nodiscard]] inline std::string cleaned_text(const std::string& text) { return edited(text, clean(part(text)).edits); }

/// A TIFF structure: camera, orientation, moment, and 48° 8' 15" N, 11° 34' 30" W. "Here" stands in it.
[[nodiscard]] inline std::string exif(int orientation = 6) {
    struct entry {
        int tag;
        int type;
        std::uint64_t count;
        std::string value;  ///< of more than four bytes: put behind the directories
    };
    const auto directory = [](std::uint64_t at, const std::vector<entry>& all) {
        std::string made = little_text(all.size(), 2);
        std::string behind;
        const auto end = at + 2 + all.size() * 12 + 4;
        for (const auto& one : all) {
            made += little_text(static_cast<std::uint64_t>(one.tag), 2) +
                    little_text(static_cast<std::uint64_t>(one.type), 2) + little_text(one.count, 4);
            if (one.value.size() <= 4) {
                made += one.value + std::string(4 - one.value.size(), '\0');
            } else {
                made += little_text(end + behind.size(), 4);
                behind += one.value;
            }
        }
        return made + little_text(0, 4) + behind;
    };
    const auto ratio = [](std::uint64_t above) { return little_text(above, 4) + little_text(1, 4); };
    const auto text = [](int tag, std::string value) {
        value += '\0';
        return entry{tag, 2, value.size(), value};
    };
    const std::uint64_t exif_at = 200;
    const std::uint64_t gps_at = 400;
    std::string made("II*\0\x08\0\0\0", 8);
    made += directory(8, {text(0x010f, "Kamera"),
                          text(0x0110, "Here One"),
                          {0x0112, 3, 1, little_text(static_cast<std::uint64_t>(orientation), 2)},
                          {0x8769, 4, 1, little_text(exif_at, 4)},
                          {0x8825, 4, 1, little_text(gps_at, 4)}});
    made.resize(exif_at, '\0');
    made += directory(exif_at,
                      {{0x829a, 5, 1, little_text(1, 4) + little_text(125, 4)}, text(0x9003, "2025:06:07 08:09:10")});
    made.resize(gps_at, '\0');
    made += directory(gps_at, {{1, 2, 2, "N"},
                               {2, 5, 3, ratio(48) + ratio(8) + ratio(15)},
                               {3, 2, 2, "W"},
                               {4, 5, 3, ratio(11) + ratio(34) + ratio(30)}});
    return made;
}

[[nodiscard]] inline std::string jpeg_segment(int marker, const std::string& text) {
    return std::string("\xff") + static_cast<char>(marker) + big_text(text.size() + 2, 2) + text;
}

}  // namespace gallery::testing
