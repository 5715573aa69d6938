// What all parts of the plugin share: the store, what tells types, and numbers.
#pragma once

#include <parley/plugin.hpp>

#include <map>
#include <mutex>
#include <utility>
#include <vector>

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

/// How many uploads of each user run now, and which resumable ones are being written to. Any thread.
class seats {
public:
    /// False when `most` run already.
    [[nodiscard]] bool take(sdk::id tenant, sdk::id user, std::int64_t most) {
        const std::scoped_lock held(lock_);
        auto& now = taken_[{tenant, user}];
        // Should the end of one never be told, its seat is not lost for ever.
        std::erase_if(now, [](std::int64_t since) { return since < sdk::now() - hour; });
        if (static_cast<std::int64_t>(now.size()) >= most) return false;
        now.push_back(sdk::now());
        return true;
    }
    void leave(sdk::id tenant, sdk::id user) {
        const std::scoped_lock held(lock_);
        const auto found = taken_.find({tenant, user});
        if (found == taken_.end()) return;
        if (!found->second.empty()) found->second.erase(found->second.begin());
        if (found->second.empty()) taken_.erase(found);
    }

    /// False when somebody writes to it already.
    [[nodiscard]] bool lock(sdk::id upload) {
        const std::scoped_lock held(lock_);
        auto& since = locked_[upload];
        if (since > sdk::now() - hour) return false;
        since = sdk::now();
        return true;
    }
    void unlock(sdk::id upload) {
        const std::scoped_lock held(lock_);
        locked_.erase(upload);
    }

private:
    static constexpr std::int64_t hour = 3'600'000;

    std::mutex lock_;
    std::map<std::pair<sdk::id, sdk::id>, std::vector<std::int64_t>> taken_;
    std::map<sdk::id, std::int64_t> locked_;
};

struct house {
    explicit house(const std::filesystem::path& files) : store(files) {}

    local_store store;
    sniffer types;
    seats running;
    numbers count;
};

}  // namespace attachments
