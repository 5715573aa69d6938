// Bytes to be read here and there: what is not there is not read.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

namespace gallery {

class bytes {
public:
    virtual ~bytes() = default;
    [[nodiscard]] virtual std::int64_t size() const = 0;
    /// At most `most` bytes from `at` on; fewer where they end.
    [[nodiscard]] virtual std::string read(std::int64_t at, std::int64_t most) const = 0;

    [[nodiscard]] bool has(std::int64_t at, std::int64_t count) const {
        return at >= 0 && count >= 0 && at <= size() && count <= size() - at;
    }
};

/// Of another's, or of a text.
class part final : public bytes {
public:
    explicit part(std::string text) : text_(std::move(text)) {}
    [[nodiscard]] std::int64_t size() const override { return static_cast<std::int64_t>(text_.size()); }
    [[nodiscard]] std::string read(std::int64_t at, std::int64_t most) const override {
        if (at < 0 || at >= size() || most <= 0) return {};
        return text_.substr(static_cast<std::size_t>(at), static_cast<std::size_t>(most));
    }

private:
    std::string text_;
};

/// Of a file, some of them at a time. One thread.
class source final : public bytes {
public:
    explicit source(const std::filesystem::path& path)
        : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) {
        struct stat is{};
        if (number_ >= 0 && ::fstat(number_, &is) == 0 && S_ISREG(is.st_mode)) size_ = is.st_size;
    }
    ~source() override {
        if (number_ >= 0) ::close(number_);
    }
    source(const source&) = delete;
    source& operator=(const source&) = delete;

    [[nodiscard]] bool is_open() const { return number_ >= 0; }
    [[nodiscard]] std::int64_t size() const override { return size_; }
    [[nodiscard]] std::string read(std::int64_t at, std::int64_t most) const override {
        if (at < 0 || at >= size_ || most <= 0) return {};
        if (most > window) return read_whole(at, most);
        const auto wanted = std::min(most, size_ - at);
        if (at < seen_at_ || at + wanted > seen_at_ + static_cast<std::int64_t>(seen_.size())) {
            seen_ = read_whole(at, 2 * window);
            seen_at_ = at;
        }
        return seen_.substr(static_cast<std::size_t>(at - seen_at_), static_cast<std::size_t>(wanted));
    }

private:
    static constexpr std::int64_t window = 32 * 1024;

    [[nodiscard]] std::string read_whole(std::int64_t at, std::int64_t most) const {
        std::string made(static_cast<std::size_t>(std::min(most, size_ - at)), '\0');
        std::size_t has = 0;
        while (has < made.size()) {
            const auto got = ::pread(number_, made.data() + has, made.size() - has,
                                     static_cast<off_t>(at + static_cast<std::int64_t>(has)));
            if (got < 0 && errno == EINTR) continue;
            if (got <= 0) break;
            has += static_cast<std::size_t>(got);
        }
        made.resize(has);
        return made;
    }

    int number_;
    std::int64_t size_ = 0;
    mutable std::string seen_;
    mutable std::int64_t seen_at_ = 0;
};

}  // namespace gallery
