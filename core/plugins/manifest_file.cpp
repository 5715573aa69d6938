// A library's bytes, read from a file that only its owner can change.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "base/text.hpp"
#include "plugins/manifest.hpp"

namespace parley::plugins {
namespace {

class descriptor {
public:
    explicit descriptor(const std::filesystem::path& file)
        : number_(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
    ~descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    [[nodiscard]] int get() const { return number_; }

private:
    int number_;
};

/// Why this is not safe to run code from; nothing when it is.
std::optional<std::string> untrusted(const struct stat& of, std::string_view what) {
    if (of.st_uid != 0 && of.st_uid != ::geteuid())
        return fmt::format("The {} belongs to another user than root and the server's.", what);
    // A sticky folder such as /tmp lets nobody replace another's file.
    const bool sticky = S_ISDIR(of.st_mode) && (of.st_mode & S_ISVTX) != 0;
    if ((of.st_mode & S_IWOTH) != 0 && !sticky)
        return fmt::format("The {} can be written by everybody; chmod o-w makes it safe.", what);
    return std::nullopt;
}

std::optional<std::string> check_place(int file, const struct stat& of, const std::filesystem::path& path) {
    if (!S_ISREG(of.st_mode)) return "It is not a file.";
    if (static_cast<std::uint64_t>(of.st_size) > most_library_bytes) return "The file is larger than any plugin.";
    if (auto why = untrusted(of, "file")) return why;
    struct stat folder{};
    // The folder in which the file really is, whatever links lead there.
    const auto real = std::filesystem::canonical(fmt::format("/proc/self/fd/{}", file));
    const auto where = real.has_parent_path() ? real.parent_path() : path.parent_path();
    if (::stat(where.c_str(), &folder) == 0) return untrusted(folder, "folder");
    return std::nullopt;
}

std::string read_all(int file, std::size_t size) {
    std::string bytes(size, '\0');
    std::size_t got = 0;
    while (got < size) {
        const auto count = ::pread(file, bytes.data() + got, size - got, static_cast<off_t>(got));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        got += static_cast<std::size_t>(count);
    }
    bytes.resize(got);
    return bytes;
}

}  // namespace

std::expected<embedded, problems> read_library(const std::filesystem::path& file) {
    const descriptor open(file);
    struct stat found{};
    if (open.get() < 0 || ::fstat(open.get(), &found) != 0)
        return std::unexpected(problems{fmt::format("The file cannot be read: {}.", std::strerror(errno))});
    try {
        if (auto why = check_place(open.get(), found, file)) return std::unexpected(problems{*why});
        return read_library_bytes(read_all(open.get(), static_cast<std::size_t>(found.st_size)));
    } catch (const std::filesystem::filesystem_error& why) {
        return std::unexpected(problems{fmt::format("The file cannot be read: {}.", escape_controls(why.what()))});
    }
}

}  // namespace parley::plugins
