// What the wire counts, one set per I/O thread, so that counting costs no traffic between cores.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace parley::transport {

/// A number that one thread raises and any thread may read.
class counter {
public:
    void add(std::uint64_t by) { value_.store(value_.load(std::memory_order_relaxed) + by, std::memory_order_relaxed); }
    void subtract(std::uint64_t by) { add(~by + 1); }
    [[nodiscard]] std::uint64_t get() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

/// Everything one I/O thread counts. Only that thread writes.
struct alignas(128) wire_counters {
    counter connections_accepted;     ///< sockets taken in
    counter connections_open;         ///< sockets now, both kinds
    counter websockets_opened;        ///< handshakes completed
    counter websockets_open;          ///< WebSockets now
    counter connections_refused;      ///< because there were too many
    counter accept_errors;            ///< accept failed, for instance for want of descriptors
    counter tls_refused;              ///< TLS handshakes that came to nothing
    std::array<counter, 6> requests;  ///< answers by first digit of the status; [0] is unused
    counter messages_received;        ///< whole WebSocket messages
    counter frames_sent;              ///< event frames handed to a connection's queue
    counter bytes_written;            ///< WebSocket bytes the kernel took
    counter write_calls;              ///< system calls for that
    counter slow_consumers;           ///< connections cut off with "resume"
};

/// The sum over all threads at one moment.
struct wire_totals {
    std::uint64_t connections_accepted = 0;
    std::uint64_t connections_open = 0;
    std::uint64_t websockets_opened = 0;
    std::uint64_t websockets_open = 0;
    std::uint64_t connections_refused = 0;
    std::uint64_t accept_errors = 0;
    std::uint64_t tls_refused = 0;
    std::array<std::uint64_t, 6> requests{};
    std::uint64_t messages_received = 0;
    std::uint64_t frames_sent = 0;
    std::uint64_t bytes_written = 0;
    std::uint64_t write_calls = 0;
    std::uint64_t slow_consumers = 0;
};

}  // namespace parley::transport
