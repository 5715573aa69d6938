// Answers: once, in time, of the right plugin, from many threads.
#include "plugins/replies.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "plugins/abi_text.hpp"

namespace parley::plugins {
namespace {

using namespace std::chrono_literals;

struct counting final : waiter {
    void answered(parley_reply, const parley_outcome& outcome) override {
        ++answers;
        status = outcome.status;
    }
    void timed_out(parley_reply) override { ++timeouts; }
    std::atomic<int> answers{0};
    std::atomic<int> timeouts{0};
    std::atomic<parley_status> status{0};
};

parley_outcome passed() {
    auto made = sized<parley_outcome>();
    made.status = PARLEY_OK;
    return made;
}

TEST(replies, are_taken_once) {
    fake_monotonic time;
    replies all(time);
    counting who;
    const auto reply = all.open(1, who, time.now() + 1s);
    EXPECT_NE(reply, 0U);
    EXPECT_EQ(all.waiting(), 1U);
    EXPECT_EQ(all.finish(1, reply, passed()), finished::taken);
    EXPECT_EQ(all.finish(1, reply, passed()), finished::late);
    EXPECT_EQ(who.answers, 1);
    EXPECT_EQ(all.waiting(), 0U);
}

TEST(replies, of_another_plugin_or_never_opened_are_unknown) {
    fake_monotonic time;
    replies all(time);
    counting who;
    EXPECT_EQ(all.finish(1, 0, passed()), finished::unknown);
    EXPECT_EQ(all.finish(1, ~0ULL, passed()), finished::unknown);
    const auto reply = all.open(1, who, time.now() + 1s);
    EXPECT_EQ(all.finish(2, reply, passed()), finished::unknown);
    EXPECT_EQ(all.finish(1, reply + 1, passed()), finished::unknown);
    EXPECT_EQ(all.finish(1, reply + (1ULL << 20), passed()), finished::unknown);
    EXPECT_EQ(who.answers, 0);
    EXPECT_TRUE(all.cancel(reply));
    EXPECT_FALSE(all.cancel(reply));
}

TEST(replies, numbers_are_not_used_again) {
    fake_monotonic time;
    replies all(time);
    counting who;
    const auto first = all.open(1, who, time.now() + 1s);
    EXPECT_EQ(all.finish(1, first, passed()), finished::taken);
    const auto second = all.open(1, who, time.now() + 1s);
    EXPECT_NE(first, second);
    EXPECT_EQ(all.finish(1, first, passed()), finished::late);
    EXPECT_EQ(who.answers, 1);
    EXPECT_EQ(all.finish(1, second, passed()), finished::taken);
}

TEST(replies, end_at_their_deadline) {
    fake_monotonic time;
    replies all(time);
    counting early;
    counting later;
    const auto one = all.open(1, early, time.now() + 1s);
    static_cast<void>(all.open(1, later, time.now() + 2s));
    EXPECT_EQ(all.sweep(), 2U);
    time.advance(1s);
    EXPECT_EQ(all.sweep(), 1U);
    EXPECT_EQ(early.timeouts, 1);
    EXPECT_EQ(later.timeouts, 0);
    EXPECT_EQ(all.finish(1, one, passed()), finished::late);
    EXPECT_EQ(early.answers, 0);
}

TEST(replies, of_a_dead_plugin_end_at_once) {
    fake_monotonic time;
    replies all(time);
    counting dead;
    counting alive;
    for (int i = 0; i < 3000; ++i) static_cast<void>(all.open(1, dead, time.now() + 1s));
    static_cast<void>(all.open(2, alive, time.now() + 1s));
    all.abandon(1);
    EXPECT_EQ(dead.timeouts, 3000);
    EXPECT_EQ(alive.timeouts, 0);
    EXPECT_EQ(all.waiting(), 1U);
}

TEST(replies, each_ends_exactly_once_whoever_races_for_it) {
    monotonic time;
    replies all(time);
    counting who;
    constexpr int rounds = 20'000;
    std::vector<std::atomic<parley_reply>> numbers(rounds);
    std::atomic<bool> over{false};
    const auto answer_all = [&] {
        for (auto& number : numbers) {
            while (number.load() == 0) std::this_thread::yield();
            all.finish(1, number.load(), passed());
        }
    };
    std::jthread first(answer_all);
    std::jthread second(answer_all);
    std::jthread sweeper([&] {
        while (!over) all.sweep();
    });
    for (auto& number : numbers) number = all.open(1, who, time.now() + 20us);
    first.join();
    second.join();
    over = true;
    sweeper.join();
    EXPECT_EQ(who.answers + who.timeouts, rounds);
    EXPECT_EQ(all.waiting(), 0U);
}

}  // namespace
}  // namespace parley::plugins
