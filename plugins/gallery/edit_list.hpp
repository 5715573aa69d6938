// Edits of a file as they are found, one after the other.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "cleaning.hpp"

namespace gallery {

/// Numbers in files, the first byte being the highest or the lowest.
[[nodiscard]] inline std::uint64_t big(std::string_view text) {
    std::uint64_t made = 0;
    for (const char c : text) made = made << 8U | static_cast<unsigned char>(c);
    return made;
}
[[nodiscard]] inline std::uint64_t little(std::string_view text) {
    return big(std::string(text.rbegin(), text.rend()));
}
[[nodiscard]] inline std::string big_text(std::uint64_t number, std::size_t count) {
    std::string made(count, '\0');
    for (std::size_t i = 0; i < count; ++i) made[count - 1 - i] = static_cast<char>(number >> (8 * i) & 0xffU);
    return made;
}
[[nodiscard]] inline std::string little_text(std::uint64_t number, std::size_t count) {
    auto made = big_text(number, count);
    std::reverse(made.begin(), made.end());
    return made;
}

class edit_list {
public:
    /// More than this no honest file needs; then the rest of it goes.
    static constexpr std::size_t most = 20'000;

    explicit edit_list(const bytes& of) : of_(of) {}

    /// In place of `count` bytes at `at` comes `put`. Called in the file's order.
    void replace(std::int64_t at, std::int64_t count, std::string_view put = {}) {
        if (full() || of_.read(at, count) == put) return;
        if (put.empty() && !all_.empty() && all_.back().at + all_.back().drop == at && all_.back().zeros == 0) {
            all_.back().drop += count;
            return;
        }
        all_.push_back({.at = at, .drop = count, .put = hexadecimal(put), .zeros = 0});
    }
    /// Zeros in place of them; in any order.
    void blank(std::int64_t at, std::int64_t count) {
        if (!of_.has(at, count) || is_blank(at, count) || full()) return;
        blanks_.push_back({at, count});
    }
    void drop_rest(std::int64_t at) {
        if (at < of_.size()) all_.push_back({.at = at, .drop = of_.size() - at, .put = {}, .zeros = 0});
    }
    [[nodiscard]] bool full() const { return all_.size() + blanks_.size() >= most; }
    [[nodiscard]] bool empty() const { return all_.empty() && blanks_.empty(); }
    [[nodiscard]] std::int64_t growth() const {
        std::int64_t made = 0;
        for (const auto& one : all_) made += static_cast<std::int64_t>(one.put.size() / 2) - one.drop;
        return made;
    }
    /// At the beginning of the list.
    void replace_first(std::int64_t at, std::int64_t count, std::string_view put) {
        all_.insert(all_.begin(), {.at = at, .drop = count, .put = hexadecimal(put), .zeros = 0});
    }

    [[nodiscard]] std::vector<attachments::file_edit> take() {
        std::sort(blanks_.begin(), blanks_.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
        std::int64_t done = 0;
        for (const auto& one : blanks_) {
            const auto from = std::max(one.at, done);
            const auto end = one.at + one.bytes;
            if (end <= from) continue;
            all_.push_back({.at = from, .drop = end - from, .put = {}, .zeros = end - from});
            done = end;
        }
        std::sort(all_.begin(), all_.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
        // Boxes that claim to be within each other.
        std::int64_t end = 0;
        std::erase_if(all_, [&](const auto& one) {
            if (one.at < end) return true;
            end = one.at + one.drop;
            return false;
        });
        return std::move(all_);
    }

private:
    [[nodiscard]] bool is_blank(std::int64_t at, std::int64_t count) const {
        constexpr std::int64_t some = 16 * 1024;
        for (; count > 0; at += some, count -= some) {
            const auto text = of_.read(at, std::min(count, some));
            if (text.find_first_not_of('\0') != std::string::npos) return false;
        }
        return true;
    }
    [[nodiscard]] static std::string hexadecimal(std::string_view text) {
        constexpr std::string_view digits = "0123456789abcdef";
        std::string made;
        for (const char c : text) {
            made += digits[static_cast<unsigned char>(c) >> 4U];
            made += digits[static_cast<unsigned char>(c) & 15U];
        }
        return made;
    }

    const bytes& of_;
    std::vector<attachments::file_edit> all_;
    std::vector<span_of_bytes> blanks_;
};

}  // namespace gallery
