// openat2 looks the names up: the kernel sees to it that they stay in the folder.
#include "base/beneath.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include <fmt/format.h>

namespace parley {
namespace {

constexpr mode_t of_owner = 0600;

std::unexpected<error> failed(std::string_view name, int why) {
    if (why == ENOSPC || why == EDQUOT || why == EFBIG)
        return failure(fault::unavailable, "disk_full", "There is no room left for this on the server's disk.");
    if (why == EEXIST) return failure(fault::conflict, "file_exists", fmt::format("{} exists.", name));
    if (why == ENOENT || why == ENOTDIR || why == EXDEV || why == ELOOP)
        return failure(fault::not_found, "file_not_found", fmt::format("There is no file {}.", name));
    return failure(fault::unavailable, "file_unwritable",
                   fmt::format("The file {} cannot be used: {}.", name, std::generic_category().message(why)));
}

/// Each folder on the way to the file, one after the other, so that none of them is looked up outside.
int make_folders(int in, std::string_view name) {
    for (auto slash = name.find('/'); slash != std::string_view::npos; slash = name.find('/', slash + 1)) {
        const std::string part(name.substr(0, slash));
        const auto parent = part.find_last_of('/');
        open_how how{
            .flags = O_PATH | O_DIRECTORY | O_CLOEXEC, .mode = 0, .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
        const auto above = parent == std::string::npos ? std::string(".") : part.substr(0, parent);
        const open_file at(static_cast<int>(::syscall(SYS_openat2, in, above.c_str(), &how, sizeof how)));
        if (!at) return errno;
        const auto last = parent == std::string::npos ? part : part.substr(parent + 1);
        if (last.empty() || last == "." || last == "..") return EXDEV;
        if (::mkdirat(at.descriptor(), last.c_str(), 0700) != 0 && errno != EEXIST) return errno;
    }
    return 0;
}

}  // namespace

open_file::~open_file() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

result<open_file> beneath::open(std::string_view name, int flags) const {
    if (name.empty() || name.find('\0') != std::string_view::npos) return failed("without a name", ENOENT);
    const open_file in(::open(folder_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!in) return failed(name, errno);
    if ((flags & O_CREAT) != 0)
        if (const int why = make_folders(in.descriptor(), name)) return failed(name, why);
    open_how how{.flags = static_cast<std::uint64_t>(flags) | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY,
                 .mode = (flags & O_CREAT) != 0 ? of_owner : 0,
                 .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
    const std::string text(name);
    open_file made(static_cast<int>(::syscall(SYS_openat2, in.descriptor(), text.c_str(), &how, sizeof how)));
    if (!made) return failed(name, errno);
    struct stat about{};
    if (::fstat(made.descriptor(), &about) != 0) return failed(name, errno);
    if (!S_ISREG(about.st_mode)) return failed(name, ENOENT);
    return made;
}

result<open_file> beneath::read(std::string_view name) const { return open(name, O_RDONLY); }

result<open_file> beneath::create(std::string_view name) const {
    return open(name, O_WRONLY | O_APPEND | O_CREAT | O_EXCL);
}

result<open_file> beneath::append(std::string_view name, std::uint64_t at) const {
    auto made = open(name, O_WRONLY | O_APPEND | (at == 0 ? O_CREAT : 0));
    if (!made) return made;
    const auto size = size_of(*made);
    if (!size) return std::unexpected(size.error());
    if (*size != at)
        return failure(fault::conflict, "offset_conflict", fmt::format("{} bytes are there, not {}.", *size, at));
    return made;
}

void beneath::remove(std::string_view name) const {
    // Looked up like all others, and then by its real path.
    const auto made = open(name, O_RDONLY);
    if (!made) return;
    std::error_code ignored;
    std::filesystem::remove(folder_ / name, ignored);
}

result<void> write_all(const open_file& to, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto wrote = ::write(to.descriptor(), bytes.data(), bytes.size());
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote < 0) return failed("that is written", errno);
        bytes.remove_prefix(static_cast<std::size_t>(wrote));
    }
    return {};
}

result<void> sync(const open_file& of) {
    if (::fdatasync(of.descriptor()) != 0) return failed("that is written", errno);
    return {};
}

result<std::uint64_t> size_of(const open_file& of) {
    struct stat about{};
    if (::fstat(of.descriptor(), &about) != 0) return failed("that is open", errno);
    return static_cast<std::uint64_t>(about.st_size);
}

}  // namespace parley
