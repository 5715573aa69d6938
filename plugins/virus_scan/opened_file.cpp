// openat2 does what no check of a path can: nothing can be put in its way afterwards.
#include "opened_file.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <system_error>

namespace virus_scan {
namespace {

using namespace std::string_view_literals;
constexpr auto begins = "PK\3\4"sv;
constexpr auto ends = "PK\5\6"sv;
constexpr auto has_entry = "PK\1\2"sv;
constexpr auto has_signature = "PK\5\5"sv;
constexpr std::size_t end_bytes = 22;
constexpr std::size_t farthest = end_bytes + 65'535;  // from the end, because of a comment
constexpr std::size_t entry_bytes = 46;               // and its name, and more
constexpr std::uint64_t most_directory = std::uint64_t{64} * 1024 * 1024;
constexpr std::uint64_t said_elsewhere = 0xffff'ffff;  // in ZIP64's own words

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

std::uint64_t number_in(std::string_view from, std::size_t at, int bytes) {
    std::uint64_t made = 0;
    for (int i = bytes; i-- > 0;)
        made = made << 8U | static_cast<unsigned char>(from.at(at + static_cast<std::size_t>(i)));
    return made;
}

bool lists_longer_entry(std::string_view directory, std::uint64_t most) {
    while (!directory.empty() && !directory.starts_with(has_signature)) {
        if (directory.size() < entry_bytes || !directory.starts_with(has_entry)) return true;
        for (const std::size_t at : {20, 24}) {  // packed, and not
            const auto says = number_in(directory, at, 4);
            if (says == said_elsewhere || says > most) return true;
        }
        const auto more = number_in(directory, 28, 2) + number_in(directory, 30, 2) + number_in(directory, 32, 2);
        if (directory.size() - entry_bytes < more) return true;
        directory.remove_prefix(entry_bytes + more);
    }
    return false;
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

bool has_longer_entry(const opened_file& of, std::int64_t most) {
    if (read_at(of.file.get(), 0, begins.size()) != begins) return false;
    const auto from = std::max<std::int64_t>(0, of.bytes - static_cast<std::int64_t>(farthest));
    const auto tail = read_at(of.file.get(), from, farthest);
    const auto end = tail.rfind(ends);
    if (end == std::string::npos || tail.size() - end < end_bytes) return true;
    const auto size = number_in(tail, end + 12, 4);
    const auto start = number_in(tail, end + 16, 4);
    if (size > most_directory || start + size > static_cast<std::uint64_t>(from) + end) return true;
    const auto directory = read_at(of.file.get(), static_cast<std::int64_t>(start), size);
    return directory.size() < size || lists_longer_entry(directory, static_cast<std::uint64_t>(most));
}

}  // namespace virus_scan
