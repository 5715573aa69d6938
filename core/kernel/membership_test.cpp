// Coming, going, being added and removed, and who is left in charge.
#include "kernel/membership.hpp"

#include <gtest/gtest.h>

#include "kernel/change_conversation.hpp"
#include "kernel/read_messages.hpp"
#include "kernel/testing/house.hpp"

namespace parley::kernel {
namespace {

using testing::code_of;
using testing::fault_of;

class membership_of : public testing::staffed_house {
protected:
    std::string join(user_id who, conversation_id in) {
        return code_of(inn.write([&](writing& w) { return join_conversation(inn.env, w, inn.as(who), in); }));
    }
    std::string leave(user_id who, conversation_id in) {
        return code_of(inn.write([&](writing& w) { return leave_conversation(inn.env, w, inn.as(who), in); }));
    }
    std::string add(user_id by, conversation_id in, user_id who) {
        return code_of(inn.write([&](writing& w) { return add_member(inn.env, w, inn.as(by), in, who); }));
    }
    std::string remove(user_id by, conversation_id in, user_id who) {
        return code_of(inn.write([&](writing& w) { return remove_member(inn.env, w, inn.as(by), in, who); }));
    }
    std::string promote(user_id by, conversation_id in, user_id who, member_role role) {
        return code_of(inn.write([&](writing& w) { return set_member_role(inn.env, w, inn.as(by), in, who, role); }));
    }
    bool is_in(user_id who, conversation_id in) { return inn.rows().members.contains({in, who}); }
    std::int64_t count(conversation_id in) { return inn.rows().conversations.at(in).member_count; }
};

TEST_F(membership_of, a_channel_is_no_way_to_look_people_up) {
    const auto room = inn.add_channel(sam, {gus});
    const auto end = inn.log_end();
    EXPECT_EQ(add(gus, room, bob), "user_unknown") << "a guest knows only those it shares a conversation with";
    EXPECT_EQ(add(gus, room, user_id{404}), "user_unknown");
    EXPECT_EQ(inn.log_end(), end);
    inn.add_channel(mia, {gus, bob});
    EXPECT_EQ(add(gus, room, bob), "ok");
}

TEST_F(membership_of, a_public_channel_is_for_who_joins_it) {
    const auto room = inn.add_channel(sam, {}, visibility::open);
    inn.send(sam, room, "before");
    const auto end = inn.log_end();
    EXPECT_EQ(join(ann, room), "ok");
    EXPECT_EQ(count(room), 2);
    EXPECT_EQ(inn.unread(ann, room), (unread_counts{0, 0})) << "what was said before is read";
    const auto log = inn.log_after(end);
    ASSERT_EQ(log.size(), 2U);
    EXPECT_EQ(log[0].type, "conversation.joined");
    EXPECT_EQ(log[0].user, ann);
    EXPECT_EQ(log[1].type, "member.added");
    EXPECT_EQ(inn.rows().members.at({room, ann}).joined_position, log[0].at);
    EXPECT_EQ(join(ann, room), "ok");
    EXPECT_EQ(inn.log_end(), log[1].at) << "joining twice changes nothing";
    EXPECT_EQ(join(gus, room), "not_found") << "guests do not browse";
}

TEST_F(membership_of, a_private_channel_takes_an_invitation_or_the_permission_to_enter) {
    const auto room = inn.add_channel(sam, {ann});
    EXPECT_EQ(join(bob, room), "not_found");
    EXPECT_EQ(join(mia, room), "ok");
    EXPECT_EQ(add(ann, room, bob), "ok") << "members of a channel invite";
    EXPECT_EQ(count(room), 4);
}

TEST_F(membership_of, a_channel_ends_when_one_leaves_but_never_without_an_owner_for_the_others) {
    const auto room = inn.add_channel(sam, {ann});
    EXPECT_EQ(leave(sam, room), "last_owner");
    EXPECT_EQ(promote(sam, room, sam, member_role::member), "last_owner");
    EXPECT_EQ(promote(sam, room, ann, member_role::owner), "ok");
    EXPECT_EQ(leave(sam, room), "ok");
    EXPECT_FALSE(is_in(sam, room));
    EXPECT_EQ(leave(sam, room), "not_found");
    EXPECT_EQ(leave(ann, room), "ok") << "the last one turns off the light";
    EXPECT_EQ(count(room), 0);
}

TEST_F(membership_of, others_is_changed_by_admins_only) {
    const auto room = inn.add_channel(sam, {ann, bob, gus});
    EXPECT_EQ(remove(ann, room, bob), "not_allowed");
    EXPECT_EQ(promote(ann, room, ann, member_role::owner), "not_allowed");
    EXPECT_EQ(promote(sam, room, ann, member_role::admin), "ok");
    EXPECT_EQ(remove(ann, room, bob), "ok");
    EXPECT_EQ(remove(ann, room, sam), "not_allowed") << "an admin does not remove an owner";
    EXPECT_EQ(promote(ann, room, gus, member_role::admin), "not_allowed");
    EXPECT_EQ(remove(ann, room, bob), "not_found");
    EXPECT_FALSE(is_in(bob, room));
}

TEST_F(membership_of, a_group_is_its_admins_business) {
    const auto group = inn.add_conversation(mia, "group", {ann});
    EXPECT_EQ(add(ann, group, bob), "not_allowed");
    EXPECT_EQ(leave(ann, group), "not_allowed");
    EXPECT_EQ(add(mia, group, bob), "ok");
    EXPECT_EQ(remove(mia, group, ann), "ok");
}

TEST_F(membership_of, a_direct_conversation_never_changes) {
    const auto talk = inn.add_conversation(ann, "direct", {bob});
    EXPECT_EQ(add(ann, talk, sam), "not_allowed");
    EXPECT_EQ(remove(ann, talk, bob), "not_allowed");
    EXPECT_EQ(leave(ann, talk), "not_allowed");
    EXPECT_EQ(promote(ann, talk, ann, member_role::owner), "not_allowed");
    EXPECT_EQ(add(mia, talk, mia), "not_found");
}

TEST_F(membership_of, strangers_disabled_people_and_too_many_are_refused) {
    const auto room = inn.add_channel(sam, {ann});
    EXPECT_EQ(add(sam, room, user_id{4711}), "user_unknown");
    EXPECT_EQ(add(bob, room, bob), "not_found");
    inn.settings.now.conversations.max_members = 2;
    EXPECT_EQ(add(sam, room, bob), "too_many_members");
    EXPECT_EQ(add(sam, room, ann), "ok") << "is in already";
    inn.settings.now.conversations.max_members = 10;
    ASSERT_TRUE(
        inn.write([&](writing& w) { return archive_conversation(inn.env, w, inn.as(sam), room, archival::archive); }));
    EXPECT_EQ(add(sam, room, bob), "conversation_archived");
}

TEST_F(membership_of, coming_back_starts_anew) {
    const auto room = inn.add_channel(sam, {ann});
    inn.send(sam, room, "one");
    EXPECT_EQ(inn.unread(ann, room).messages, 1);
    ASSERT_EQ(leave(ann, room), "ok");
    inn.send(sam, room, "two");
    ASSERT_EQ(add(sam, room, ann), "ok");
    EXPECT_EQ(inn.unread(ann, room).messages, 0);
    EXPECT_EQ(inn.rows().members.at({room, ann}).last_read, 2);
}

}  // namespace
}  // namespace parley::kernel
