// Changing, archiving and deleting a conversation.
#include "kernel/change_conversation.hpp"

#include <gtest/gtest.h>

#include "kernel/membership.hpp"
#include "kernel/read_conversations.hpp"
#include "kernel/read_messages.hpp"
#include "kernel/testing/house.hpp"

namespace parley::kernel {
namespace {

using testing::code_of;
using testing::fault_of;

class changing : public ::testing::Test {
protected:
    testing::house inn;
    user_id mia = inn.add_user("mia", "manager");
    user_id sam = inn.add_user("sam", "staff");
    user_id ann = inn.add_user("ann");
    user_id bob = inn.add_user("bob");
    conversation_id room = inn.add_channel(sam, {ann}, visibility::open);

    result<conversation> rename(user_id by, conversation_id in, std::string name) {
        change_conversation_command command;
        command.conversation = in;
        command.name = std::move(name);
        return inn.write([&](writing& w) { return change_conversation(inn.env, w, inn.as(by), command); });
    }
    result<conversation> archive(user_id by, archival how) {
        return inn.write([&](writing& w) { return archive_conversation(inn.env, w, inn.as(by), room, how); });
    }
    result<void> remove(user_id by, conversation_id in) {
        return inn.write([&](writing& w) { return delete_conversation(inn.env, w, inn.as(by), in); });
    }
};

TEST_F(changing, is_for_its_admins_and_for_who_manages_channels) {
    EXPECT_EQ(fault_of(rename(ann, room, "Mine")), fault::forbidden);
    EXPECT_EQ(fault_of(rename(bob, room, "Mine")), fault::forbidden);
    EXPECT_TRUE(rename(sam, room, "Ours"));
    inn.time.advance(std::chrono::seconds{1});
    const auto changed = rename(mia, room, "  Theirs ");
    ASSERT_TRUE(changed);
    EXPECT_EQ(changed->name, "Theirs");
    EXPECT_EQ(changed->updated_at, inn.time.now());
    EXPECT_EQ(inn.log_after(inn.log_end() - 1).front().type, "conversation.updated");
}

TEST_F(changing, a_private_conversation_of_others_is_not_found_and_a_direct_one_is_nobodys_to_change) {
    const auto hidden = inn.add_channel(sam, {});
    EXPECT_EQ(code_of(rename(mia, hidden, "x")), "not_found");
    const auto talk = inn.add_conversation(ann, "direct", {bob});
    EXPECT_EQ(fault_of(rename(ann, talk, "x")), fault::forbidden);
    EXPECT_EQ(fault_of(remove(ann, talk)), fault::forbidden);
}

TEST_F(changing, what_is_wrong_in_one_field_changes_none) {
    change_conversation_command command;
    command.conversation = room;
    command.name = "Good";
    command.topic = "bad\ntopic";
    const auto end = inn.log_end();
    const auto refused = inn.write([&](writing& w) { return change_conversation(inn.env, w, inn.as(sam), command); });
    EXPECT_EQ(code_of(refused), "text_has_control");
    EXPECT_EQ(refused.error().field, "topic");
    EXPECT_EQ(inn.rows().conversations.at(room).name, "Lobby");
    EXPECT_EQ(inn.log_end(), end);
}

TEST_F(changing, a_group_stays_private) {
    const auto group = inn.add_conversation(mia, "group", {ann});
    change_conversation_command command;
    command.conversation = group;
    command.who_finds = visibility::open;
    EXPECT_EQ(code_of(inn.write([&](writing& w) { return change_conversation(inn.env, w, inn.as(mia), command); })),
              "visibility_invalid");
}

TEST_F(changing, an_archived_conversation_is_readable_and_quiet_until_it_is_restored) {
    inn.send(ann, room, "before");
    EXPECT_EQ(fault_of(archive(ann, archival::archive)), fault::forbidden);
    ASSERT_TRUE(archive(sam, archival::archive));
    const auto end = inn.log_end();
    EXPECT_TRUE(archive(sam, archival::archive));
    EXPECT_EQ(inn.log_end(), end) << "twice changes nothing";
    send_message_command say;
    say.conversation = room;
    say.text = "after";
    EXPECT_EQ(code_of(inn.try_send(ann, say)), "conversation_archived");
    EXPECT_EQ(code_of(inn.write([&](writing& w) { return join_conversation(inn.env, w, inn.as(bob), room); })),
              "conversation_archived");
    const auto page = inn.read([&](reading& from) { return read_history(inn.env, from, inn.as(ann), room, {}); });
    ASSERT_TRUE(page);
    EXPECT_EQ(page->messages.size(), 1U);
    ASSERT_TRUE(archive(sam, archival::restore));
    EXPECT_TRUE(inn.try_send(ann, say));
}

TEST_F(changing, a_deleted_conversation_is_found_by_nobody) {
    const auto said = inn.send(ann, room, "hello");
    EXPECT_EQ(fault_of(remove(ann, room)), fault::forbidden);
    ASSERT_TRUE(remove(sam, room));
    for (const auto who : {sam, ann, mia}) {
        inn.read([&](reading& from) {
            const auto by = inn.as(who);
            EXPECT_EQ(code_of(read_conversation(inn.env, from, by, room)), "not_found");
            EXPECT_EQ(code_of(read_message(inn.env, from, by, said.id)), "not_found");
            EXPECT_EQ(code_of(read_history(inn.env, from, by, room, {})), "not_found");
            for (const auto& one : *my_conversations(inn.env, from, by)) EXPECT_NE(one.row.id, room);
            return 0;
        });
        EXPECT_EQ(code_of(remove(who, room)), "not_found");
    }
    const auto found = inn.read([&](reading& from) { return browse_conversations(inn.env, from, inn.as(bob), {}); });
    ASSERT_TRUE(found);
    EXPECT_TRUE(found->empty());
}

}  // namespace
}  // namespace parley::kernel
