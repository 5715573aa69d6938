// What a server under load speaks above its WebSocket frames: how to greet it, talk to it, and understand what it says.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace parley::load {

struct person;

/// What one text frame of a server is.
enum class remark : std::uint8_t {
    delivery = 1,  ///< a message that somebody wrote
    answer,        ///< a command succeeded
    refusal,       ///< a command did not
    question,      ///< wants reply_to() sent back
    welcome,       ///< from now on this connection hears what is said
    something_else,
};

/// Stateless; used from any thread.
class language {
public:
    virtual ~language() = default;

    /// Path and query of the WebSocket.
    [[nodiscard]] virtual std::string path(std::string_view token) const = 0;
    /// Further lines of the upgrade's request, each with its end.
    [[nodiscard]] virtual std::string headers(std::string_view token) const = 0;
    [[nodiscard]] virtual remark kind_of(std::string_view frame) const = 0;
    /// To a question, or to nothing at all: a text frame.
    [[nodiscard]] virtual std::string reply_to(std::string_view frame, std::string_view token) const = 0;
    /// The number of the command that an answer or a refusal is to; -1 when it is to none of ours.
    [[nodiscard]] virtual std::int64_t number_of(std::string_view frame) const = 0;
    /// What stands behind the letter t at the beginning of a delivered text; -1 when there is none.
    [[nodiscard]] virtual std::int64_t time_in(std::string_view delivery) const = 0;
    [[nodiscard]] virtual std::string say(std::uint64_t number, std::string_view room, std::string_view text) const = 0;
};

[[nodiscard]] const language& parley_language();
/// Of Socket.IO 4 over a WebSocket, with the events of peer/server.js.
[[nodiscard]] const language& socket_io_language();
/// Of reference.cpp.
[[nodiscard]] const language& bare_language();

/// The whole number behind `key`; -1 when there is none.
[[nodiscard]] std::int64_t number_behind(std::string_view text, std::string_view key);

}  // namespace parley::load
