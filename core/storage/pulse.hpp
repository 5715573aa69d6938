// Since when a thread waits for PostgreSQL, and over which socket: so that somebody else can end a wait without end.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>

namespace parley::storage {

/// libpq waits for an answer as long as the other side keeps quiet; a machine that is frozen keeps quiet for ever.
class pulse {
public:
    using steady = std::chrono::steady_clock;

    pulse() = default;
    ~pulse() { talk_over(-1); }
    pulse(const pulse&) = delete;
    pulse& operator=(const pulse&) = delete;

    // The thread's own.

    /// Remembers a duplicate of the descriptor; -1 for none.
    void talk_over(int socket);
    void begin() {
        const std::lock_guard held(mutex_);
        since_ = steady::now();
    }
    void end() {
        const std::lock_guard held(mutex_);
        since_.reset();
    }

    // Any thread.

    /// Ends the conversation that has lasted for longer: the waiting thread finds its connection lost. Whether it did.
    bool cut(std::chrono::milliseconds longer_than);

private:
    std::mutex mutex_;
    int socket_ = -1;
    std::optional<steady::time_point> since_;
};

/// For as long as it lives, the thread talks to the database.
class talking {
public:
    explicit talking(pulse& of) : of_(of) { of_.begin(); }
    ~talking() { of_.end(); }
    talking(const talking&) = delete;
    talking& operator=(const talking&) = delete;

private:
    pulse& of_;
};

}  // namespace parley::storage
