// Time that only goes forward, for deadlines: handed in, so that tests own it.
#pragma once

#include <atomic>
#include <chrono>

namespace parley::plugins {

/// Since any moment before the process began.
using ticks = std::chrono::nanoseconds;

/// Safe to call from any thread.
class monotonic {
public:
    virtual ~monotonic() = default;
    [[nodiscard]] virtual ticks now() const { return std::chrono::steady_clock::now().time_since_epoch(); }
};

/// Stands still until a test moves it.
class fake_monotonic final : public monotonic {
public:
    [[nodiscard]] ticks now() const override { return now_.load(); }
    void advance(ticks by) { now_.store(now_.load() + by); }

private:
    std::atomic<ticks> now_{std::chrono::hours{1}};
};

}  // namespace parley::plugins
