// The server's ends of the two sockets to one process, and what was read of them.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>

#include "plugins/child_process.hpp"
#include "plugins/frame_queue.hpp"

namespace parley::plugins {

/// Bytes that came, until they are whole frames.
class frame_input {
public:
    /// Reads what is there without waiting; false at the end of the stream.
    [[nodiscard]] bool read(int from);
    /// The next whole frame, good until the next call of anything; false: none. Nonsense sets broken().
    [[nodiscard]] bool next(wire::frame&, std::string_view&);
    [[nodiscard]] bool broken() const { return broken_; }

private:
    std::string kept_;
    std::size_t used_ = 0;
    bool broken_ = false;
};

struct child_process::line {
    line(int calls_end, int requests_end, const std::function<void()>& stuck)
        : calls(calls_end, stuck), requests(requests_end, stuck) {}

    frame_queue calls;
    frame_queue requests;
    // Of the thread that supervises.
    frame_input from_calls;
    frame_input from_requests;
    pid_t process = 0;
    moment began{};
    moment next_ping{};
    std::uint64_t pinged = 0;
    std::uint64_t ponged = 0;
    bool ready = false;
};

}  // namespace parley::plugins
