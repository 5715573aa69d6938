// Which other servers are there, by what is heard of them.
#pragma once

#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "kernel/presence_board.hpp"

namespace parley::kernel {

/// Used from one thread.
class neighbours {
public:
    /// Of whom nothing was heard for so long is no more.
    static constexpr std::chrono::seconds lease{10};

    explicit neighbours(const clock& time) : time_(time) {}

    /// Answers whether it is new here.
    [[nodiscard]] bool heard_from(peer_id one) {
        const auto [where, is_new] = last_.insert_or_assign(one, time_.now());
        return is_new;
    }
    void left(peer_id one) { last_.erase(one); }
    /// Those that are no more since the last time this was asked.
    [[nodiscard]] std::vector<peer_id> take_silent() {
        std::vector<peer_id> silent;
        for (const auto& [one, at] : last_)
            if (time_.now() - at >= lease) silent.push_back(one);
        for (const auto one : silent) last_.erase(one);
        return silent;
    }
    [[nodiscard]] std::size_t count() const { return last_.size(); }

private:
    const clock& time_;
    std::unordered_map<peer_id, moment> last_;
};

}  // namespace parley::kernel
