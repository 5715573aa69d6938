// A reply is an index of 20 bits and a generation above it. A slot's state is that generation and a bit for "open": who
// changes an open state has the right to end the call, and nobody else has.
#include "plugins/replies.hpp"

namespace parley::plugins {
namespace {

constexpr unsigned index_bits = 20;
constexpr std::uint64_t index_mask = (1ULL << index_bits) - 1;
constexpr std::uint64_t open_bit = 1;
constexpr std::uint64_t generation_step = 2;

parley_reply reply_of(std::uint32_t index, std::uint64_t state) { return (state >> 1) << index_bits | index; }

}  // namespace

bool replies::take_free(std::uint32_t& index) {
    const std::lock_guard lock(guard_);
    if (free_.empty()) {
        const auto made = made_.load(std::memory_order_relaxed);
        if (made == most) return false;
        owned_.push_back(std::make_unique<chunk>());
        free_.reserve(made + chunk_size);
        chunks_[made / chunk_size].store(owned_.back().get(), std::memory_order_release);
        for (auto i = chunk_size; i > 0; --i) free_.push_back(made + i - 1);
        made_.store(made + chunk_size, std::memory_order_release);
    }
    index = free_.back();
    free_.pop_back();
    return true;
}

parley_reply replies::open(std::uint32_t plugin, waiter& who, ticks deadline) {
    std::uint32_t index = 0;
    if (!take_free(index)) return 0;
    auto& one = at(index);
    one.who.store(&who, std::memory_order_relaxed);
    one.plugin.store(plugin, std::memory_order_relaxed);
    one.deadline.store(deadline.count(), std::memory_order_relaxed);
    // Generations begin with 1, so that no reply is 0.
    const auto state = (one.state.load(std::memory_order_relaxed) + generation_step) | open_bit;
    waiting_.fetch_add(1, std::memory_order_relaxed);
    one.state.store(state, std::memory_order_release);
    return reply_of(index, state);
}

replies::slot* replies::find(parley_reply reply, std::uint64_t& open_state) const {
    const auto index = static_cast<std::uint32_t>(reply & index_mask);
    open_state = (reply >> index_bits) << 1 | open_bit;
    if (reply >> index_bits == 0 || index >= made_.load(std::memory_order_acquire)) return nullptr;
    return &at(index);
}

waiter* replies::close(slot& one, std::uint32_t index, std::uint64_t open_state) {
    auto* who = one.who.load(std::memory_order_relaxed);
    if (!one.state.compare_exchange_strong(open_state, open_state & ~open_bit, std::memory_order_acq_rel))
        return nullptr;
    waiting_.fetch_sub(1, std::memory_order_relaxed);
    const std::lock_guard lock(guard_);
    free_.push_back(index);
    return who;
}

finished replies::finish(std::uint32_t plugin, parley_reply reply, const parley_outcome& outcome) {
    std::uint64_t open_state = 0;
    auto* one = find(reply, open_state);
    if (one == nullptr) return finished::unknown;
    const auto state = one->state.load(std::memory_order_acquire);
    if (state != open_state) return (state | open_bit) >= open_state ? finished::late : finished::unknown;
    if (one->plugin.load(std::memory_order_relaxed) != plugin) return finished::unknown;
    auto* who = close(*one, static_cast<std::uint32_t>(reply & index_mask), open_state);
    if (who == nullptr) return finished::late;
    who->answered(reply, outcome);
    return finished::taken;
}

bool replies::cancel(parley_reply reply) {
    std::uint64_t open_state = 0;
    auto* one = find(reply, open_state);
    return one != nullptr && close(*one, static_cast<std::uint32_t>(reply & index_mask), open_state) != nullptr;
}

template <class Which>
void replies::time_out(Which which) {
    const auto made = made_.load(std::memory_order_acquire);
    for (std::uint32_t index = 0; index < made; ++index) {
        auto& one = at(index);
        const auto state = one.state.load(std::memory_order_acquire);
        if ((state & open_bit) == 0 || !which(one)) continue;
        // Whoever opened it anew meanwhile has another generation, and this does nothing.
        if (auto* who = close(one, index, state)) who->timed_out(reply_of(index, state));
    }
}

std::size_t replies::sweep() {
    if (waiting() == 0) return 0;
    const auto now = time_.now().count();
    time_out([now](const slot& one) { return one.deadline.load(std::memory_order_relaxed) <= now; });
    return waiting();
}

void replies::abandon(std::uint32_t plugin) {
    time_out([plugin](const slot& one) { return one.plugin.load(std::memory_order_relaxed) == plugin; });
}

}  // namespace parley::plugins
