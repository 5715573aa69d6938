// Many clients on one thread: opens them, lets some of them talk at a given pace, and counts what all of them hear.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "load/client.hpp"
#include "load/seed.hpp"

namespace parley::load {

struct pace {
    std::size_t window = 64;  ///< messages sent and not yet heard by every member, at most
    double per_second = 0;    ///< 0: as fast as the window lets them
};

/// Used from one thread. Throws std::runtime_error when the server does not do its part.
class crowd {
public:
    /// Both outlive it.
    crowd(std::uint16_t port, const population& who, const language& speaking);
    ~crowd();
    crowd(const crowd&) = delete;
    crowd& operator=(const crowd&) = delete;

    /// Opens every connection and follows the log with it, until nothing more comes of that.
    void open();
    void talk(const pace& how, std::chrono::duration<double> how_long);
    /// Waits for what is still on its way; false when some of it never comes.
    [[nodiscard]] bool hear_everything(std::chrono::seconds patience);

    [[nodiscard]] tally& seen() { return seen_; }
    [[nodiscard]] std::uint64_t messages_sent() const { return sent_; }
    /// Deliveries that every message sent so far should make.
    [[nodiscard]] std::uint64_t expected() const { return expected_ - seen_.deliveries_refused; }

private:
    /// Who says something where.
    struct speaker {
        client* who;
        const room* where;
    };

    void choose_speakers();
    void watch(client& one);
    /// Reads whatever is there, waiting at most so long for the first; answers how many sockets had something.
    int turn(std::chrono::milliseconds patience);
    void speak(const pace& how, std::int64_t began, std::uint64_t sent_before);
    [[nodiscard]] bool say_something();
    [[nodiscard]] std::size_t count(client::stage at) const;

    std::uint16_t port_;
    const population& who_;
    const language& speaking_;
    std::deque<client> clients_;  // their addresses stay
    std::vector<speaker> speakers_;
    std::vector<client*> to_flush_;
    std::vector<char> buffer_;
    tally seen_;
    int epoll_ = -1;
    std::size_t next_ = 0;  // of speakers_
    /// Of its first message. No number comes twice in a run: the server would take it for a resend.
    std::uint64_t first_number_;
    std::uint64_t sent_ = 0;
    std::uint64_t expected_ = 0;
};

}  // namespace parley::load
