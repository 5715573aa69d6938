// When a breaker opens, tries, and closes.
#include "plugins/breaker.hpp"

#include <gtest/gtest.h>

namespace parley::plugins {
namespace {

using namespace std::chrono_literals;

void fail_until_open(breaker& of, ticks now) {
    for (unsigned i = 1; i < breaker::most_failures; ++i) EXPECT_EQ(of.failed(now), breaker::change::none);
    EXPECT_EQ(of.failed(now), breaker::change::opened);
}

TEST(breaker, opens_after_failures_one_after_the_other) {
    breaker one;
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(one.failed(0s), breaker::change::none);
        EXPECT_EQ(one.succeeded(), breaker::change::none);
    }
    EXPECT_TRUE(one.lets_through(0s));
    fail_until_open(one, 0s);
    EXPECT_TRUE(one.is_open());
    EXPECT_FALSE(one.lets_through(999ms));
}

TEST(breaker, lets_one_through_after_the_pause_and_closes_when_that_is_well) {
    breaker one;
    fail_until_open(one, 0s);
    EXPECT_TRUE(one.lets_through(1s));
    EXPECT_FALSE(one.lets_through(1s));
    EXPECT_EQ(one.succeeded(), breaker::change::closed);
    EXPECT_TRUE(one.lets_through(1s));
    fail_until_open(one, 10s);
    EXPECT_FALSE(one.lets_through(10999ms));
    EXPECT_TRUE(one.lets_through(11s));
}

TEST(breaker, waits_twice_as_long_each_time_but_never_more_than_a_minute) {
    breaker one;
    ticks now = 0s;
    fail_until_open(one, now);
    for (const ticks pause : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
        EXPECT_FALSE(one.lets_through(now + pause - 1ms)) << pause.count();
        now += pause;
        EXPECT_TRUE(one.lets_through(now)) << pause.count();
        EXPECT_EQ(one.failed(now), breaker::change::none);
    }
}

TEST(breaker, tries_again_when_a_try_never_ended) {
    breaker one;
    fail_until_open(one, 0s);
    EXPECT_TRUE(one.lets_through(1s));
    EXPECT_FALSE(one.lets_through(60s));
    EXPECT_TRUE(one.lets_through(61s));
    EXPECT_EQ(one.succeeded(), breaker::change::closed);
}

TEST(breaker, a_late_success_of_before_does_not_close_it) {
    breaker one;
    fail_until_open(one, 0s);
    EXPECT_EQ(one.succeeded(), breaker::change::none);
    EXPECT_TRUE(one.is_open());
}

}  // namespace
}  // namespace parley::plugins
