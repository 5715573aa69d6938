// The layout of an identifier and how it stays unique when the clock does not move forward.
#include "base/id.hpp"

#include <algorithm>

namespace parley {
namespace {

constexpr int count_bits = 12;
constexpr int node_bits = 10;
constexpr std::int64_t node_mask = (1 << node_bits) - 1;
// Milliseconds are counted from 2024-01-01, which leaves 41 bits enough until 2093.
constexpr std::int64_t epoch_ms = 1'704'067'200'000;

// An identifier is ms | node | count; a tick is ms | count, so that one atomic covers both moving parts.
std::int64_t tick_of(std::int64_t value) {
    const auto ms = value >> (node_bits + count_bits);
    const auto count = value & ((1 << count_bits) - 1);
    return (ms << count_bits) | count;
}

}  // namespace

id_source::id_source(const clock& time, unsigned node, std::int64_t floor)
    : time_(time), node_(static_cast<std::int64_t>(node) & node_mask), last_tick_(tick_of(floor)) {}

std::int64_t id_source::next_value() {
    using namespace std::chrono;
    const auto ms = duration_cast<milliseconds>(time_.now().time_since_epoch()).count() - epoch_ms;
    const auto now_tick = std::max<std::int64_t>(ms, 1) << count_bits;
    auto last = last_tick_.load(std::memory_order_relaxed);
    std::int64_t tick = 0;
    do {
        tick = std::max(now_tick, last + 1);
    } while (!last_tick_.compare_exchange_weak(last, tick, std::memory_order_relaxed));
    const auto tick_ms = tick >> count_bits;
    const auto count = tick & ((1 << count_bits) - 1);
    return (tick_ms << (node_bits + count_bits)) | (node_ << count_bits) | count;
}

}  // namespace parley
