// A migrated database with a store on it, one tenant, and a sink that remembers what it heard.
#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <vector>

#include "storage/testing/test_database.hpp"

namespace parley::storage::testing {

inline const std::filesystem::path shipped_migrations = std::filesystem::path(PARLEY_SOURCE_DIR) / "migrations";
inline const tenant_id acme{1};
inline const moment noon{std::chrono::seconds{1'800'000'000}};

/// Fails the test when a tenant's positions do not follow each other.
class recording_sink final : public kernel::event_sink {
public:
    void committed(tenant_id of, std::span<const std::shared_ptr<const event>> events) override {
        const std::lock_guard held(mutex_);
        auto& heard = heard_[of];
        for (const auto& one : events) {
            if (!heard.empty()) EXPECT_EQ(one->at, heard.back()->at + 1);
            heard.push_back(one);
        }
        changed_.notify_all();
    }
    /// False when the tenant's event of this position is not heard in time.
    [[nodiscard]] bool wait_for(position at, tenant_id of = acme) {
        std::unique_lock held(mutex_);
        return changed_.wait_for(held, std::chrono::seconds(20),
                                 [&] { return !heard_[of].empty() && heard_[of].back()->at >= at; });
    }
    [[nodiscard]] std::vector<std::shared_ptr<const event>> heard(tenant_id of = acme) const {
        const std::lock_guard held(mutex_);
        const auto found = heard_.find(of);
        return found == heard_.end() ? std::vector<std::shared_ptr<const event>>{} : found->second;
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::map<tenant_id, std::vector<std::shared_ptr<const event>>> heard_;
};

class store_test : public ::testing::TestWithParam<engine> {
protected:
    void SetUp() override {
        store_ = open(sink_);
        add_tenant(acme, "acme");
    }

    /// Deadlines that no busy machine passes; a test of them says its own.
    static constexpr store_options patient{.write_deadline = std::chrono::minutes{1},
                                           .read_deadline = std::chrono::minutes{1}};

    [[nodiscard]] std::unique_ptr<sql_store> open(kernel::event_sink& sink, store_options with = patient) const {
        auto made = open_store(database_.open_migrated(shipped_migrations), with, sink);
        if (!made) throw std::runtime_error(made.error().message);
        return std::move(*made);
    }
    void add_tenant(tenant_id id, const std::string& name) {
        const auto problem = with_directory(*store_, [&](kernel::directory& all) { all.insert({id, name, noon}); });
        ASSERT_FALSE(problem) << problem->message;
    }
    /// Fails the test unless the write is committed.
    void must_write(std::move_only_function<void(kernel::writing&)> work, tenant_id in = acme) {
        const auto problem = write(*store_, in, [&](kernel::writing& w) {
            work(w);
            return true;
        });
        EXPECT_FALSE(problem) << problem->code << " " << store_->last_error();
    }
    void must_read(std::move_only_function<void(kernel::reading&)> work, tenant_id in = acme) {
        const auto problem = read(*store_, in, std::move(work));
        EXPECT_FALSE(problem) << problem->code << " " << store_->last_error();
    }

    testing::test_database database_{GetParam()};
    recording_sink sink_;
    std::unique_ptr<sql_store> store_;
};

[[nodiscard]] inline std::string name_of(const ::testing::TestParamInfo<engine>& of) {
    return of.param == engine::sqlite ? "sqlite" : "postgresql";
}

[[nodiscard]] inline user make_user(std::int64_t id, std::string username) {
    user one;
    one.id = user_id{id};
    one.tenant = acme;
    one.display_name = username;
    one.username = std::move(username);
    one.role = "member";
    one.created_at = one.updated_at = noon;
    return one;
}

[[nodiscard]] inline conversation make_conversation(std::int64_t id, std::string name) {
    conversation one;
    one.id = conversation_id{id};
    one.tenant = acme;
    one.kind = "channel";
    one.name = std::move(name);
    one.created_at = one.updated_at = noon;
    return one;
}

[[nodiscard]] inline member make_member(std::int64_t in, std::int64_t who) {
    member one;
    one.conversation = conversation_id{in};
    one.user = user_id{who};
    one.joined_at = noon;
    return one;
}

[[nodiscard]] inline message make_message(std::int64_t id, std::int64_t in, sequence seq, std::int64_t author,
                                          std::string text) {
    message one;
    one.id = message_id{id};
    one.tenant = acme;
    one.conversation = conversation_id{in};
    one.seq = seq;
    one.author = user_id{author};
    one.shown.id = author;
    one.text = std::move(text);
    one.created_at = noon + std::chrono::seconds(seq);
    return one;
}

[[nodiscard]] inline event make_event(std::string type) {
    event one;
    one.type = std::move(type);
    one.created_at = noon;
    return one;
}

}  // namespace parley::storage::testing
