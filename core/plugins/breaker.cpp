// Closed, open, half open.
#include "plugins/breaker.hpp"

#include <algorithm>

namespace parley::plugins {

bool breaker::try_half_open(ticks now) {
    auto until = until_.load(std::memory_order_acquire);
    // Whoever moves the moment on is the one that tries. Should it never end, another one may after a while.
    if (now.count() < until || !until_.compare_exchange_strong(until, (now + longest_pause).count())) return false;
    auto expected = state::open;
    state_.compare_exchange_strong(expected, state::half_open);
    return true;
}

breaker::change breaker::close() {
    auto expected = state::half_open;
    // An answer from before it opened says nothing about now.
    if (!state_.compare_exchange_strong(expected, state::closed)) return change::none;
    pause_.store(0);
    return change::closed;
}

breaker::change breaker::failed(ticks now) {
    const auto count = failures_.fetch_add(1) + 1;
    auto expected = state::half_open;
    if (state_.load() == state::half_open) {
        const auto longer = std::min(pause_.load() * 2, longest_pause.count());
        pause_.store(longer);
        until_.store((now + ticks(longer)).count(), std::memory_order_release);
        state_.compare_exchange_strong(expected, state::open);
        return change::none;
    }
    expected = state::closed;
    if (count < most_failures || state_.load() != state::closed) return change::none;
    pause_.store(first_pause.count());
    until_.store((now + first_pause).count(), std::memory_order_release);
    return state_.compare_exchange_strong(expected, state::open) ? change::opened : change::none;
}

}  // namespace parley::plugins
