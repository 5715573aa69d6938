// openat2 does what no check of a path can: nothing can be put in its way afterwards.
#include "opened_file.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace virus_scan {
namespace {

using namespace std::string_view_literals;
constexpr auto begins = "PK\3\4"sv;
constexpr auto ends = "PK\5\6"sv;
constexpr std::size_t farthest = 22 + 65'535;  // from the end, because of a comment

/// As much of it as there is.
std::string read_at(int file, std::int64_t from, std::size_t most) {
    std::string made(most, '\0');
    std::size_t have = 0;
    while (have < most) {
        const auto got = ::pread(file, made.data() + have, most - have, from + static_cast<std::int64_t>(have));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        have += static_cast<std::size_t>(got);
    }
    made.resize(have);
    return made;
}

}  // namespace

std::string words_of(int error) { return std::generic_category().message(error); }

descriptor::~descriptor() {
    if (of_ >= 0) ::close(of_);
}

sdk::result<opened_file> open_beneath(const std::filesystem::path& folder, const std::string& path) {
    const descriptor in(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (in.get() < 0)
        return sdk::unavailable("file_unreadable", "The folder of files cannot be opened: " + words_of(errno));
    open_how how{};
    how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
    descriptor made(static_cast<int>(::syscall(SYS_openat2, in.get(), path.c_str(), &how, sizeof how)));
    if (made.get() < 0 && (errno == ENOENT || errno == ENOTDIR))
        return sdk::not_found("file_gone", "The file is not there.");
    if (made.get() < 0) return sdk::unavailable("file_unreadable", "The file cannot be opened: " + words_of(errno));
    struct stat is{};
    if (::fstat(made.get(), &is) != 0 || !S_ISREG(is.st_mode))
        return sdk::unavailable("file_unreadable", "This is no plain file.");
    return opened_file{std::move(made), is.st_size};
}

bool is_zip_without_end(std::string_view bytes) {
    if (!bytes.starts_with(begins)) return false;
    return bytes.substr(bytes.size() - std::min(bytes.size(), farthest)).rfind(ends) == std::string_view::npos;
}

bool is_zip_without_end(const opened_file& of) {
    if (read_at(of.file.get(), 0, begins.size()) != begins) return false;
    const auto from = std::max<std::int64_t>(0, of.bytes - static_cast<std::int64_t>(farthest));
    return read_at(of.file.get(), from, farthest).rfind(ends) == std::string::npos;
}

}  // namespace virus_scan
