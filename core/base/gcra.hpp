// The generic cell rate algorithm: how often something may happen, remembered in one number for each key.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <vector>

namespace parley {

/// `burst` times at once after a time of quiet, and once more for each `interval`.
struct gcra_rate {
    std::chrono::nanoseconds interval{0};  ///< more than 0
    std::int64_t burst = 1;                ///< at least 1

    /// Rounded so that never more than `per_minute` are let pass; `per_minute` and `burst` are at least 1.
    [[nodiscard]] static gcra_rate per_minute(std::int64_t per_minute, std::int64_t burst);
};

/// A point on a clock that only goes forward, as a distance from any fixed one.
using ticks = std::chrono::nanoseconds;

/// What is remembered of a key: the moment at which nothing of what it did would count any more.
struct gcra_state {
    ticks quiet_at = ticks::min();
};

/// 0 when this one is within the rate, and then it counts; else how long to wait until it would be. What is refused
/// does not count. A state from a more generous rate is forgiven what this one could not have let pass.
[[nodiscard]] std::chrono::nanoseconds gcra_admit(gcra_state&, const gcra_rate&, ticks now);

/// Takes one back that was let pass.
void gcra_give_back(gcra_state&, const gcra_rate&);

/// States by key in memory that is taken once and never grows, whatever keys arrive. When there are too many busy ones,
/// the ones nearest to quiet are forgotten, so that who asks most is forgotten last. Safe to call from any thread.
class gcra_table {
public:
    /// Room for about so many busy keys, 16 bytes each.
    explicit gcra_table(std::size_t keys);

    /// As gcra_admit, for the state of this key. Allocates nothing. Keys are told apart by a hash that nobody outside
    /// can compute.
    [[nodiscard]] std::chrono::nanoseconds admit(std::string_view key, const gcra_rate&, ticks now);
    void give_back(std::string_view key, const gcra_rate&);

    /// How many keys are not quiet at this moment.
    [[nodiscard]] std::size_t busy(ticks now) const;
    [[nodiscard]] std::size_t bytes() const { return slots_.size() * sizeof(slot); }

private:
    static constexpr std::size_t ways = 8;     // slots among which a key may lie
    static constexpr std::size_t guards = 64;  // locks, each for the sets whose number ends alike

    struct slot {
        std::uint64_t key = 0;
        gcra_state state;
    };
    struct alignas(64) guard {
        std::mutex lock;
    };

    [[nodiscard]] std::uint64_t hash(std::string_view key) const;
    [[nodiscard]] std::size_t first_slot(std::uint64_t hashed) const;
    [[nodiscard]] std::mutex& guard_of(std::size_t first) const { return guards_[first / ways % guards].lock; }

    std::array<unsigned char, 16> seed_;
    std::vector<slot> slots_;
    mutable std::array<guard, guards> guards_;
};

}  // namespace parley
