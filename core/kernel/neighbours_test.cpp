// Servers that come, live and fall silent, and what becomes of the devices that they told of.
#include "kernel/neighbours.hpp"

#include <gtest/gtest.h>

namespace parley::kernel {
namespace {

using namespace std::chrono_literals;
using enum presence;

TEST(neighbours_of, one_that_says_nothing_is_no_more_and_new_when_it_speaks_again) {
    fake_clock time;
    neighbours all{time};
    EXPECT_TRUE(all.heard_from(1));
    EXPECT_TRUE(all.heard_from(2));
    EXPECT_FALSE(all.heard_from(1));
    time.advance(9s);
    EXPECT_FALSE(all.heard_from(2));
    EXPECT_TRUE(all.take_silent().empty());
    time.advance(1s);
    EXPECT_EQ(all.take_silent(), std::vector<peer_id>{1});
    EXPECT_TRUE(all.take_silent().empty()) << "it is told once";
    EXPECT_EQ(all.count(), 1U);
    EXPECT_TRUE(all.heard_from(1));
    all.left(2);
    EXPECT_EQ(all.count(), 1U);
}

class two_boards : public ::testing::Test {
protected:
    two_boards() {
        here.tell_others();
        there.tell_others();
    }

    /// What changed here is heard there.
    std::vector<presence_change> tells() {
        std::vector<presence_change> changes;
        for (const auto& [tenant, user] : here.take_changed())
            if (const auto one = there.heard(peer, tenant, here.share_of(tenant, user), 100s)) changes.push_back(*one);
        return changes;
    }
    [[nodiscard]] presence seen() const { return there.of(inn, ann).shown; }

    fake_clock time;
    presence_board here{time};
    presence_board there{time};
    peer_id peer = 77;
    tenant_id inn{1};
    user_id ann{11};
};

TEST_F(two_boards, whoever_comes_here_is_seen_there_until_the_last_device_goes) {
    (void)here.arrived(inn, ann, 1);
    const auto came = tells();
    ASSERT_EQ(came.size(), 1U);
    EXPECT_EQ(came[0].now.shown, online);
    (void)here.arrived(inn, ann, 2);
    EXPECT_TRUE(tells().empty());
    EXPECT_EQ(there.of(inn).devices, 2U);
    EXPECT_EQ(there.of(inn).people, 1U);
    (void)here.went(inn, ann, 1);
    EXPECT_TRUE(tells().empty());
    (void)here.went(inn, ann, 2);
    ASSERT_EQ(tells().size(), 1U);
    EXPECT_EQ(seen(), offline);
    EXPECT_EQ(there.of(inn).people, 0U);
}

TEST_F(two_boards, devices_at_both_count_as_one_person) {
    (void)here.arrived(inn, ann, 1);
    (void)tells();
    EXPECT_FALSE(there.arrived(inn, ann, 9)) << "was seen already";
    (void)here.went(inn, ann, 1);
    EXPECT_TRUE(tells().empty());
    EXPECT_EQ(seen(), online);
    const auto last = there.went(inn, ann, 9);
    ASSERT_TRUE(last);
    EXPECT_EQ(last->now.shown, offline);
}

TEST_F(two_boards, is_away_when_all_devices_everywhere_are_idle) {
    (void)here.arrived(inn, ann, 1);
    (void)tells();
    (void)there.arrived(inn, ann, 9);
    time.advance(300s);
    EXPECT_TRUE(there.turn_away(inn, 300s).empty()) << "the devices elsewhere are not idle as far as is known";
    (void)here.turn_away(inn, 300s);
    ASSERT_EQ(tells().size(), 1U);
    EXPECT_EQ(seen(), away);
    (void)here.active(inn, ann, 1);
    ASSERT_EQ(tells().size(), 1U);
    EXPECT_EQ(seen(), online);
}

TEST_F(two_boards, the_last_choice_holds_wherever_it_was_made) {
    (void)here.arrived(inn, ann, 1);
    (void)tells();
    (void)there.arrived(inn, ann, 9);
    time.advance(1s);
    (void)here.choose(inn, ann, busy);
    ASSERT_EQ(tells().size(), 1U);
    EXPECT_EQ(seen(), busy);
    time.advance(1s);
    (void)there.choose(inn, ann, away);
    here.mark_changed(inn, ann);
    EXPECT_TRUE(tells().empty()) << "an older choice that is said again changes nothing";
    EXPECT_EQ(seen(), away);
    time.advance(1s);
    (void)here.choose(inn, ann, online);
    ASSERT_EQ(tells().size(), 1U);
    EXPECT_EQ(seen(), online);
}

TEST_F(two_boards, a_server_that_is_no_more_takes_its_devices_along) {
    (void)here.arrived(inn, ann, 1);
    (void)here.arrived(inn, user_id{12}, 2);
    (void)tells();
    (void)there.arrived(inn, user_id{12}, 9);
    EXPECT_TRUE(there.lost(78).empty());
    const auto gone = there.lost(peer);
    ASSERT_EQ(gone.size(), 1U) << "the other one is here, too";
    EXPECT_EQ(gone[0].user, ann);
    EXPECT_EQ(seen(), offline);
    EXPECT_EQ(there.of(inn).devices, 1U);
}

TEST_F(two_boards, what_is_not_said_anew_in_time_is_forgotten) {
    (void)here.arrived(inn, ann, 1);
    (void)tells();
    time.advance(99s);
    EXPECT_TRUE(there.expire_shares().empty());
    here.mark_changed(inn, ann);
    (void)tells();
    time.advance(99s);
    EXPECT_TRUE(there.expire_shares().empty());
    time.advance(1s);
    EXPECT_EQ(there.expire_shares().size(), 1U);
    EXPECT_EQ(seen(), offline);
}

TEST_F(two_boards, whoever_is_not_there_costs_nothing) {
    EXPECT_FALSE(there.heard(peer, inn, {.user = ann}, 100s));
    EXPECT_EQ(there.of(inn).people, 0U);
    EXPECT_TRUE(there.here().empty());
    presence_board alone{time};
    (void)alone.arrived(inn, ann, 1);
    EXPECT_TRUE(alone.take_changed().empty()) << "without others nothing is kept for them";
}

}  // namespace
}  // namespace parley::kernel
