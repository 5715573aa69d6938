// What the server and the process of a plugin say to each other: frames, and what stands in them.
#pragma once

#include <parley/abi/ext/hooks.h>
#include <parley/abi/plugin.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "plugins/abi_text.hpp"
#include "plugins/bindings.hpp"

namespace parley::plugins::wire {

/// A frame: 4 bytes of how many follow, one byte of what it is, and the rest. Numbers are this machine's, because both
/// ends are. Two sockets: one for calls and their answers, one for what the plugin asks for; so that a plugin whose
/// threads all wait for an answer of the host still gets it.
enum class frame : std::uint8_t {
    // To the child, on the socket of calls.
    begin = 1,
    start,
    stop,
    hook,
    call,
    settings,
    ping,
    // From the child, on the socket of calls.
    ready = 20,
    refused,
    answer,
    pong,
    // From the child, on the socket of requests.
    log = 40,
    invoke,
    invoke_as_plugin,
    decide,
    schedule,
    service,
    committed,
    metric,
    more_ids,
    // To the child, on the socket of requests.
    ended = 60,
    ids
};

inline constexpr std::uint32_t head_bytes = 5;
inline constexpr std::uint32_t most_frame = 8U << 20;  ///< after the head
inline constexpr int calls_descriptor = 3;             ///< in the child
inline constexpr int requests_descriptor = 4;
inline constexpr std::uint32_t ids_at_once = 1000;

/// Builds one frame.
class writer {
public:
    explicit writer(frame what) : made_(head_bytes, '\0') { made_[4] = static_cast<char>(what); }

    template <class Number>
        requires std::is_arithmetic_v<Number>
    writer& number(Number of) {
        char bytes[sizeof of];
        std::memcpy(bytes, &of, sizeof of);
        made_.append(bytes, sizeof of);
        return *this;
    }
    writer& text(std::string_view of) {
        number(static_cast<std::uint32_t>(of.size()));
        made_.append(of);
        return *this;
    }
    writer& text(const parley_text& of) { return text(view(of)); }
    /// Tells a text that is not there from an empty one.
    writer& optional(const parley_text& of) {
        number<std::uint8_t>(of.data == nullptr ? 0 : 1);
        return text(of);
    }
    /// Empty when it is larger than a frame may be.
    [[nodiscard]] std::string take() {
        const auto size = made_.size() - head_bytes;
        if (size > most_frame) return {};
        const auto head = static_cast<std::uint32_t>(size);
        std::memcpy(made_.data(), &head, sizeof head);
        return std::move(made_);
    }

private:
    std::string made_;
};

/// Reads what a writer built; what is not there is 0 or empty, and then it is not well. Texts are borrowed.
class reader {
public:
    explicit reader(std::string_view from) : left_(from) {}

    template <class Number>
    Number number() {
        Number made{};
        if (left_.size() < sizeof made) {
            fail();
            return made;
        }
        std::memcpy(&made, left_.data(), sizeof made);
        left_.remove_prefix(sizeof made);
        return made;
    }
    std::string_view text() {
        const auto size = number<std::uint32_t>();
        if (left_.size() < size) {
            fail();
            return {};
        }
        const auto made = left_.substr(0, size);
        left_.remove_prefix(size);
        return made;
    }
    parley_text lent() { return lend(text()); }
    parley_text optional() {
        const auto there = number<std::uint8_t>();
        const auto made = text();
        return there == 0 ? parley_text{} : lend(made);
    }
    void fail() {
        well_ = false;
        left_ = {};
    }
    [[nodiscard]] bool well() const { return well_; }
    /// Everything was there and nothing is left.
    [[nodiscard]] bool done() const { return well_ && left_.empty(); }

private:
    std::string_view left_;
    bool well_ = true;
};

void write(writer&, const parley_outcome&);
/// `amended` is filled and pointed to when something is amended.
parley_outcome read_outcome(reader&, parley_amendment& amended);

void write(writer&, const bindings&);
/// Binds everything to functions that do nothing, through the same table that a plugin uses, so that what a child says
/// is checked like what a plugin says; or what is wrong with it.
[[nodiscard]] std::expected<bindings, problems> read_bindings(reader&, const manifest&);

void write(writer&, const problems&);
[[nodiscard]] problems read_problems(reader&);

}  // namespace parley::plugins::wire
