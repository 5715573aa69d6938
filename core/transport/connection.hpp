// One open WebSocket as the rest of the server sees it, and what it wants to be told.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "transport/frame.hpp"

namespace parley::transport {

/// WebSocket close codes that Parley uses (RFC 6455, and 4000 to 4999 of our own).
namespace close_code {
inline constexpr std::uint16_t normal = 1000;
inline constexpr std::uint16_t going_away = 1001;
inline constexpr std::uint16_t protocol_error = 1002;
inline constexpr std::uint16_t unsupported_data = 1003;
inline constexpr std::uint16_t abnormal = 1006;  // never sent: the socket ended without a close frame
inline constexpr std::uint16_t bad_text = 1007;
inline constexpr std::uint16_t policy = 1008;
inline constexpr std::uint16_t too_big = 1009;
inline constexpr std::uint16_t internal_error = 1011;
inline constexpr std::uint16_t service_restart = 1012;
inline constexpr std::uint16_t try_again_later = 1013;
inline constexpr std::uint16_t resume = 4001;  // did not read fast enough: connect again and resume
}  // namespace close_code

/// One open WebSocket. It lives on one I/O thread; unless a function says otherwise, call it there.
/// Obtain that thread with post().
class connection {
public:
    virtual ~connection() = default;

    /// Unique within this process. Any thread.
    [[nodiscard]] virtual std::uint64_t id() const = 0;

    /// Index of the I/O thread it lives on. Any thread.
    [[nodiscard]] virtual unsigned thread() const = 0;

    /// Whether this is that thread. Any thread.
    [[nodiscard]] virtual bool is_at_home() const = 0;

    /// Address of the peer as text, without the port. Any thread.
    [[nodiscard]] virtual const std::string& remote() const = 0;

    /// Queues a frame; what was queued in one turn of the loop leaves in as few writes as possible.
    /// When the peer reads too slowly and the queue is full, the queue is dropped and the connection
    /// closed with close_code::resume. Ignored once the connection is closing.
    virtual void send(shared_frame message) = 0;

    /// Queues several in order, as if one after another.
    virtual void send(const shared_run& messages) {
        for (const auto& one : messages->frames()) send(one);
    }

    /// Begins to close; what is queued is still written before. Only the first call counts.
    /// `reason` is at most 123 bytes of UTF-8, and is cut there.
    virtual void close(std::uint16_t code, std::string_view reason) = 0;

    /// Bytes that wait for the peer to read.
    [[nodiscard]] virtual std::size_t queued_bytes() const = 0;

    /// Runs `work` on the connection's thread, soon, never before returning. What it throws ends the connection. Any
    /// thread.
    virtual void post(std::move_only_function<void()> work) = 0;
};

/// What one connection tells its user. Everything is called on the connection's thread; one handler
/// serves one connection and is destroyed on that thread after on_close.
class connection_handler {
public:
    virtual ~connection_handler() = default;

    /// The handshake is done. The handler may keep `opened`; it must let go of it in on_close.
    virtual void on_open(std::shared_ptr<connection> opened) = 0;

    /// A whole text message of valid UTF-8, which is gone when this returns. Call or destroy `done` when
    /// it has been dealt with, on any thread: only so many messages may be under way before reading stops.
    virtual void on_message(std::string_view text, std::move_only_function<void()> done) = 0;

    /// The connection has ended; called once after on_open, nothing follows. `code` is ours when we closed,
    /// the peer's when it did, close_code::abnormal when the socket just ended.
    virtual void on_close(std::uint16_t code) = 0;
};

}  // namespace parley::transport
