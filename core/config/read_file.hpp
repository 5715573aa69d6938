// A bounded look into one file.
#pragma once

#include <cstddef>
#include <expected>
#include <filesystem>
#include <string>

namespace parley::config {

/// The whole content, or a reason in a few words: absent, not a regular file (a pipe would hang us), not permitted,
/// longer than `limit` bytes.
[[nodiscard]] std::expected<std::string, std::string> read_file(const std::filesystem::path& path, std::size_t limit);

}  // namespace parley::config
