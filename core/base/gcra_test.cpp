// Rates hold in every window, waiting as long as told is enough and no shorter is, and memory does not grow.
#include "base/gcra.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace parley {
namespace {

using namespace std::chrono_literals;

constexpr ticks start = 1h;

TEST(Gcra, LetsABurstPassAndThenOneForEachInterval) {
    const gcra_rate rate{.interval = 100ms, .burst = 3};
    gcra_state state;
    for (int i = 0; i < 3; ++i) EXPECT_EQ(gcra_admit(state, rate, start), 0ns);
    EXPECT_EQ(gcra_admit(state, rate, start), 100ms);
    EXPECT_EQ(gcra_admit(state, rate, start + 40ms), 60ms) << "what was refused does not count";
    EXPECT_EQ(gcra_admit(state, rate, start + 100ms), 0ns);
    EXPECT_EQ(gcra_admit(state, rate, start + 100ms), 100ms);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(gcra_admit(state, rate, start + 1h), 0ns);
    EXPECT_EQ(gcra_admit(state, rate, start + 1h), 100ms) << "quiet is not saved up";
}

TEST(Gcra, WaitingExactlyAsLongAsToldIsEnoughAndOneNanosecondLessIsNot) {
    std::mt19937_64 random{20'300'131};
    for (int round = 0; round < 2000; ++round) {
        const gcra_rate rate{.interval = ticks{static_cast<std::int64_t>(1 + random() % 1'000'000'000)},
                             .burst = static_cast<std::int64_t>(1 + random() % 50)};
        gcra_state state;
        auto now = start;
        auto wait = gcra_admit(state, rate, now);
        while (wait == 0ns) {
            now += ticks{static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(rate.interval.count()))};
            wait = gcra_admit(state, rate, now);
        }
        auto early = state;
        EXPECT_GT(gcra_admit(early, rate, now + wait - 1ns), 0ns);
        EXPECT_EQ(gcra_admit(state, rate, now + wait), 0ns);
    }
}

// burst + time / interval is what may pass in any window, wherever it begins and ends.
TEST(Gcra, NeverLetsMorePassThanTheRateInAnyWindow) {
    std::mt19937_64 random{7};
    for (int round = 0; round < 60; ++round) {
        const gcra_rate rate{.interval = ticks{static_cast<std::int64_t>(1 + random() % 1000)},
                             .burst = static_cast<std::int64_t>(1 + random() % 20)};
        gcra_state state;
        std::vector<ticks> passed;
        auto now = start;
        for (int i = 0; i < 600; ++i) {
            // Floods, trickles and pauses.
            const auto pace = random() % 3 == 0 ? 5000U : 200U;
            if (random() % 4 == 0) now += ticks{static_cast<std::int64_t>(random() % pace)};
            if (gcra_admit(state, rate, now) == 0ns) passed.push_back(now);
        }
        ASSERT_GT(passed.size(), 20U);
        for (std::size_t first = 0; first < passed.size(); ++first)
            for (auto last = first; last < passed.size(); ++last)
                ASSERT_LE(static_cast<std::int64_t>(last - first + 1),
                          rate.burst + (passed[last] - passed[first]) / rate.interval);
    }
}

TEST(Gcra, APerMinuteRateIsRoundedToTheSafeSide) {
    EXPECT_EQ(gcra_rate::per_minute(60, 1).interval, 1s);
    for (const std::int64_t each : {1, 7, 59, 601, 12'345, 100'000'000}) {
        const auto rate = gcra_rate::per_minute(each, 1);
        EXPECT_LE(1min / rate.interval, each);
        EXPECT_GE(rate.interval, 1ns);
    }
}

TEST(Gcra, ALowerRateDoesNotPunishWhatAHigherOneLetPass) {
    gcra_state state;
    const gcra_rate generous{.interval = 1min, .burst = 1000};
    for (int i = 0; i < 1000; ++i) EXPECT_EQ(gcra_admit(state, generous, start), 0ns);
    const gcra_rate strict{.interval = 1s, .burst = 2};
    EXPECT_EQ(gcra_admit(state, strict, start), 1s);
    EXPECT_EQ(gcra_admit(state, strict, start + 1s), 0ns);
    EXPECT_EQ(gcra_admit(state, strict, start + 1s), 1s);
}

TEST(GcraTable, KeepsKeysApart) {
    gcra_table table(1024);
    const gcra_rate once{.interval = 1s, .burst = 1};
    EXPECT_EQ(table.admit("ann", once, start), 0ns);
    EXPECT_EQ(table.admit("bob", once, start), 0ns);
    EXPECT_EQ(table.admit("ann", once, start), 1s);
    EXPECT_EQ(table.admit({"ann\0", 4}, once, start), 0ns);
    EXPECT_EQ(table.busy(start), 3U);
    EXPECT_EQ(table.busy(start + 1s), 0U);
}

TEST(GcraTable, WhatIsGivenBackMayBeUsedAgain) {
    gcra_table table(1024);
    const gcra_rate twice{.interval = 1s, .burst = 2};
    EXPECT_EQ(table.admit("ann", twice, start), 0ns);
    EXPECT_EQ(table.admit("ann", twice, start), 0ns);
    table.give_back("ann", twice);
    table.give_back("never seen", twice);
    EXPECT_EQ(table.admit("ann", twice, start), 0ns);
    EXPECT_EQ(table.admit("ann", twice, start), 1s);
    EXPECT_EQ(table.admit("never seen", twice, start), 0ns);
    EXPECT_EQ(table.admit("never seen", twice, start), 0ns);
    EXPECT_EQ(table.admit("never seen", twice, start), 1s);
}

TEST(GcraTable, AMillionKeysTakeNoMoreMemoryAndDoNotFreeTheOneThatAskedMost) {
    gcra_table table(1 << 14);
    const auto bytes = table.bytes();
    EXPECT_EQ(bytes, (std::size_t{1} << 14) * 16);
    const gcra_rate rate{.interval = 1s, .burst = 100};
    auto now = start;
    for (int i = 0; i < 100; ++i) EXPECT_EQ(table.admit("the flood", rate, now), 0ns);
    for (int i = 0; i < 1'000'000; ++i) {
        EXPECT_EQ(table.admit(std::to_string(i), rate, now), 0ns);
        now += 5us;
    }
    EXPECT_EQ(table.bytes(), bytes);
    EXPECT_LE(table.busy(now), bytes / 16);
    EXPECT_GT(table.busy(now), bytes / 32);
    // Five seconds have passed, and no more than that is forgiven.
    for (int i = 0; i < 5; ++i) EXPECT_EQ(table.admit("the flood", rate, now), 0ns);
    EXPECT_GT(table.admit("the flood", rate, now), 0ns);
}

TEST(GcraTable, SeveralThreadsTogetherGetNoMoreThanOne) {
    gcra_table table(1024);
    const gcra_rate rate{.interval = 1h, .burst = 1000};
    std::atomic<int> passed{0};
    {
        std::vector<std::jthread> all;
        for (int i = 0; i < 4; ++i)
            all.emplace_back([&] {
                for (int turn = 0; turn < 1000; ++turn)
                    if (table.admit("ann", rate, start) == 0ns) ++passed;
            });
    }
    EXPECT_EQ(passed, 1000);
}

}  // namespace
}  // namespace parley
