// What all parts of the plugin share: the store, what tells types, and numbers.
#pragma once

#include <parley/plugin.hpp>

#include <map>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

#include "local_store.hpp"
#include "s3_store.hpp"
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

/// Uploads that are over, whose reservations could not be given back yet. Any thread.
class over_uploads {
public:
    void add(sdk::id tenant, sdk::id upload) {
        const std::scoped_lock held(lock_);
        all_[tenant].push_back(upload);
    }
    [[nodiscard]] std::vector<sdk::id> take(sdk::id tenant) {
        const std::scoped_lock held(lock_);
        const auto found = all_.find(tenant);
        return found == all_.end() ? std::vector<sdk::id>() : std::exchange(found->second, {});
    }

private:
    std::mutex lock_;
    std::map<sdk::id, std::vector<sdk::id>> all_;
};

/// Tenants whose files are being moved. Any thread.
class one_at_a_time {
public:
    /// False when it is at it already.
    [[nodiscard]] bool lock(sdk::id tenant) {
        const std::scoped_lock held(lock_);
        return busy_.insert(tenant).second;
    }
    void unlock(sdk::id tenant) {
        const std::scoped_lock held(lock_);
        busy_.erase(tenant);
    }

private:
    std::mutex lock_;
    std::set<sdk::id> busy_;
};

struct house {
    explicit house(const std::filesystem::path& in) : files(in), store(in) {}

    /// The bucket that the settings name.
    [[nodiscard]] s3_store s3(const settings& here) const { return {s3_place::of(here), files}; }

    std::filesystem::path files;
    local_store store;
    sniffer types;
    seats running;
    over_uploads unended;
    one_at_a_time moving;
    numbers count;
};

}  // namespace attachments
