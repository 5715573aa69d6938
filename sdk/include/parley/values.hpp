// What stands in the inputs and answers of a plugin beside plain numbers and strings: ids, and texts with a limit.
//
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <charconv>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace parley::sdk {

/// The id of a user, conversation or message: a number here, a string in JSON. since 1.0
class id {
public:
    constexpr id() = default;
    constexpr explicit id(std::int64_t number) : number_(number) {}

    [[nodiscard]] constexpr std::int64_t number() const { return number_; }
    /// False: none.
    constexpr explicit operator bool() const { return number_ != 0; }
    [[nodiscard]] std::string text() const { return std::to_string(number_); }
    /// None when the text is no id.
    [[nodiscard]] static id parse(std::string_view text) {
        std::int64_t number = 0;
        const auto end = text.data() + text.size();
        const auto read = std::from_chars(text.data(), end, number);
        return read.ec == std::errc() && read.ptr == end && number > 0 ? id(number) : id();
    }
    constexpr auto operator<=>(const id&) const = default;

private:
    std::int64_t number_ = 0;
};

/// A string of at most `Most` bytes. since 1.0
template <std::size_t Most>
class text : public std::string {
public:
    static constexpr std::size_t most = Most;
    using std::string::string;
    text(std::string from) : std::string(std::move(from)) {}
};

/// A list of at most `Most` ids. since 1.0
template <std::size_t Most>
class ids : public std::vector<id> {
public:
    static constexpr std::size_t most = Most;
    using std::vector<id>::vector;
};

/// An integer within bounds. since 1.0
template <std::int64_t Least, std::int64_t Most>
class whole {
public:
    static constexpr std::int64_t least = Least;
    static constexpr std::int64_t most = Most;
    constexpr whole(std::int64_t number = Least) : number_(number) {}
    constexpr operator std::int64_t() const { return number_; }

private:
    std::int64_t number_;
};

}  // namespace parley::sdk
