// New conversations: who makes which, and that two people have one.
#include "kernel/create_conversation.hpp"

#include <gtest/gtest.h>

#include "kernel/testing/house.hpp"

namespace parley::kernel {
namespace {

using testing::code_of;
using testing::fault_of;

class creating : public testing::staffed_house {
protected:
    result<created_conversation> create(user_id by, std::string kind, std::vector<user_id> members,
                                        visibility seen = visibility::closed, std::string name = "Room") {
        create_conversation_command command;
        command.kind = std::move(kind);
        command.name = std::move(name);
        command.members = std::move(members);
        command.who_finds = seen;
        return inn.write([&](writing& w) { return create_conversation(inn.env, w, inn.as(by), command); });
    }
};

TEST_F(creating, each_kind_takes_its_permission) {
    EXPECT_EQ(fault_of(create(ann, "channel", {})), fault::forbidden);
    EXPECT_EQ(fault_of(create(ann, "channel", {}, visibility::open)), fault::forbidden);
    EXPECT_TRUE(create(sam, "channel", {ann}));
    EXPECT_TRUE(create(sam, "channel", {}, visibility::open));
    EXPECT_EQ(fault_of(create(sam, "group", {ann})), fault::forbidden);
    EXPECT_TRUE(create(mia, "group", {ann}));
    EXPECT_EQ(fault_of(create(gus, "direct", {ann})), fault::forbidden);
    EXPECT_EQ(fault_of(create(ann, "contact", {gus})), fault::forbidden);
    EXPECT_TRUE(create(sam, "contact", {gus}));
    for (const auto* kind : {"personal", "support", "ticket"})
        EXPECT_EQ(fault_of(create(mia, kind, {ann})), fault::forbidden) << kind;
    EXPECT_EQ(code_of(create(mia, "parlour", {})), "kind_unknown");
}

TEST_F(creating, finds_nobody_whom_the_caller_does_not_know) {
    auto narrow = inn.as(ann);
    narrow.only = permission_set{permission::direct_open};
    const auto open = [&](user_id with) {
        return inn.write(
            [&](writing& w) { return create_conversation(inn.env, w, narrow, {.kind = "direct", .members = {with}}); });
    };
    EXPECT_EQ(code_of(open(bob)), "user_unknown");
    EXPECT_EQ(code_of(open(user_id{1234})), "user_unknown");
    ASSERT_TRUE(create(sam, "contact", {ann, bob}));
    EXPECT_TRUE(open(bob)) << "they share a conversation now";
}

TEST_F(creating, two_people_have_one_direct_conversation_whoever_asks) {
    const auto first = create(ann, "direct", {bob});
    ASSERT_TRUE(first);
    EXPECT_FALSE(first->existed);
    EXPECT_EQ(first->row.direct_key, direct_key_of(bob, ann));
    const auto end = inn.log_end();
    const auto again = create(bob, "direct", {ann});
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->existed);
    EXPECT_EQ(again->row.id, first->row.id);
    EXPECT_EQ(again->as.user, bob);
    EXPECT_EQ(inn.log_end(), end);
    EXPECT_EQ(first->as.role, member_role::member) << "the two are equals";
}

TEST_F(creating, a_direct_conversation_has_two_parties) {
    EXPECT_EQ(code_of(create(ann, "direct", {})), "too_few_members");
    EXPECT_EQ(code_of(create(ann, "direct", {ann})), "too_few_members");
    EXPECT_EQ(code_of(create(ann, "direct", {bob, sam})), "too_many_members");
    EXPECT_EQ(code_of(create(ann, "direct", {user_id{4711}})), "user_unknown");
    EXPECT_EQ(code_of(create(ann, "direct", {bob}, visibility::open)), "visibility_invalid");
    EXPECT_EQ(code_of(create(ann, "group_direct", {bob})), "too_few_members");
    EXPECT_TRUE(create(ann, "group_direct", {bob, sam}));
}

TEST_F(creating, who_is_in_many_direct_conversations_opens_no_more) {
    inn.settings.now.conversations.max_direct = 2;
    const auto cat = inn.add_user("cat", "manager");
    const auto dan = inn.add_user("dan", "manager");
    const auto first = create(ann, "direct", {bob});
    ASSERT_TRUE(first);
    ASSERT_TRUE(create(ann, "group_direct", {bob, cat}));
    const auto refused = create(ann, "direct", {cat});
    EXPECT_EQ(code_of(refused), "too_many_direct");
    EXPECT_EQ(fault_of(refused), fault::too_many);
    EXPECT_EQ(code_of(create(ann, "group_direct", {cat, dan})), "too_many_direct");
    EXPECT_TRUE(create(ann, "direct", {bob})->existed) << "the one that is there is still given";
    EXPECT_TRUE(create(cat, "direct", {ann})) << "others may still open one with her";
    inn.settings.now.conversations.max_direct = 4;
    EXPECT_TRUE(create(ann, "direct", {dan}));
}

TEST_F(creating, everybody_in_it_hears_of_it_and_the_maker_owns_it) {
    const auto end = inn.log_end();
    const auto made = create(sam, "channel", {ann, ann, sam});
    ASSERT_TRUE(made);
    EXPECT_EQ(made->row.member_count, 2);
    EXPECT_EQ(made->as.role, member_role::owner);
    const auto log = inn.log_after(end);
    ASSERT_EQ(log.size(), 2U);
    for (const auto& one : log) {
        EXPECT_EQ(one.type, "conversation.joined");
        EXPECT_EQ(one.heard_by, audience::user);
    }
    EXPECT_EQ(inn.rows().members.at({made->row.id, ann}).role, member_role::member);
}

TEST_F(creating, a_channel_needs_a_name_in_one_form) {
    EXPECT_EQ(code_of(create(sam, "channel", {}, visibility::open, "  ")), "name_missing");
    EXPECT_EQ(code_of(create(sam, "channel", {}, visibility::open, "two\nlines")), "text_has_control");
    EXPECT_EQ(code_of(create(sam, "channel", {}, visibility::open, std::string(81, 'x'))), "text_too_long");
    const auto made = create(sam, "channel", {}, visibility::open, "  Cafe\xCC\x81 ");
    ASSERT_TRUE(made);
    EXPECT_EQ(made->row.name, "Caf\xC3\xA9");
}

TEST_F(creating, a_model_must_be_one_of_the_tenants) {
    create_conversation_command command;
    command.name = "Desk";
    command.model = "front_desk";
    const auto make = [&] {
        return inn.write([&](writing& w) { return create_conversation(inn.env, w, inn.as(sam), command); });
    };
    EXPECT_EQ(code_of(make()), "model_unknown");
    inn.settings.now.models["front_desk"].messages.max_graphemes = 3;
    const auto made = make();
    ASSERT_TRUE(made);
    send_message_command say;
    say.conversation = made->row.id;
    say.text = "four";
    EXPECT_EQ(code_of(inn.try_send(sam, say)), "text_too_long") << "the model's own limit";
}

TEST_F(creating, everybody_has_a_personal_conversation_from_the_first_day) {
    const auto eve = inn.add_user("eve");
    int found = 0;
    for (const auto& [key, as] : inn.rows().members)
        if (as.user == eve) {
            ++found;
            EXPECT_EQ(inn.rows().conversations.at(as.conversation).kind, "personal");
        }
    EXPECT_EQ(found, 1);
}

}  // namespace
}  // namespace parley::kernel
