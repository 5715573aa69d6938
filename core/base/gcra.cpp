// One number for each key, moved forward by each thing that happens.
#include "base/gcra.hpp"

#include <sodium.h>

#include <algorithm>
#include <bit>
#include <stdexcept>

namespace parley {
namespace {

static_assert(crypto_shorthash_BYTES == sizeof(std::uint64_t));
static_assert(crypto_shorthash_KEYBYTES == 16);

}  // namespace

gcra_rate gcra_rate::per_minute(std::int64_t per_minute, std::int64_t burst) {
    constexpr std::int64_t minute = std::chrono::nanoseconds{std::chrono::minutes{1}}.count();
    return {.interval = std::chrono::nanoseconds{(minute + per_minute - 1) / per_minute}, .burst = burst};
}

std::chrono::nanoseconds gcra_admit(gcra_state& of, const gcra_rate& rate, ticks now) {
    const auto most = rate.interval * rate.burst;
    of.quiet_at = std::clamp(of.quiet_at, now, now + most);
    const auto next = of.quiet_at + rate.interval;
    if (next - most > now) return next - most - now;
    of.quiet_at = next;
    return std::chrono::nanoseconds{0};
}

void gcra_give_back(gcra_state& of, const gcra_rate& rate) {
    // One that is quiet already may go further back: that gives nothing, because it counts from now on.
    if (of.quiet_at != ticks::min()) of.quiet_at -= rate.interval;
}

gcra_table::gcra_table(std::size_t keys) : slots_(std::bit_ceil(std::max(keys, ways * guards))) {
    if (sodium_init() < 0) throw std::runtime_error("libsodium cannot start: no source of randomness");
    randombytes_buf(seed_.data(), seed_.size());
}

std::uint64_t gcra_table::hash(std::string_view key) const {
    std::uint64_t made = 0;
    crypto_shorthash(reinterpret_cast<unsigned char*>(&made), reinterpret_cast<const unsigned char*>(key.data()),
                     key.size(), seed_.data());
    return made;
}

std::size_t gcra_table::first_slot(std::uint64_t hashed) const { return (hashed % (slots_.size() / ways)) * ways; }

std::chrono::nanoseconds gcra_table::admit(std::string_view key, const gcra_rate& rate, ticks now) {
    const auto hashed = hash(key);
    const auto first = first_slot(hashed);
    const std::scoped_lock held(guard_of(first));
    auto* chosen = &slots_[first];
    for (auto* one = chosen; one != &slots_[first] + ways; ++one) {
        if (one->key == hashed) return gcra_admit(one->state, rate, now);
        if (one->state.quiet_at < chosen->state.quiet_at) chosen = one;
    }
    *chosen = {.key = hashed, .state = {}};
    return gcra_admit(chosen->state, rate, now);
}

void gcra_table::give_back(std::string_view key, const gcra_rate& rate) {
    const auto hashed = hash(key);
    const auto first = first_slot(hashed);
    const std::scoped_lock held(guard_of(first));
    for (auto at = first; at < first + ways; ++at)
        if (slots_[at].key == hashed) gcra_give_back(slots_[at].state, rate);
}

std::size_t gcra_table::busy(ticks now) const {
    std::size_t count = 0;
    for (std::size_t first = 0; first < slots_.size(); first += ways) {
        const std::scoped_lock held(guard_of(first));
        for (auto at = first; at < first + ways; ++at) count += slots_[at].state.quiet_at > now ? 1 : 0;
    }
    return count;
}

}  // namespace parley
