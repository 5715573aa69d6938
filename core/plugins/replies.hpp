// Calls into plugins that nobody has answered yet: numbers that are good once, and the deadlines of them.
#pragma once

#include <parley/abi/plugin.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "plugins/monotonic.hpp"

namespace parley::plugins {

/// Who waits for an answer. Exactly one of the two is called, once for each reply opened; any thread, also from inside
/// of the call. Must live until then. Neither may throw.
class waiter {
public:
    virtual void answered(parley_reply, const parley_outcome&) = 0;
    virtual void timed_out(parley_reply) = 0;

protected:
    ~waiter() = default;
};

/// How an answer was taken.
enum class finished : std::uint8_t { taken = 1, late, unknown };

/// Safe to use from any thread. Opening and finishing allocate nothing, except when more calls wait than ever before.
class replies {
public:
    static constexpr std::uint32_t most = 1U << 20;  ///< calls that can wait at once

    explicit replies(const monotonic& time) : time_(time) {}

    /// A number for `plugin` to answer with; 0 when too many wait already.
    [[nodiscard]] parley_reply open(std::uint32_t plugin, waiter& who, ticks deadline);

    /// `late` also means answered before. Another plugin's number is unknown.
    finished finish(std::uint32_t plugin, parley_reply, const parley_outcome&);

    /// Takes back what was opened and will not be called; false when it has ended already.
    bool cancel(parley_reply);

    /// Ends what is over its deadline; answers how many wait still. Called again and again by the timer.
    std::size_t sweep();

    /// Ends all of one plugin's, as at their deadline: it has died.
    void abandon(std::uint32_t plugin);

    [[nodiscard]] std::size_t waiting() const { return waiting_.load(std::memory_order_relaxed); }

private:
    struct alignas(64) slot {
        std::atomic<std::uint64_t> state{0};  // generation and, lowest, whether it is open
        std::atomic<std::int64_t> deadline{0};
        std::atomic<waiter*> who{nullptr};
        std::atomic<std::uint32_t> plugin{0};
    };
    static constexpr std::uint32_t chunk_size = 1024;
    using chunk = std::array<slot, chunk_size>;

    [[nodiscard]] slot* find(parley_reply, std::uint64_t& open_state) const;
    [[nodiscard]] slot& at(std::uint32_t index) const {
        return (*chunks_[index / chunk_size].load(std::memory_order_acquire))[index % chunk_size];
    }
    [[nodiscard]] bool take_free(std::uint32_t& index);
    [[nodiscard]] waiter* close(slot&, std::uint32_t index, std::uint64_t open_state);
    template <class Which>
    void time_out(Which which);

    const monotonic& time_;
    std::atomic<std::size_t> waiting_{0};
    std::atomic<std::uint32_t> made_{0};  // slots that exist
    std::mutex guard_;
    std::vector<std::uint32_t> free_;            // guarded
    std::vector<std::unique_ptr<chunk>> owned_;  // guarded
    std::array<std::atomic<chunk*>, most / chunk_size> chunks_{};
};

}  // namespace parley::plugins
