// What is made of a file: small pictures, and what is known of it. Each kind of file has a reader of its own.
#pragma once

#include <parley/result.hpp>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace gallery {

namespace sdk = parley::sdk;
namespace fs = std::filesystem;

/// How small, how much, how long.
struct making {
    std::vector<std::int64_t> sizes;  ///< longest side in pixels, ascending
    std::int64_t most_pixels = 50'000'000;
    std::chrono::steady_clock::time_point until;
    fs::path into;  ///< a folder that is there; files are called by their size

    [[nodiscard]] std::int64_t largest() const { return sizes.empty() ? 0 : sizes.back(); }
    [[nodiscard]] bool is_over() const { return std::chrono::steady_clock::now() > until; }
};

struct small_picture {
    std::int64_t size = 0;
    std::int64_t width = 0;
    std::int64_t height = 0;
    std::string name;  ///< in the folder
    std::string type;
    std::int64_t bytes = 0;
};

struct picture {
    std::int64_t width = 0;  ///< as it is shown; 0: unknown
    std::int64_t height = 0;
    std::optional<std::int64_t> duration_ms;
    std::optional<std::int64_t> pages;
    std::string taken_at;  ///< "2026-01-31T12:00:00"; empty: unknown
    std::vector<small_picture> small;
};

/// Errors are for ever: "too_many_pixels", "too_slow", "unreadable". Each may run on any thread.
[[nodiscard]] sdk::result<picture> read_image(const fs::path&, const making&);
[[nodiscard]] sdk::result<picture> read_pdf(const fs::path&, const making&);
/// Also of a recording, which has no picture.
[[nodiscard]] sdk::result<picture> read_video(const fs::path&, const making&);

/// Eight bits for each of red, green and blue, row after row.
struct pixels {
    int width = 0;
    int height = 0;
    std::string rgb;
};
/// Into files, never enlarged: the largest is as large as it is, when it is small itself.
[[nodiscard]] sdk::result<std::vector<small_picture>> write_small(const pixels&, const making&);

[[nodiscard]] inline sdk::error unreadable(const std::string& why) { return sdk::invalid("file", "unreadable", why); }
[[nodiscard]] inline sdk::error too_slow() { return sdk::invalid("file", "too_slow", "It takes too long to look at."); }
[[nodiscard]] inline sdk::error too_many_pixels() {
    return sdk::invalid("file", "too_many_pixels", "It has more pixels than are looked at.");
}

}  // namespace gallery
