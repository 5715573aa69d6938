// Who may see what, and that whoever may not cannot tell it from what is not there.
#include "kernel/access.hpp"

#include <gtest/gtest.h>

#include "kernel/accounts.hpp"
#include "kernel/membership.hpp"
#include "kernel/read_conversations.hpp"
#include "kernel/read_messages.hpp"
#include "kernel/testing/house.hpp"

namespace parley::kernel {
namespace {

using testing::code_of;
using testing::fault_of;

class access_to : public ::testing::Test {
protected:
    testing::house inn;
    user_id mia = inn.add_user("mia", "manager");
    user_id ann = inn.add_user("ann");
    user_id bob = inn.add_user("bob");
    user_id gus = inn.add_user("gus", "guest");
    user_id root = inn.add_user("root", "admin");

    result<listed_conversation> look(user_id who, conversation_id in) {
        return inn.read([&](reading& from) { return read_conversation(inn.env, from, inn.as(who), in); });
    }
    result<one_message> look(user_id who, message_id which) {
        return inn.read([&](reading& from) { return read_message(inn.env, from, inn.as(who), which); });
    }
};

TEST_F(access_to, a_private_channel_is_for_its_members_and_not_to_be_told_from_none) {
    const auto room = inn.add_channel(ann, {gus});
    const auto said = inn.send(ann, room, "hello");
    EXPECT_TRUE(look(ann, room) && look(gus, room) && look(gus, said.id));
    for (const auto who : {bob, mia, root}) {
        const auto there = look(who, room);
        const auto absent = look(who, conversation_id{4711});
        EXPECT_EQ(fault_of(there), fault::not_found);
        EXPECT_EQ(there.error().message, absent.error().message);
        EXPECT_EQ(look(who, said.id).error().message, look(who, message_id{4711}).error().message);
    }
}

TEST_F(access_to, public_and_unlisted_channels_is_given_to_those_who_may_browse) {
    for (const auto seen : {visibility::open, visibility::unlisted}) {
        const auto room = inn.add_channel(ann, {}, seen);
        const auto said = inn.send(ann, room, "hello");
        EXPECT_TRUE(look(bob, room) && look(bob, said.id));
        EXPECT_EQ(code_of(look(gus, room)), "not_found");
        EXPECT_EQ(code_of(look(gus, said.id)), "not_found");
    }
}

TEST_F(access_to, a_direct_conversation_is_nobody_elses_not_even_the_admins) {
    const auto talk = inn.add_conversation(ann, "direct", {bob});
    const auto said = inn.send(ann, talk, "psst");
    for (const auto who : {mia, root, gus}) {
        EXPECT_EQ(code_of(look(who, talk)), "not_found");
        EXPECT_EQ(code_of(look(who, said.id)), "not_found");
        EXPECT_EQ(code_of(inn.write([&](writing& w) { return join_conversation(inn.env, w, inn.as(who), talk); })),
                  "not_found");
    }
}

TEST_F(access_to, everything_ends_with_the_membership) {
    const auto room = inn.add_channel(mia, {ann, bob});
    const auto said = inn.send(ann, room, "hello");
    ASSERT_TRUE(inn.write([&](writing& w) { return remove_member(inn.env, w, inn.as(mia), room, bob); }));
    inn.read([&](reading& from) {
        const auto by = inn.as(bob);
        EXPECT_EQ(code_of(read_conversation(inn.env, from, by, room)), "not_found");
        EXPECT_EQ(code_of(read_message(inn.env, from, by, said.id)), "not_found");
        EXPECT_EQ(code_of(read_history(inn.env, from, by, room, {})), "not_found");
        EXPECT_EQ(code_of(read_around(inn.env, from, by, room, 1, 10)), "not_found");
        EXPECT_EQ(code_of(read_thread(inn.env, from, by, said.id, 0, 10)), "not_found");
        EXPECT_EQ(code_of(read_withheld(inn.env, from, by, room, {}, 10)), "not_found");
        EXPECT_EQ(code_of(read_members(inn.env, from, by, room, {}, 10)), "not_found");
        return 0;
    });
}

TEST_F(access_to, a_disabled_account_is_that_of_nobody) {
    const auto room = inn.add_channel(mia, {bob});
    change_account_command disable{.user = bob, .role = {}, .password_hash = {}, .disabled = true};
    ASSERT_TRUE(inn.write([&](writing& w) { return change_account(inn.env, w, inn.system(), disable); }));
    EXPECT_EQ(fault_of(look(bob, room)), fault::unauthenticated);
    EXPECT_EQ(fault_of(look(user_id{4711}, room)), fault::unauthenticated);
    EXPECT_EQ(fault_of(look(user_id{}, room)), fault::unauthenticated);
}

TEST_F(access_to, a_public_channel_goes_with_the_role) {
    const auto room = inn.add_channel(mia, {}, visibility::open);
    ASSERT_TRUE(look(bob, room));
    change_account_command lower{.user = bob, .role = "guest", .password_hash = {}, .disabled = {}};
    ASSERT_TRUE(inn.write([&](writing& w) { return change_account(inn.env, w, inn.system(), lower); }));
    EXPECT_EQ(code_of(look(bob, room)), "not_found");
}

TEST_F(access_to, another_tenants_ids_are_those_of_nothing) {
    const auto room = inn.add_channel(mia, {bob}, visibility::open);
    const auto said = inn.send(bob, room, "hello");
    inn.tenant = inn.ids.next<tenant_id>();
    const auto eve = inn.add_user("eve", "admin");
    EXPECT_EQ(look(eve, room).error().message, look(eve, conversation_id{4711}).error().message);
    EXPECT_EQ(look(eve, said.id).error().message, look(eve, message_id{4711}).error().message);
    EXPECT_EQ(code_of(inn.read([&](reading& from) { return read_user(inn.env, from, inn.as(eve), bob); })),
              "not_found");
    EXPECT_EQ(fault_of(look(bob, room)), fault::unauthenticated) << "an account of the other tenant";
    EXPECT_EQ(code_of(inn.write([&](writing& w) { return add_member(inn.env, w, inn.as(eve), room, eve); })),
              "not_found");
}

}  // namespace
}  // namespace parley::kernel
