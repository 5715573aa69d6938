// Presence and typing, by a clock that stands still.
#include "kernel/presence_board.hpp"

#include <gtest/gtest.h>

namespace parley::kernel {
namespace {

using namespace std::chrono_literals;
using enum presence;

class board_of : public ::testing::Test {
protected:
    fake_clock time;
    presence_board board{time};
    tenant_id inn{1};
    user_id ann{11};
    user_id bob{12};
    conversation_id room{21};

    [[nodiscard]] presence shown(user_id who) const { return board.of(inn, who).shown; }
};

TEST_F(board_of, presence_counts_several_devices_as_one) {
    const auto came = board.arrived(inn, ann, 1);
    ASSERT_TRUE(came);
    EXPECT_EQ(came->now.shown, online);
    EXPECT_FALSE(board.arrived(inn, ann, 2)) << "nothing looks different";
    EXPECT_FALSE(board.went(inn, ann, 1));
    EXPECT_EQ(shown(ann), online);
    const auto left = board.went(inn, ann, 2);
    ASSERT_TRUE(left);
    EXPECT_EQ(left->now.shown, offline);
    EXPECT_EQ(shown(ann), offline);
    EXPECT_FALSE(board.went(inn, ann, 2));
}

TEST_F(board_of, presence_turns_away_after_silence_on_all_devices_and_back_with_activity) {
    (void)board.arrived(inn, ann, 1);
    (void)board.arrived(inn, ann, 2);
    time.advance(599s);
    (void)board.active(inn, ann, 2);
    time.advance(1s);
    EXPECT_TRUE(board.turn_away(inn, 600s).empty()) << "the other device was in use";
    time.advance(600s);
    ASSERT_EQ(board.turn_away(inn, 600s).size(), 1U);
    EXPECT_EQ(shown(ann), away);
    EXPECT_TRUE(board.turn_away(inn, 600s).empty()) << "said once";
    ASSERT_TRUE(board.active(inn, ann, 1));
    EXPECT_EQ(shown(ann), online);
    EXPECT_EQ(board.of(inn, ann).last_active, time.now());
}

TEST_F(board_of, presence_shows_what_somebody_chose_while_a_device_is_here) {
    EXPECT_FALSE(board.choose(inn, ann, busy)) << "is not here";
    (void)board.arrived(inn, ann, 1);
    ASSERT_TRUE(board.choose(inn, ann, busy));
    time.advance(3600s);
    EXPECT_TRUE(board.turn_away(inn, 600s).empty());
    EXPECT_EQ(shown(ann), busy);
    EXPECT_FALSE(board.active(inn, ann, 1)) << "activity does not take the choice back";
    ASSERT_TRUE(board.choose(inn, ann, online));
    EXPECT_EQ(shown(ann), online);
}

TEST_F(board_of, presence_knows_nothing_of_devices_that_never_came_nor_of_other_tenants) {
    EXPECT_FALSE(board.active(inn, ann, 1));
    (void)board.arrived(inn, ann, 1);
    EXPECT_FALSE(board.active(inn, ann, 2));
    EXPECT_EQ(board.of(tenant_id{2}, ann).shown, offline);
    EXPECT_EQ(shown(bob), offline);
}

TEST_F(board_of, typing_is_said_once_and_ends_by_itself) {
    const auto started = board.typing(inn, room, ann, 6s);
    ASSERT_TRUE(started);
    EXPECT_TRUE(started->started);
    time.advance(4s);
    EXPECT_FALSE(board.typing(inn, room, ann, 6s)) << "it goes on";
    time.advance(5s);
    EXPECT_TRUE(board.expire_typing().empty());
    time.advance(1s);
    const auto ended = board.expire_typing();
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_FALSE(ended[0].started);
    EXPECT_EQ(ended[0].user, ann);
    EXPECT_TRUE(board.expire_typing().empty());
    EXPECT_TRUE(board.typing(inn, room, ann, 6s));
}

TEST_F(board_of, typing_can_be_stopped_and_is_each_writers_own) {
    (void)board.typing(inn, room, ann, 6s);
    ASSERT_TRUE(board.typing(inn, room, bob, 6s));
    EXPECT_TRUE(board.stopped_typing(inn, room, ann));
    EXPECT_FALSE(board.stopped_typing(inn, room, ann));
    time.advance(6s);
    const auto ended = board.expire_typing();
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0].user, bob);
}

TEST_F(board_of, presence_has_words_for_what_can_be_chosen) {
    for (const auto one : {online, away, busy}) EXPECT_EQ(parse_presence(name_of(one)), one);
    EXPECT_FALSE(parse_presence("offline"));
    EXPECT_FALSE(parse_presence(""));
}

}  // namespace
}  // namespace parley::kernel
