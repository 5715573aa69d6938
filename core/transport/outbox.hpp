// The outgoing queue of one connection: whole frames in, as few writes as possible out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/system/error_code.hpp>

#include "transport/io_thread.hpp"
#include "transport/wire.hpp"

namespace parley::transport {

/// Owns the connection. Lives on one I/O thread and is used only there. Keeps room for a few frames while it is
/// empty.
class outbox : public std::enable_shared_from_this<outbox> {
public:
    using written = std::move_only_function<void(boost::system::error_code, std::size_t)>;

    /// What the queue did with a frame.
    enum class outcome : unsigned char {
        queued = 1,
        overflow,  ///< over `limit` bytes: the queue was dropped, except for a frame already partly written
        ended      ///< the socket has failed or was closed; the reading side will notice
    };

    outbox(io_thread& home, wire line, std::size_t limit);

    [[nodiscard]] wire& line() { return line_; }
    [[nodiscard]] std::size_t queued_bytes() const { return static_cast<std::size_t>(pushed_ - written_); }

    /// Queues one whole frame; `owner` keeps `bytes` alive. An empty queue takes a frame of any size.
    [[nodiscard]] outcome push(std::shared_ptr<const void> owner, std::string_view bytes);

    /// Queues `unit`, whatever the limit, behind what is there; one at a time. `done` is called from the loop when the
    /// last byte is with the kernel, or the socket has failed, or an overflow has dropped it (then without an error).
    void write(std::string unit, written done);

    /// Writes what the socket takes; the I/O thread calls it once per turn. What it throws has closed the socket.
    void flush();

    /// Closes the socket and drops the queue.
    void close();

private:
    struct item {
        std::shared_ptr<const void> owner;
        std::string_view rest;  // what is not written yet
    };

    void enqueue(std::shared_ptr<const void> owner, std::string_view bytes);
    void schedule();
    void write_some();
    void wait_until_writable();
    void advance(std::size_t written);
    void forget_all();
    void drop_unstarted();
    void fail(boost::system::error_code why);
    void complete_write(boost::system::error_code why);

    io_thread& home_;
    wire line_;
    std::size_t limit_;
    std::vector<item> items_;
    std::size_t head_ = 0;          // the first of items_ that is not written completely
    std::uint64_t pushed_ = 0;      // bytes ever queued
    std::uint64_t written_ = 0;     // bytes ever written
    std::uint64_t write_ends_ = 0;  // where in that count the pending write() ends
    std::size_t write_size_ = 0;
    written write_done_;
    bool head_started_ = false;  // the head is partly on the wire
    bool scheduled_ = false;
    bool waiting_ = false;  // for the socket to become writable
    bool ended_ = false;
};

}  // namespace parley::transport
