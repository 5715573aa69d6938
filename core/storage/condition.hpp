// How a store is doing, as its threads last saw it: told by them, asked by anybody.
#pragma once

#include <mutex>
#include <string>

#include "base/error.hpp"

namespace parley::storage {

class condition {
public:
    void is_well() {
        const std::lock_guard held(mutex_);
        is_well_ = true;
    }
    /// Answers whether this is news: the first failure after all was well.
    bool is_away(std::string why) {
        const std::lock_guard held(mutex_);
        const bool news = is_well_;
        is_well_ = false;
        last_error_ = std::move(why);
        return news;
    }
    /// A failure of a job that says nothing about the database.
    void note(std::string what) {
        const std::lock_guard held(mutex_);
        last_error_ = std::move(what);
    }

    [[nodiscard]] result<void> check() const {
        const std::lock_guard held(mutex_);
        if (is_well_) return {};
        return failure(fault::unavailable, "database_unavailable",
                       "The database did not answer when it was last asked.");
    }
    [[nodiscard]] std::string last_error() const {
        const std::lock_guard held(mutex_);
        return last_error_;
    }

private:
    mutable std::mutex mutex_;
    bool is_well_ = true;
    std::string last_error_;
};

}  // namespace parley::storage
