// How a store is doing, as its threads last saw it: told by them, asked by anybody.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "storage/failure.hpp"

namespace parley::storage {

/// Any thread.
class condition {
public:
    using steady = std::chrono::steady_clock;

    /// The writer is at a transaction for longer than this: the database hangs.
    explicit condition(std::chrono::milliseconds hangs_after) : hangs_after_(hangs_after) {}

    /// The database answered. Whether this is news: the first answer after it was away.
    bool answers() {
        const std::lock_guard held(mutex_);
        const bool news = away_since_.has_value();
        away_since_.reset();
        return news;
    }
    /// Whether this is news: the first failure after all was well.
    bool is_away(std::string why, failure_kind kind) {
        const std::lock_guard held(mutex_);
        const bool news = !away_since_;
        if (news) away_since_ = steady::now();
        is_moved_ = kind == failure_kind::moved;
        last_error_ = std::move(why);
        return news;
    }
    /// Something was stored. Whether this is news: before, there was no room.
    bool has_room() {
        const std::lock_guard held(mutex_);
        return std::exchange(is_full_, false);
    }
    /// Whether this is news.
    bool is_full(std::string why) {
        const std::lock_guard held(mutex_);
        last_error_ = std::move(why);
        return !std::exchange(is_full_, true);
    }
    [[nodiscard]] bool said_full() const {
        const std::lock_guard held(mutex_);
        return is_full_;
    }
    /// A failure of a job that says nothing about the database.
    void note(std::string what) {
        const std::lock_guard held(mutex_);
        last_error_ = std::move(what);
    }

    /// The writer's transactions; one at a time.
    void begins() {
        const std::lock_guard held(mutex_);
        at_it_since_ = steady::now();
    }
    void ends() {
        const std::lock_guard held(mutex_);
        at_it_since_.reset();
    }

    /// Whether all is well; otherwise in the operator's words.
    [[nodiscard]] result<void> check() const {
        const std::lock_guard held(mutex_);
        if (away_since_ && is_moved_)
            return failure(fault::unavailable, "database_moved",
                           "The database's files are not where they were: moved, deleted or replaced.");
        if (away_since_) return unavailable("The database did not answer when it was last asked.");
        if (hangs()) return unavailable("The database has not answered for seconds.");
        if (is_full_) return failure(fault::unavailable, "storage_full", "The database has no room for anything new.");
        return {};
    }
    /// Why a read that came now would wait in vain; nothing when it is worth a try.
    [[nodiscard]] std::optional<error> refuses_reads(std::chrono::milliseconds patience) const {
        const std::lock_guard held(mutex_);
        const bool long_away = away_since_ && (is_moved_ || steady::now() - *away_since_ > patience);
        return long_away || hangs() ? std::optional(to_error(failure_kind::lost)) : std::nullopt;
    }
    [[nodiscard]] std::optional<error> refuses_writes(std::chrono::milliseconds patience) const {
        if (auto why = refuses_reads(patience)) return why;
        return said_full() ? std::optional(to_error(failure_kind::full)) : std::nullopt;
    }
    [[nodiscard]] std::string last_error() const {
        const std::lock_guard held(mutex_);
        return last_error_;
    }

private:
    [[nodiscard]] bool hangs() const { return at_it_since_ && steady::now() - *at_it_since_ > hangs_after_; }
    [[nodiscard]] static result<void> unavailable(std::string sentence) {
        return failure(fault::unavailable, "database_unavailable", std::move(sentence));
    }

    const std::chrono::milliseconds hangs_after_;
    mutable std::mutex mutex_;
    std::optional<steady::time_point> away_since_;
    std::optional<steady::time_point> at_it_since_;
    bool is_moved_ = false;
    bool is_full_ = false;
    std::string last_error_;
};

}  // namespace parley::storage
