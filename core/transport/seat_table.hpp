// How many are open at the same time, by whom.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace parley::transport {

/// Seats by key. Safe to call from any thread; a seat may outlive the table. Keeps nothing for who has no seat.
class seat_table {
    struct ledger {
        std::mutex guard;
        std::unordered_map<std::string, std::size_t> taken;
        std::size_t all = 0;
    };

public:
    /// Free again when it is destroyed.
    class seat {
    public:
        seat() = default;
        seat(seat&& other) noexcept : of_(std::move(other.of_)), key_(std::move(other.key_)) {}
        seat& operator=(seat&& other) noexcept {
            std::swap(of_, other.of_);
            std::swap(key_, other.key_);
            return *this;
        }
        ~seat();

    private:
        friend class seat_table;
        seat(std::shared_ptr<ledger> of, std::string key) : of_(std::move(of)), key_(std::move(key)) {}
        std::shared_ptr<ledger> of_;
        std::string key_;
    };

    /// Nothing when `most` seats of this key are taken already; 0: without limit.
    [[nodiscard]] std::optional<seat> take(std::string_view key, std::size_t most);
    /// All seats that are taken now.
    [[nodiscard]] std::size_t taken() const;

private:
    std::shared_ptr<ledger> ledger_ = std::make_shared<ledger>();
};

}  // namespace parley::transport
