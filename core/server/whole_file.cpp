// Files that appear whole or not at all: written beside, then renamed.
#include "server/whole_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "base/text.hpp"

namespace parley::server {
namespace {

/// 0, or the number of what went wrong.
int write_all(int descriptor, std::string_view content) {
    while (!content.empty()) {
        const ssize_t count = ::write(descriptor, content.data(), content.size());
        if (count < 0 && errno != EINTR) return errno;
        if (count > 0) content.remove_prefix(static_cast<std::size_t>(count));
    }
    return 0;
}

enum class until : unsigned char { written = 1, on_disk };

int write_new(const std::string& draft, std::string_view content, mode_t mode, until done = until::written) {
    ::unlink(draft.c_str());  // left by somebody who was interrupted
    const int descriptor = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
    if (descriptor < 0) return errno;
    int failed = write_all(descriptor, content);
    if (failed == 0 && done == until::on_disk && ::fsync(descriptor) != 0) failed = errno;
    if (::close(descriptor) != 0 && failed == 0) failed = errno;
    return failed;
}

/// So that a name in it lasts. Some file systems cannot, and then there is nothing to be done about it.
void sync_folder(const std::filesystem::path& folder) {
    const int descriptor = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return;
    ::fsync(descriptor);
    ::close(descriptor);
}

}  // namespace

result<void> write_whole_file(const std::filesystem::path& path, std::string_view content, mode_t mode) {
    const std::string draft = path.string() + ".new";
    int failed = write_new(draft, content, mode);
    if (failed == 0 && ::rename(draft.c_str(), path.c_str()) != 0) failed = errno;
    if (failed == 0) return {};
    ::unlink(draft.c_str());
    return failure(fault::unavailable, "file_unwritable",
                   fmt::format("{} cannot be written: {}.", escape_controls(path.string()), std::strerror(failed)));
}

std::error_code write_lasting_file(const std::filesystem::path& base, const std::filesystem::path& below,
                                   std::string_view content, mode_t mode) {
    const auto path = base / below;
    std::error_code made;
    std::filesystem::create_directories(path.parent_path(), made);
    if (made) return made;
    const std::string draft = path.string() + ".new";
    int failed = write_new(draft, content, mode, until::on_disk);
    if (failed == 0 && ::rename(draft.c_str(), path.c_str()) != 0) failed = errno;
    if (failed != 0) {
        ::unlink(draft.c_str());
        return {failed, std::generic_category()};
    }
    for (auto folder = path.parent_path(); folder != base; folder = folder.parent_path()) sync_folder(folder);
    sync_folder(base);
    return {};
}

}  // namespace parley::server
