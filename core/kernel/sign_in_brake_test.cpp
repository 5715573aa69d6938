// The brake on guessing.
#include "kernel/sign_in_brake.hpp"

#include <gtest/gtest.h>

namespace parley::kernel {
namespace {

using std::chrono::seconds;
constexpr tenant_id inn{7};

class braking : public ::testing::Test {
protected:
    fake_clock time;
    sign_in_brake brake{time,
                        {.free_tries = 2, .free_tries_of_address = 6, .longest_wait = seconds{60}, .most_entries = 8}};

    seconds try_in(std::string_view name, std::string_view from = "10.0.0.1",
                   sign_in_brake::device which = sign_in_brake::device::unknown) {
        const auto said = brake.admit(inn, name, from, which);
        return said ? seconds{0} : said.error().retry_after;
    }
};

TEST_F(braking, waits_grow_with_each_failure_up_to_a_longest) {
    EXPECT_EQ(try_in("ann"), seconds{0});
    EXPECT_EQ(try_in("ann"), seconds{0});
    std::vector<seconds> waits;
    for (int i = 0; i < 8; ++i) {
        const auto wait = try_in("ann", "10.0.0.1", sign_in_brake::device::known);
        waits.push_back(wait);
        EXPECT_EQ(try_in("ann", "10.0.0.1", sign_in_brake::device::known), wait)
            << "asking while waiting costs nothing";
        time.advance(wait);
        EXPECT_EQ(try_in("ann", "10.0.0.1", sign_in_brake::device::known), seconds{0});
    }
    EXPECT_EQ(waits, (std::vector{seconds{1}, seconds{2}, seconds{4}, seconds{8}, seconds{16}, seconds{32}, seconds{60},
                                  seconds{60}}));
    time.advance(std::chrono::hours{24});
    EXPECT_EQ(try_in("ann"), seconds{0});
    EXPECT_EQ(try_in("ann"), seconds{0});
}

TEST_F(braking, nobody_is_locked_out_by_somebody_elsewhere) {
    for (int i = 0; i < 50; ++i) (void)try_in("ann", "10.6.6.6");
    EXPECT_EQ(try_in("ann", "10.0.0.1"), seconds{0});
}

TEST_F(braking, many_names_from_one_address_are_one_guesser) {
    for (const auto* name : {"a", "b", "c", "d", "e", "f"}) EXPECT_EQ(try_in(name), seconds{0});
    EXPECT_EQ(try_in("g"), seconds{1});
    EXPECT_EQ(try_in("ann", "10.0.0.1", sign_in_brake::device::known), seconds{0}) << "her device is known there";
    EXPECT_EQ(try_in("g", "10.0.0.2"), seconds{0});
}

TEST_F(braking, a_right_one_begins_anew_and_does_not_clear_the_address) {
    EXPECT_EQ(try_in("ann"), seconds{0});
    EXPECT_EQ(try_in("ann"), seconds{0});
    brake.succeeded(inn, "ann", "10.0.0.1");
    EXPECT_EQ(try_in("ann"), seconds{0});
    EXPECT_EQ(try_in("ann"), seconds{0});
    EXPECT_EQ(try_in("ann"), seconds{1});
    // Signing in with an own account between guesses does not help.
    for (const auto* name : {"b", "c", "d", "e", "f", "g", "h"}) {
        if (try_in("me") == seconds{0}) brake.succeeded(inn, "me", "10.0.0.1");
        (void)try_in(name);
    }
    EXPECT_GT(try_in("i"), seconds{0});
}

TEST_F(braking, neighbours_of_one_ipv6_network_are_one_address) {
    EXPECT_EQ(address_block("2001:db8:1:2:3:4:5:6"), address_block("2001:db8:1:2::9"));
    EXPECT_NE(address_block("2001:db8:1:2::9"), address_block("2001:db8:1:3::9"));
    EXPECT_EQ(address_block("::ffff:10.0.0.1"), "10.0.0.1");
    EXPECT_EQ(address_block("fe80::1%eth0"), address_block("fe80::2"));
}

TEST_F(braking, what_it_keeps_is_bounded) {
    for (int i = 0; i < 100; ++i) (void)try_in("ann", "10.0.0." + std::to_string(i));
    EXPECT_LE(brake.entries(), 8U);
}

}  // namespace
}  // namespace parley::kernel
