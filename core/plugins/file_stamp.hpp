// What tells a file from another one that was put in its place.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <optional>

namespace parley::plugins {

/// A file that is installed by renaming, as it should be, has another inode; one that was written over another time.
struct file_stamp {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t bytes = 0;
    std::int64_t changed_ns = 0;

    friend bool operator==(const file_stamp&, const file_stamp&) = default;
};

/// Nothing when there is no such file.
[[nodiscard]] inline std::optional<file_stamp> stamp_of(const std::filesystem::path& file) {
    struct stat found{};
    if (::stat(file.c_str(), &found) != 0) return std::nullopt;
    return file_stamp{.device = found.st_dev,
                      .inode = found.st_ino,
                      .bytes = found.st_size,
                      .changed_ns = std::int64_t{found.st_mtim.tv_sec} * 1'000'000'000 + found.st_mtim.tv_nsec};
}

}  // namespace parley::plugins
