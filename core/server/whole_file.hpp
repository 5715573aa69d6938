// Files that appear whole or not at all.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string_view>
#include <system_error>

#include "base/error.hpp"

namespace parley::server {

/// Puts a file of this content and mode in the place of what is there; who reads meanwhile gets the old or the new.
/// One writer at a time. Error: file_unwritable (unavailable).
[[nodiscard]] result<void> write_whole_file(const std::filesystem::path& path, std::string_view content, mode_t mode);

/// The same, and on the disk when it returns, with the folders that had to be made on the way from `base` to it; so no
/// crash afterwards takes it back. What went wrong, and then there is what was there before.
[[nodiscard]] std::error_code write_lasting_file(const std::filesystem::path& base, const std::filesystem::path& below,
                                                 std::string_view content, mode_t mode);

}  // namespace parley::server
