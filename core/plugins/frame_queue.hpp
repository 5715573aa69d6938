// Frames on their way into a socket that may be slow: bounded, and nobody waits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <set>
#include <string>

#include "plugins/wire.hpp"

namespace parley::plugins {

/// Whoever brings a frame while nobody sends sends it, and what others bring meanwhile, without a lock and without
/// waiting; what the socket does not take is sent when flush() is called. Any thread.
class frame_queue {
public:
    static constexpr std::size_t most_bytes = 16U << 20;

    /// Keeps the descriptor, and closes it. `stuck` is called when flush() will be needed; any thread.
    frame_queue(int descriptor, std::function<void()> stuck) : descriptor_(descriptor), stuck_(std::move(stuck)) {}
    ~frame_queue();
    frame_queue(const frame_queue&) = delete;
    frame_queue& operator=(const frame_queue&) = delete;

    [[nodiscard]] int descriptor() const { return descriptor_; }
    /// False when too much waits already, or the frame is empty because it was too large.
    [[nodiscard]] bool push(std::string frame) { return push(std::move(frame), nullptr); }
    /// Settings that the other side has not been told of go before the frame.
    [[nodiscard]] bool push(std::string frame, const parley_settings*);
    /// Sends what waits, as far as the socket takes it.
    void flush();
    [[nodiscard]] bool waits() const;

private:
    void send(std::unique_lock<std::mutex>&);

    const int descriptor_;
    const std::function<void()> stuck_;
    mutable std::mutex guard_;
    std::string waiting_;
    std::set<std::uint64_t> told_;  // of settings
    bool sending_ = false;
};

}  // namespace parley::plugins
