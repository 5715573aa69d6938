// Stops asking who fails again and again, and tries now and then whether that is over.
#pragma once

#include <atomic>
#include <cstdint>

#include "plugins/monotonic.hpp"

namespace parley::plugins {

/// Safe to use from any thread; while all is well a question costs one load.
class breaker {
public:
    static constexpr std::uint32_t most_failures = 5;  ///< one after the other
    static constexpr ticks first_pause = std::chrono::seconds{1};
    static constexpr ticks longest_pause = std::chrono::seconds{60};

    enum class change : std::uint8_t { none = 1, opened, closed };

    /// Whether it may be asked now. After a pause one call is let through, and what comes of it decides.
    [[nodiscard]] bool lets_through(ticks now) {
        return state_.load(std::memory_order_relaxed) == state::closed || try_half_open(now);
    }
    change succeeded() {
        if (failures_.load(std::memory_order_relaxed) != 0) failures_.store(0, std::memory_order_relaxed);
        return state_.load(std::memory_order_relaxed) == state::closed ? change::none : close();
    }
    change failed(ticks now);

    [[nodiscard]] bool is_open() const { return state_.load(std::memory_order_relaxed) != state::closed; }

private:
    enum class state : std::uint8_t { closed = 1, open, half_open };
    bool try_half_open(ticks now);
    change close();

    std::atomic<state> state_{state::closed};
    std::atomic<std::uint32_t> failures_{0};
    std::atomic<std::int64_t> until_{0};
    std::atomic<std::int64_t> pause_{0};
};

}  // namespace parley::plugins
