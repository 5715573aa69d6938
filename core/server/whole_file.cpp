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

int write_new(const std::string& draft, std::string_view content, mode_t mode) {
    ::unlink(draft.c_str());  // left by somebody who was interrupted
    const int descriptor = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
    if (descriptor < 0) return errno;
    int failed = write_all(descriptor, content);
    if (::close(descriptor) != 0 && failed == 0) failed = errno;
    return failed;
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

}  // namespace parley::server
