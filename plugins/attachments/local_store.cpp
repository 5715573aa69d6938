// Renamed into place and synced; empty folders go with their last file.
#include "local_store.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <parley/runtime.hpp>

#include "digest.hpp"
#include "open_file.hpp"

namespace attachments {
namespace fs = std::filesystem;
namespace {

/// `why`: as errno says it.
sdk::error trouble(const char* what, int why) {
    sdk::log::warning("the store does not work", {{"what", what}, {"why", std::strerror(why)}});
    if (why == ENOSPC || why == EDQUOT || why == EFBIG)
        return sdk::unavailable("disk_full", "There is no room left for this on the server's disk.");
    return sdk::unavailable("storage_failed", std::string("The file could not be ") + what + "; try again.");
}

void sync_folder(const fs::path& folder) {
    const open_file opened(folder, O_RDONLY | O_DIRECTORY);
    if (opened.is_open()) (void)::fsync(opened.number());
}

/// Nothing when it is no hexadecimal.
std::optional<std::string> bytes_of(std::string_view text) {
    const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; };
    std::string made;
    if (text.size() % 2 != 0) return std::nullopt;
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = digit(text[i]);
        const int low = digit(text[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        made += static_cast<char>(high * 16 + low);
    }
    return made;
}

/// From one file to another, piece by piece; after the first failure nothing more.
class copier {
public:
    copier(int from, int to) : from_(from), to_(to) {}

