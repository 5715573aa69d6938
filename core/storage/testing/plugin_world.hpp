// What a test of plugins' state needs around a store: time, a sink that passes on, plugins that are made of functions.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "kernel/environment.hpp"
#include "kernel/plugin_calls.hpp"
#include "storage/testing/store_test_base.hpp"

namespace parley::storage::testing {

/// Moved by the test, read by the workers' threads.
class shared_clock final : public clock {
public:
    [[nodiscard]] moment now() const override { return noon + std::chrono::microseconds(passed_.load()); }
    void advance(std::chrono::microseconds by) { passed_ += by.count(); }

private:
    std::atomic<std::int64_t> passed_{0};
};

class passing_sink final : public kernel::event_sink {
public:
    void committed(tenant_id of, std::span<const std::shared_ptr<const event>> events) override {
        if (auto* next = to.load()) next->committed(of, events);
    }
    std::atomic<kernel::event_sink*> to = nullptr;
};

class plain_settings final : public kernel::settings_source {
public:
    [[nodiscard]] std::shared_ptr<const tenant_settings> of(std::string_view) const override {
        return std::make_shared<tenant_settings>();
    }
};

/// Answers what the test says; remembers what it was asked.
class scripted_plugins final : public kernel::plugin_calls {
public:
    using answerer = std::function<kernel::errand_end(const kernel::plugin_errand&)>;

    [[nodiscard]] bool is_on(std::string_view plugin, std::string_view tenant) const override {
        const std::lock_guard held(guard_);
        return !off_.contains(std::string(plugin) + "@" + std::string(tenant));
    }
    void hear(kernel::plugin_errand what, taker done) override { answer(what, done); }
    void work(kernel::plugin_errand what, taker done) override { answer(what, done); }

    void answer_with(answerer how) {
        const std::lock_guard held(guard_);
        how_ = std::move(how);
    }
    void turn_off(const std::string& plugin_at_tenant) {
        const std::lock_guard held(guard_);
        off_.insert(plugin_at_tenant);
    }
    void turn_on(const std::string& plugin_at_tenant) {
        const std::lock_guard held(guard_);
        off_.erase(plugin_at_tenant);
    }
    [[nodiscard]] std::vector<kernel::plugin_errand> asked() const {
        const std::lock_guard held(guard_);
        return asked_;
    }
    [[nodiscard]] std::size_t times() const { return asked().size(); }

private:
    void answer(kernel::plugin_errand& what, taker& done) {
        answerer how;
        {
            const std::lock_guard held(guard_);
            asked_.push_back(what);
            how = how_;
        }
        const auto end = how ? how(what) : kernel::errand_end::done;
        done(end, end == kernel::errand_end::failed ? "the test said so" : "");
    }

    mutable std::mutex guard_;
    answerer how_;
    std::set<std::string> off_;
    std::vector<kernel::plugin_errand> asked_;
};

/// Waits for what other threads do; fails the test when it does not come.
template <class Condition>
[[nodiscard]] bool eventually(Condition holds) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!holds()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
}

class plugin_state_test : public store_test {
protected:
    void SetUp() override {
        store_ = open();
        add_tenant(acme, "acme");
    }
    void TearDown() override {
        if (store_) store_->stop();
    }

    [[nodiscard]] std::unique_ptr<sql_store> open() {
        store_options quick = patient;
        quick.watch_interval = std::chrono::milliseconds(20);
        return store_test::open(passing_, quick);
    }
    /// Appends events, which nobody hears but plugins.
    position say(const std::string& type, int times = 1, tenant_id in = acme) {
        position last = 0;
        must_write(
            [&](kernel::writing& w) {
                for (int i = 0; i < times; ++i) last = w.append(make_event(type));
            },
            in);
        return last;
    }
    [[nodiscard]] plugin_cursor cursor(const std::string& plugin, tenant_id in = acme) {
        plugin_cursor found;
        must_read(
            [&](kernel::reading& r) {
                for (const auto& one : r.plugin_cursors())
                    if (one.plugin == plugin) found = one;
            },
            in);
        return found;
    }

    shared_clock time_;
    id_source ids_{time_, 1};
    plain_settings settings_;
    kernel::kind_registry kinds_;
    permission_catalogue permissions_;
    kernel::environment env_{
        .time = time_, .ids = ids_, .settings = settings_, .kinds = kinds_, .permissions = permissions_};
    passing_sink passing_;
    scripted_plugins plugins_;
    kernel::plugin_counters counts_;
};

}  // namespace parley::storage::testing
