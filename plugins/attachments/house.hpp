// What all parts of the plugin share: the store, what tells types, and numbers.
#pragma once

#include <parley/plugin.hpp>

#include <atomic>
#include <map>
#include <mutex>

#include "local_store.hpp"
#include "sniff.hpp"

namespace attachments {

struct numbers {
    sdk::counter taken;
    sdk::counter refused;
    sdk::counter bytes;
    sdk::counter removed;
    sdk::counter checked;
    sdk::gauge waiting;
};

/// How many uploads of each user run now. Any thread.
class seats {
public:
    /// False when `most` run already.
    [[nodiscard]] bool take(sdk::id tenant, sdk::id user, std::int64_t most) {
        const std::scoped_lock held(lock_);
        auto& now = taken_[{tenant, user}];
        if (now >= most) return false;
        ++now;
        return true;
    }
    void leave(sdk::id tenant, sdk::id user) {
        const std::scoped_lock held(lock_);
        const auto found = taken_.find({tenant, user});
        if (found != taken_.end() && --found->second <= 0) taken_.erase(found);
    }

private:
    std::mutex lock_;
    std::map<std::pair<sdk::id, sdk::id>, std::int64_t> taken_;
};

struct house {
    explicit house(const std::filesystem::path& files) : store(files) {}

    local_store store;
    sniffer types;
    seats running;
    numbers count;
};

}  // namespace attachments
