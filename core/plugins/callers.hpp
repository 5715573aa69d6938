// On whose behalf plugins are being called: numbers that are good until the call is answered.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "kernel/environment.hpp"

namespace parley::plugins {

/// Somebody for whom a plugin may act while it answers.
struct on_behalf {
    std::uint32_t plugin = 0;  ///< to whom the number was given; nobody else's to use
    kernel::caller who;
    unsigned depth = 0;  ///< how many plugins were asked on the way here
};

/// Safe to use from any thread.
class callers {
public:
    /// Good for as long as this lives; 0 when it was made of nothing.
    class handle {
    public:
        handle() = default;
        handle(callers* of, std::uint64_t number) : of_(of), number_(number) {}
        handle(handle&& other) noexcept
            : of_(std::exchange(other.of_, nullptr)), number_(std::exchange(other.number_, 0)) {}
        handle& operator=(handle&& other) noexcept {
            std::swap(of_, other.of_);
            std::swap(number_, other.number_);
            return *this;
        }
        ~handle() {
            if (of_ != nullptr) of_->forget(number_);
        }
        [[nodiscard]] std::uint64_t number() const { return number_; }

    private:
        callers* of_ = nullptr;
        std::uint64_t number_ = 0;
    };

    [[nodiscard]] handle keep(on_behalf whom) {
        const std::lock_guard lock(guard_);
        known_.emplace(++last_, std::move(whom));
        return {this, last_};
    }

    [[nodiscard]] std::optional<on_behalf> find(std::uint32_t plugin, std::uint64_t number) const {
        const std::lock_guard lock(guard_);
        const auto found = known_.find(number);
        if (found == known_.end() || found->second.plugin != plugin) return std::nullopt;
        return found->second;
    }

private:
    void forget(std::uint64_t number) {
        const std::lock_guard lock(guard_);
        known_.erase(number);
    }

    mutable std::mutex guard_;
    std::uint64_t last_ = 0;
    std::unordered_map<std::uint64_t, on_behalf> known_;
};

}  // namespace parley::plugins