    void copy(std::int64_t at, std::int64_t bytes) {
        while (well_ && bytes > 0) {
            const auto want = std::min<std::size_t>(buffer_.size(), static_cast<std::size_t>(bytes));
            const auto got = ::pread(from_, buffer_.data(), want, at);
            if (got < 0 && errno == EINTR) continue;
            if (got <= 0) {
                well_ = false;
                return;
            }
            write({buffer_.data(), static_cast<std::size_t>(got)});
            at += got;
            bytes -= got;
        }
    }
    void zero(std::int64_t bytes) {
        const std::string some(4096, '\0');
        for (; well_ && bytes > 0; bytes -= std::min<std::int64_t>(bytes, std::ssize(some)))
            write(std::string_view(some).substr(0, static_cast<std::size_t>(bytes)));
    }
    void write(std::string_view bytes) {
        while (well_ && !bytes.empty()) {
            const auto done = ::write(to_, bytes.data(), bytes.size());
            if (done < 0 && errno == EINTR) continue;
            well_ = done > 0;
            if (!well_) return;
            written_ += done;
            bytes.remove_prefix(static_cast<std::size_t>(done));
        }
    }
    [[nodiscard]] bool well() const { return well_; }
    [[nodiscard]] std::int64_t written() const { return written_; }

private:
    int from_;
    int to_;
    bool well_ = true;
    std::int64_t written_ = 0;
    std::array<char, 64 * 1024> buffer_{};
};

}  // namespace

sdk::result<void> local_store::take(const std::string& incoming, const std::string& blob) {
    std::error_code wrong;
    fs::create_directories(place(blob).parent_path(), wrong);
    if (wrong) return trouble("put away", wrong.value());
    if (::rename(place(incoming).c_str(), place(blob).c_str()) != 0) {
        if (errno == ENOENT && size_of(blob)) return {};
        return trouble("put away", errno);
    }
    sync_above(blob);
    return {};
}

/// A crash must not leave a row without its blob.
void local_store::sync_above(const std::string& blob) const {
    for (auto at = place(blob).parent_path(); at != root_.parent_path() && at.has_relative_path();
         at = at.parent_path()) {
        sync_folder(at);
        if (at == root_) break;
    }
}

sdk::result<std::int64_t> local_store::edit(const std::string& blob, const std::string& to,
                                            const std::vector<file_edit>& edits) {
    std::error_code wrong;
    fs::create_directories(place(to).parent_path(), wrong);
    const open_file from(place(blob), O_RDONLY);
    const open_file made(place(to), O_WRONLY | O_CREAT | O_TRUNC);
    const auto size = size_of(blob);
    if (!from.is_open() || !made.is_open() || !size) return trouble("changed", errno);
    copier copies(from.number(), made.number());
    std::int64_t at = 0;
    for (const auto& one : edits) {
        const auto put = bytes_of(one.put);
        if (one.at < at || one.drop < 0 || one.zeros < 0 || one.at > *size || one.drop > *size - one.at || !put)
            return sdk::invalid("edits", "edits_invalid", "The edits do not fit the file.");
        copies.copy(at, one.at - at);
        copies.write(*put);
        copies.zero(one.zeros);
        at = one.at + one.drop;
    }
    copies.copy(at, *size - at);
    if (!copies.well() || ::fsync(made.number()) != 0) return trouble("changed", errno);
    sync_above(to);
    return copies.written();
}

sdk::result<void> local_store::remove(const std::string& blob) {
    if (::unlink(place(blob).c_str()) != 0 && errno != ENOENT) return trouble("removed", errno);
    std::error_code not_empty;
    for (auto at = place(blob).parent_path(); at != root_ && at.parent_path() != root_; at = at.parent_path())
        if (!fs::remove(at, not_empty)) break;
    return {};
}

std::optional<std::int64_t> local_store::size_of(const std::string& blob) const {
    struct stat is{};
    if (::lstat(place(blob).c_str(), &is) != 0 || !S_ISREG(is.st_mode)) return std::nullopt;
    return is.st_size;
}

sdk::result<std::string> local_store::sha256_of(const std::string& blob) const {
    const open_file from(place(blob), O_RDONLY);
    if (!from.is_open()) return trouble("read", errno);
    sha256_sum sum;
    std::array<char, 256 * 1024> buffer;  // NOLINT(*-member-init): written before it is read
    for (;;) {
        const auto got = ::read(from.number(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return trouble("read", errno);
        if (got == 0) break;
        sum.add({buffer.data(), static_cast<std::size_t>(got)});
    }
    return sum.end();
}

void local_store::each(const std::string& folder,
                       const std::function<void(const std::string& blob, std::int64_t changed)>& what) const {
    std::error_code gone;
    for (fs::recursive_directory_iterator at(place(folder), gone), end; !gone && at != end; at.increment(gone)) {
        struct stat is{};
        if (::lstat(at->path().c_str(), &is) != 0 || S_ISDIR(is.st_mode)) continue;
        what(at->path().lexically_relative(root_).string(),
             is.st_mtim.tv_sec * std::int64_t{1000} + is.st_mtim.tv_nsec / 1'000'000);
    }
}

std::int64_t local_store::free_bytes() const {
    struct statvfs is{};
    if (::statvfs(root_.c_str(), &is) != 0) return 0;
    return static_cast<std::int64_t>(is.f_bavail) * static_cast<std::int64_t>(is.f_frsize);
}

std::string local_store::beginning_of(const std::string& path, std::size_t most) const {
    const open_file from(place(path), O_RDONLY);
    std::string made(most, '\0');
    std::size_t has = 0;
    while (from.is_open() && has < most) {
        const auto got = ::pread(from.number(), made.data() + has, most - has, static_cast<off_t>(has));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        has += static_cast<std::size_t>(got);
    }
    made.resize(has);
    return made;
}

void local_store::touch(const std::string& path) const {
    (void)::utimensat(AT_FDCWD, place(path).c_str(), nullptr, AT_SYMLINK_NOFOLLOW);
}

sdk::result<void> local_store::make_empty(const std::string& path) const {
    std::error_code wrong;
    fs::create_directories(place(path).parent_path(), wrong);
    const open_file made(place(path), O_WRONLY | O_CREAT | O_EXCL);
    if (!made.is_open()) return trouble("begun", errno);
    return {};
}

}  // namespace attachments
