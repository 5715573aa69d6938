// One WebSocket client that reads as cheaply as it can: it looks at frame headers, and into few payloads.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "load/language.hpp"

namespace parley::load {

/// Nanoseconds of the steady clock.
[[nodiscard]] std::int64_t now_ns();

/// A prime, so that no pattern of members and rooms is sampled more often than another.
inline constexpr std::uint64_t sample_every = 97;

/// What all clients of a crowd have seen together. Latencies are kept while `sampling`, in microseconds.
struct tally {
    std::uint64_t deliveries = 0;          ///< messages that arrived
    std::uint64_t other_events = 0;        ///< frames that are neither those nor answers
    std::uint64_t bytes = 0;               ///< of everything read
    std::uint64_t answers = 0;             ///< commands that succeeded
    std::uint64_t problems = 0;            ///< commands that were refused
    std::uint64_t closed = 0;              ///< connections that the server ended
    std::uint64_t deliveries_refused = 0;  ///< that never come, because their message was refused
    std::string first_problem;
    bool sampling = false;
    std::uint64_t sample_each = sample_every;
    std::vector<std::uint32_t> delivery_us;  ///< of one delivery in `sample_each`
    std::vector<std::uint32_t> answer_us;

    /// What is on its way, by the command's number; more than ever are on their way at once.
    struct sent {
        std::int64_t at = 0;
        std::uint32_t members = 0;
    };
    std::array<sent, 1 << 16> sends{};
    sent& send_of(std::uint64_t number) { return sends[number % sends.size()]; }
};

class client {
public:
    enum class stage : std::uint8_t { idle = 1, upgrading, greeting, live, closed };

    client() = default;
    ~client();
    client(const client&) = delete;
    client& operator=(const client&) = delete;

    /// Connects to 127.0.0.1 and asks for the WebSocket; throws std::system_error. `from` is the last byte of the
    /// loopback address it comes from, because one address has not enough ports for everybody. `speaking` outlives us.
    void open(std::uint16_t port, const std::string& token, const language& speaking, unsigned char from = 1);
    /// Reads once and takes in what is whole. `buffer` is shared by all clients of a thread.
    void readable(std::span<char> buffer, tally& seen);
    /// Writes what is queued, as far as the socket takes it.
    void flush();
    /// Queues a command; `number` is its id and its place in tally::sends.
    void send_message(std::uint64_t number, std::string_view room, std::string_view text);

    [[nodiscard]] int socket() const { return socket_; }
    [[nodiscard]] stage at() const { return stage_; }
    [[nodiscard]] unsigned in_flight() const { return in_flight_; }
    [[nodiscard]] bool wants_to_write() const { return !out_.empty(); }

private:
    [[nodiscard]] std::size_t take_handshake(std::string_view bytes);
    [[nodiscard]] std::size_t take_frames(std::string_view bytes, tally& seen);
    void take(unsigned opcode, std::string_view payload, tally& seen);
    void take_remark(remark what, std::string_view payload, tally& seen);
    void take_answer(remark what, std::string_view payload, tally& seen);
    void queue(unsigned opcode, std::string_view payload);
    void end(tally& seen);

    const language* speaking_ = nullptr;
    std::string_view token_;  // of who opened it
    int socket_ = -1;
    stage stage_ = stage::idle;
    unsigned in_flight_ = 0;
    std::string left_;  // the beginning of something that has not come whole
    std::string out_;
};

}  // namespace parley::load
