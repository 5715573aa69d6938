// Where plugins that say `files: true` keep their files.
#pragma once

#include <filesystem>
#include <string_view>

namespace parley::server {

/// `data` is the server's own folder. Absolute; whether it is there or not.
[[nodiscard]] inline std::filesystem::path plugin_files_folder(const std::filesystem::path& data,
                                                               std::string_view plugin) {
    return std::filesystem::absolute(data) / "plugins" / plugin / "files";
}

}  // namespace parley::server
