// Identifiers: 64 bits, time-ordered, unique over all nodes, a type of its own per thing.
#pragma once

#include <atomic>
#include <charconv>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace parley {

/// A number that cannot be mistaken for another thing's number. Zero means "none".
template <class Tag>
struct id {
    std::int64_t value = 0;

    [[nodiscard]] explicit operator bool() const { return value != 0; }
    friend auto operator<=>(id, id) = default;

    /// Decimal, as it travels in JSON: a string, because JavaScript loses the low bits of a number.
    [[nodiscard]] std::string text() const { return std::to_string(value); }

    /// The reverse of text(); nothing for anything but a positive 63-bit decimal without sign, space or leading zero.
    [[nodiscard]] static std::optional<id> parse(std::string_view text) {
        if (text.empty() || text.front() < '1' || text.front() > '9') return std::nullopt;
        id made;
        const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), made.value);
        if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
        return made;
    }
};

using tenant_id = id<struct tenant_tag>;
using user_id = id<struct user_tag>;
using conversation_id = id<struct conversation_tag>;
using message_id = id<struct message_tag>;
using token_id = id<struct token_tag>;

/// Makes new identifiers: 41 bits of milliseconds, 10 bits of node, 12 bits of count.
/// Safe to call from any thread. Never gives a number at or below `floor`, so a clock that
/// was set back cannot make an identifier twice.
class id_source {
public:
    /// `node` is 0 to 1023 and differs between the nodes of one installation.
    id_source(const clock& time, unsigned node, std::int64_t floor = 0);

    template <class Id>
    [[nodiscard]] Id next() {
        return Id{next_value()};
    }

private:
    [[nodiscard]] std::int64_t next_value();

    const clock& time_;
    std::int64_t node_;
    std::atomic<std::int64_t> last_tick_;  // milliseconds and count, without the node
};

}  // namespace parley

template <class Tag>
struct std::hash<parley::id<Tag>> {
    std::size_t operator()(parley::id<Tag> of) const noexcept { return std::hash<std::int64_t>{}(of.value); }
};
