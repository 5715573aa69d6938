// Keeps a store's writer busy until a test lets go, so that what is queued meanwhile becomes one group.
#pragma once

#include <future>

#include "storage/testing/store_test_base.hpp"

namespace parley::storage::testing {

class held_writer {
public:
    explicit held_writer(sql_store& of) {
        std::promise<void> begun;
        of.write({.tenant = acme,
                  .author = {},
                  .client_key = {},
                  .apply =
                      [this, &begun](kernel::writing&) {
                          begun.set_value();
                          release_.get_future().wait();
                          return false;
                      },
                  .finish = [this](const std::optional<error>&) { ended_.set_value(); }});
        begun.get_future().wait();
    }
    ~held_writer() { release(); }
    held_writer(const held_writer&) = delete;
    held_writer& operator=(const held_writer&) = delete;

    void release() {
        if (released_) return;
        released_ = true;
        release_.set_value();
        ended_.get_future().wait();
    }

private:
    std::promise<void> release_;
    std::promise<void> ended_;
    bool released_ = false;
};

/// Counts what became of jobs, each of which must end once.
class outcomes {
public:
    /// To be a job's `finish`.
    [[nodiscard]] auto one() {
        {
            const std::lock_guard held(mutex_);
            ++expected_;
        }
        return [this, ended = false](const std::optional<error>& why) mutable {
            EXPECT_FALSE(ended) << "finished twice";
            ended = true;
            const std::lock_guard held(mutex_);
            ++codes_[why ? why->code : "committed"];
            if (--expected_ == 0) changed_.notify_all();
        };
    }
    /// By error code; "committed" for those without.
    [[nodiscard]] std::map<std::string, int> wait() {
        std::unique_lock held(mutex_);
        EXPECT_TRUE(changed_.wait_for(held, std::chrono::seconds(60), [&] { return expected_ == 0; }))
            << expected_ << " jobs never ended";
        return codes_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int expected_ = 0;
    std::map<std::string, int> codes_;
};

}  // namespace parley::storage::testing
