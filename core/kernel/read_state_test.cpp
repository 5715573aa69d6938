// Read positions, pins, notification levels: each member's own.
#include "kernel/read_state.hpp"

#include <gtest/gtest.h>

#include "kernel/testing/house.hpp"

namespace parley::kernel {
namespace {

using testing::code_of;
using testing::fault_of;

class reading_positions : public ::testing::Test {
protected:
    testing::house inn;
    user_id mia = inn.add_user("mia", "manager");
    user_id ann = inn.add_user("ann");
    user_id bob = inn.add_user("bob");
    conversation_id room = inn.add_channel(mia, {ann}, visibility::open);

    void SetUp() override {
        for (int i = 0; i < 3; ++i) inn.send(mia, room, "hello @ann");
        inn.send(ann, room, "my own");
    }
    result<read_state> read_to(user_id who, sequence upto) {
        return inn.write([&](writing& w) { return mark_read(inn.env, w, inn.as(who), room, upto); });
    }
    result<read_state> unread_from(user_id who, sequence first) {
        return inn.write([&](writing& w) { return mark_unread(inn.env, w, inn.as(who), room, first); });
    }
};

TEST_F(reading_positions, count_what_others_said_behind_them) {
    EXPECT_EQ(inn.unread(ann, room), (unread_counts{3, 3}));
    EXPECT_EQ(read_to(ann, 2)->counts, (unread_counts{1, 1}));
    EXPECT_EQ(read_to(ann, 4)->counts, (unread_counts{0, 0}));
}

TEST_F(reading_positions, only_move_forward_by_reading) {
    ASSERT_TRUE(read_to(ann, 3));
    const auto end = inn.log_end();
    const auto back = read_to(ann, 1);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->as.last_read, 3);
    EXPECT_EQ(inn.log_end(), end);
}

TEST_F(reading_positions, move_back_by_marking_unread) {
    ASSERT_TRUE(read_to(ann, 4));
    EXPECT_EQ(unread_from(ann, 2)->counts, (unread_counts{2, 2}));
    EXPECT_EQ(unread_from(ann, 1)->counts, (unread_counts{3, 3}));
}

TEST_F(reading_positions, never_stand_where_no_message_is) {
    for (const sequence upto : {-1, 5, 1'000'000}) EXPECT_EQ(code_of(read_to(ann, upto)), "seq_invalid");
    for (const sequence first : {-1, 0, 5}) EXPECT_EQ(code_of(unread_from(ann, first)), "seq_invalid");
    EXPECT_EQ(inn.unread(ann, room), (unread_counts{3, 3}));
}

TEST_F(reading_positions, are_heard_by_their_reader_alone) {
    ASSERT_TRUE(read_to(ann, 3));
    const auto event = inn.log_after(inn.log_end() - 1).front();
    EXPECT_EQ(event.type, "read.updated");
    EXPECT_EQ(event.heard_by, audience::user);
    EXPECT_EQ(event.user, ann);
    EXPECT_EQ(event.data.at("last_read"), 3);
    EXPECT_EQ(event.data.at("unread"), 0);
}

TEST_F(reading_positions, are_for_members_only) {
    EXPECT_EQ(fault_of(read_to(bob, 1)), fault::forbidden);
    EXPECT_EQ(fault_of(unread_from(bob, 1)), fault::forbidden);
    const auto hidden = inn.add_channel(mia, {});
    EXPECT_EQ(fault_of(inn.write([&](writing& w) { return mark_read(inn.env, w, inn.as(bob), hidden, 0); })),
              fault::not_found);
}

TEST_F(reading_positions, stand_beside_pin_and_notification_level) {
    const auto change = [&](membership_change wanted) {
        return inn.write([&](writing& w) { return change_membership(inn.env, w, inn.as(ann), room, wanted); });
    };
    const auto pinned_at = inn.time.now();
    ASSERT_TRUE(change({.pin = pinning::pinned, .notify = notify_level::mentions}));
    inn.time.advance(std::chrono::seconds{5});
    ASSERT_TRUE(change({.pin = pinning::pinned, .notify = {}}));
    EXPECT_EQ(inn.rows().members.at({room, ann}).pinned_at, pinned_at) << "pinned twice is pinned once";
    EXPECT_EQ(inn.rows().members.at({room, ann}).notify, notify_level::mentions);
    EXPECT_EQ(inn.rows().members.at({room, mia}).notify, notify_level::all);
    ASSERT_TRUE(change({.pin = pinning::unpinned, .notify = {}}));
    EXPECT_FALSE(inn.rows().members.at({room, ann}).pinned_at);
    EXPECT_EQ(inn.log_after(inn.log_end() - 1).front().user, ann);
}

}  // namespace
}  // namespace parley::kernel
