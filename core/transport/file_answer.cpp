// The rules of RFC 9110 for ranges and tags, as far as one range goes.
#include "transport/file_answer.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

#include "base/text.hpp"

namespace parley::transport {
namespace {

constexpr std::size_t piece_bytes = 256 * 1024;
constexpr std::size_t most_name = 255;

/// Read piece by piece on the disk's threads.
class file_stream final : public response_body, public std::enable_shared_from_this<file_stream> {
public:
    file_stream(open_file from, byte_range what, work_pool& disk)
        : file_(std::move(from)), at_(what.from), end_(what.from + what.bytes), length_(what.bytes), disk_(disk) {}

    [[nodiscard]] std::uint64_t length() const override { return length_; }
    void read(taker done) override {
        disk_.run([self = shared_from_this(), done = std::move(done)](bool refused) mutable {
            if (refused) return done(failure(fault::unavailable, "disk_busy", "The disk has too much to do."));
            done(self->next());
        });
    }

private:
    [[nodiscard]] result<std::string_view> next() {
        piece_.resize(std::min<std::uint64_t>(piece_bytes, end_ - at_));
        ssize_t got = 0;
        do got = ::pread(file_.descriptor(), piece_.data(), piece_.size(), static_cast<off_t>(at_));
        while (got < 0 && errno == EINTR);
        if (got <= 0) return failure(fault::unavailable, "file_unreadable", "The file cannot be read.");
        at_ += static_cast<std::uint64_t>(got);
        return std::string_view(piece_.data(), static_cast<std::size_t>(got));
    }

    open_file file_;
    std::uint64_t at_;
    std::uint64_t end_;
    std::uint64_t length_;
    work_pool& disk_;
    std::string piece_;
};

std::optional<std::uint64_t> whole_number(std::string_view text) {
    std::uint64_t made = 0;
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), made);
    if (text.empty() || wrong != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return made;
}

std::string tag_of(const sent_file& what, const struct stat& about) {
    if (!what.etag.empty()) return fmt::format("\"{}\"", what.etag);
    return fmt::format("\"{:x}-{:x}{:08x}\"", about.st_size, about.st_mtim.tv_sec, about.st_mtim.tv_nsec);
}

bool is_known(std::string_view if_none_match, std::string_view tag) {
    for (auto one : list_members(if_none_match)) {
        if (one.starts_with("W/")) one.remove_prefix(2);
        if (one == tag || one == "*") return true;
    }
    return false;
}

void put(std::vector<http_header>& into, std::string_view name, std::string value) {
    const auto found = std::ranges::find_if(into, [&](const auto& one) { return same_token(one.name, name); });
    if (found == into.end()) into.push_back({std::string(name), std::move(value)});
}

}  // namespace

file_question file_question::of(const http_request& from) {
    return {.range = std::string(from.header("Range")),
            .if_range = std::string(from.header("If-Range")),
            .if_none_match = std::string(from.header("If-None-Match"))};
}

std::optional<byte_range> range_of(std::string_view asked, std::uint64_t size) {
    constexpr std::string_view unit = "bytes=";
    if (!asked.starts_with(unit) || asked.find(',') != std::string_view::npos) return std::nullopt;
    const auto text = trim(asked.substr(unit.size()));
    const auto dash = text.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    const auto first = whole_number(text.substr(0, dash));
    const auto last = whole_number(text.substr(dash + 1));
    if (!first) {
        if (dash != 0 || !last) return std::nullopt;
        const auto bytes = std::min(*last, size);
        return byte_range{size - bytes, bytes};
    }
    if (!last && dash + 1 != text.size()) return std::nullopt;
    if (last && *last < *first) return std::nullopt;
    if (*first >= size) return byte_range{};
    const auto end = last ? std::min(*last, size - 1) : size - 1;
    return byte_range{*first, end - *first + 1};
}

std::string disposition_of(const sent_file& what) {
    std::string made = what.is_attachment ? "attachment" : "inline";
    if (what.name.empty()) return made;
    const auto name = escape_and_cut(what.name, most_name);
    std::string plain;
    std::string encoded;
    for (const char c : name) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                            c == '-' || c == '_';
        plain += letter || c == ' ' ? c : '_';
        if (letter)
            encoded += c;
        else
            encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return fmt::format("{}; filename=\"{}\"; filename*=UTF-8''{}", made, plain, encoded);
}

result<http_response> answer_with_file(open_file file, const sent_file& what, const file_question& asked,
                                       std::vector<http_header> headers, work_pool& disk) {
    struct stat about{};
    if (::fstat(file.descriptor(), &about) != 0)
        return failure(fault::unavailable, "file_unreadable", "The file cannot be read.");
    const auto size = static_cast<std::uint64_t>(about.st_size);
    const auto tag = tag_of(what, about);
    http_response made{.content_type = what.type.empty() ? "application/octet-stream" : what.type,
                       .headers = std::move(headers),
                       .body = {}};
    put(made.headers, "ETag", tag);
    put(made.headers, "Cache-Control", what.cache.empty() ? "private, no-cache" : what.cache);
    put(made.headers, "Accept-Ranges", "bytes");
    put(made.headers, "Content-Disposition", disposition_of(what));
    if (what.is_sandboxed) put(made.headers, "Content-Security-Policy", "sandbox; default-src 'none'");
    if (is_known(asked.if_none_match, tag)) {
        made.status = 304;
        return made;
    }
    auto part = byte_range{0, size};
    const bool same = asked.if_range.empty() || asked.if_range == tag;
    if (const auto range = same ? range_of(asked.range, size) : std::nullopt) {
        made.status = range->bytes == 0 ? 416 : 206;
        made.headers.push_back(
            {"Content-Range", range->bytes == 0
                                  ? fmt::format("bytes */{}", size)
                                  : fmt::format("bytes {}-{}/{}", range->from, range->from + range->bytes - 1, size)});
        part = *range;
    }
    if (part.bytes > 0) made.stream = std::make_shared<file_stream>(std::move(file), part, disk);
    return made;
}

}  // namespace parley::transport
