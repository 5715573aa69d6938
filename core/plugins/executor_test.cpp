// Threads for plugins: work done, threads replaced, and an end.
#include "plugins/executor.hpp"

#include <gtest/gtest.h>

#include <future>

namespace parley::plugins {
namespace {

using namespace std::chrono_literals;

struct simple final : task {
    explicit simple(std::function<void()> what) : work(std::move(what)) {}
    void run() override { work(); }
    void hangs() override { ++told; }
    void dropped() override { ++drops; }
    std::function<void()> work;
    std::atomic<int> told{0};
    std::atomic<int> drops{0};
};

template <class Condition>
bool wait_until(Condition holds) {
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (!holds() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(1ms);
    return holds();
}

TEST(executor, runs_what_is_posted) {
    fake_monotonic time;
    executor threads({.threads = 2}, time);
    std::atomic<int> done{0};
    for (int i = 0; i < 1000; ++i) EXPECT_TRUE(threads.post(std::make_shared<simple>([&] { ++done; })));
    EXPECT_TRUE(wait_until([&] { return done == 1000; }));
    threads.stop();
    EXPECT_FALSE(threads.post(std::make_shared<simple>([] {})));
    EXPECT_EQ(threads.now().threads, 0U);
}

TEST(executor, replaces_a_thread_that_is_over_its_deadline_and_lets_it_go_when_it_comes_back) {
    fake_monotonic time;
    executor threads({.threads = 1, .grace = 10ms}, time);
    watch seen("some", "hook");
    std::promise<void> entered;
    std::promise<void> release;
    auto until = release.get_future();
    const auto hanging = std::make_shared<simple>([&] {
        const executor::inside mark(seen, time.now(), time.now() + 1s);
        entered.set_value();
        until.wait();
    });
    EXPECT_TRUE(threads.post(hanging));
    entered.get_future().wait();
    threads.look();
    EXPECT_EQ(threads.now().stuck, 0U);
    time.advance(1011ms);
    threads.look();
    threads.look();
    EXPECT_EQ(threads.now().stuck, 1U);
    EXPECT_EQ(threads.now().threads, 1U);
    EXPECT_EQ(hanging->told, 1);
    EXPECT_EQ(seen.stuck, 1U);
    EXPECT_FALSE(seen.lets_through(time.now()));
    std::atomic<bool> others{false};
    EXPECT_TRUE(threads.post(std::make_shared<simple>([&] { others = true; })));
    EXPECT_TRUE(wait_until([&] { return others.load(); }));
    release.set_value();
    EXPECT_TRUE(wait_until([&] { return threads.now().stuck == 0 && threads.now().threads == 1; }));
    EXPECT_EQ(seen.stuck, 0U);
}

TEST(executor, starts_no_more_than_its_bound_of_replacements) {
    fake_monotonic time;
    executor threads({.threads = 1, .most_replaced = 2}, time);
    watch seen("some", "hook");
    std::promise<void> release;
    const auto until = release.get_future().share();
    std::atomic<int> entered{0};
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(threads.post(std::make_shared<simple>([&] {
            const executor::inside mark(seen, time.now(), time.now() + 1s);
            ++entered;
            until.wait();
        })));
        ASSERT_TRUE(wait_until([&] { return entered == i + 1; }));
        time.advance(2s);
        threads.look();
    }
    EXPECT_EQ(threads.now().stuck, 3U);
    EXPECT_EQ(threads.now().threads, 0U);
    const auto left = std::make_shared<simple>([] {});
    EXPECT_TRUE(threads.post(left));
    release.set_value();
    EXPECT_TRUE(wait_until([&] { return threads.now().stuck == 0; }));
    EXPECT_TRUE(wait_until([&] { return threads.now().threads == 1; }));
}

TEST(executor, lends_a_thread_to_those_who_wait_for_one_that_takes_its_time) {
    fake_monotonic time;
    executor threads({.threads = 1}, time);
    watch seen("some", "command");
    std::promise<void> entered;
    std::promise<void> release;
    auto until = release.get_future();
    std::atomic<bool> back{false};
    EXPECT_TRUE(threads.post(std::make_shared<simple>([&] {
        const executor::inside mark(seen, time.now(), time.now() + 30s);
        entered.set_value();
        until.wait();
        back = true;
    })));
    entered.get_future().wait();
    time.advance(1s);
    threads.look();
    EXPECT_EQ(threads.now().threads, 1U);  // nobody waits
    std::atomic<bool> others{false};
    EXPECT_TRUE(threads.post(std::make_shared<simple>([&] { others = true; })));
    EXPECT_FALSE(others);
    threads.look();
    EXPECT_TRUE(wait_until([&] { return others.load(); }));
    EXPECT_EQ(threads.now().stuck, 0U);
    EXPECT_EQ(seen.stuck, 0U);
    release.set_value();
    EXPECT_TRUE(wait_until([&] { return back && threads.now().threads == 1; }));
}

TEST(executor, takes_no_more_than_its_bound_of_work) {
    fake_monotonic time;
    executor threads({.threads = 1, .most_waiting = 1}, time);
    std::promise<void> entered;
    std::promise<void> release;
    auto until = release.get_future();
    EXPECT_TRUE(threads.post(std::make_shared<simple>([&] {
        entered.set_value();
        until.wait();
    })));
    entered.get_future().wait();
    const auto waiting = std::make_shared<simple>([] {});
    EXPECT_TRUE(threads.post(waiting));
    EXPECT_FALSE(threads.post(std::make_shared<simple>([] {})));
    std::jthread stopping([&] { threads.stop(); });
    EXPECT_TRUE(wait_until([&] { return threads.now().waiting == 0; }));
    release.set_value();
    stopping.join();
    EXPECT_EQ(waiting->drops, 1);
}

}  // namespace
}  // namespace parley::plugins
