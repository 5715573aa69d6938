// Deleting: softly, for good, and by whom.
#include "kernel/delete_message.hpp"

#include <gtest/gtest.h>

#include "kernel/edit_message.hpp"
#include "kernel/present.hpp"
#include "kernel/testing/house.hpp"

namespace parley::kernel {
namespace {

using testing::code_of;
using testing::fault_of;

class deleting : public ::testing::Test {
protected:
    testing::house inn;
    user_id mia = inn.add_user("mia", "manager");
    user_id ann = inn.add_user("ann");
    user_id bob = inn.add_user("bob");
    conversation_id room = inn.add_channel(mia, {ann, bob});

    result<void> remove(user_id by, message_id which, deletion how) {
        return inn.write([&](writing& w) { return delete_message(inn.env, w, inn.as(by), which, how); });
    }
    void edit(user_id by, message_id which, std::string text) {
        const edit_message_command command{.message = which, .text = std::move(text), .data = {}};
        ASSERT_TRUE(inn.write([&](writing& w) { return edit_message(inn.env, w, inn.as(by), command); }));
    }
    result<std::vector<revision>> revisions(user_id by, message_id which) {
        return inn.read([&](reading& from) { return message_revisions(inn.env, from, inn.as(by), which); });
    }
};

TEST_F(deleting, softly_takes_the_words_for_all_and_keeps_them_for_audit) {
    const auto said = inn.send(ann, room, "secret @bob");
    ASSERT_TRUE(remove(ann, said.id, deletion::soft));
    const auto& row = inn.rows().messages.at(said.id);
    EXPECT_TRUE(row.text.empty());
    EXPECT_EQ(row.deleted_at, inn.time.now());
    EXPECT_EQ(inn.unread(bob, room), (unread_counts{0, 0}));
    EXPECT_EQ(code_of(revisions(bob, said.id)), "not_found");
    EXPECT_EQ(code_of(revisions(ann, said.id)), "not_found");
    const auto audit = revisions(mia, said.id);
    ASSERT_TRUE(audit);
    EXPECT_EQ(audit->back().text, "secret @bob");
}

TEST_F(deleting, softly_twice_changes_nothing) {
    const auto said = inn.send(ann, room, "one");
    ASSERT_TRUE(remove(ann, said.id, deletion::soft));
    const auto end = inn.log_end();
    EXPECT_TRUE(remove(ann, said.id, deletion::soft));
    EXPECT_EQ(inn.log_end(), end);
    EXPECT_EQ(inn.rows().revisions.size(), 1U);
}

TEST_F(deleting, for_good_leaves_no_word_behind) {
    auto said = inn.send(ann, room, "Xyzzy is the word @bob");
    const auto reply = inn.reply(bob, said, "what?");
    edit(ann, said.id, "Plugh is the word");
    const auto other = inn.send(ann, room, "kept");
    ASSERT_TRUE(remove(mia, said.id, deletion::hard));
    const auto all = inn.store.everything(inn.tenant);
    for (const auto* word : {"Xyzzy", "Plugh"}) EXPECT_EQ(all.find(word), std::string::npos) << word;
    EXPECT_NE(all.find("kept"), std::string::npos);
    EXPECT_NE(all.find("what?"), std::string::npos);
    EXPECT_TRUE(inn.rows().revisions.empty());
    EXPECT_FALSE(inn.rows().messages.contains(said.id));
    EXPECT_EQ(inn.send(ann, room, "next").seq, other.seq + 1) << "its number is not given again";
    EXPECT_EQ(code_of(remove(mia, said.id, deletion::hard)), "not_found");
}

TEST_F(deleting, for_good_takes_the_permission_also_for_own_messages) {
    const auto said = inn.send(ann, room, "one");
    EXPECT_EQ(fault_of(remove(ann, said.id, deletion::hard)), fault::forbidden);
    EXPECT_EQ(fault_of(remove(bob, said.id, deletion::hard)), fault::forbidden);
    EXPECT_TRUE(inn.rows().messages.contains(said.id));
    EXPECT_TRUE(remove(mia, said.id, deletion::hard));
}

TEST_F(deleting, others_messages_is_for_admins_and_moderators) {
    const auto said = inn.send(ann, room, "one");
    EXPECT_EQ(fault_of(remove(bob, said.id, deletion::soft)), fault::forbidden);
    EXPECT_FALSE(inn.rows().messages.at(said.id).deleted_at);
    EXPECT_TRUE(remove(mia, said.id, deletion::soft));
    const auto own = inn.add_channel(bob, {ann});
    EXPECT_TRUE(remove(bob, inn.send(ann, own, "two").id, deletion::soft)) << "bob owns that channel";
}

TEST_F(deleting, in_a_group_only_admins_remove) {
    const auto group = inn.add_conversation(mia, "group", {ann, bob});
    const auto said = inn.send(ann, group, "one");
    EXPECT_EQ(fault_of(remove(ann, said.id, deletion::soft)), fault::forbidden);
    EXPECT_TRUE(remove(mia, said.id, deletion::soft));
    const auto held = inn.send(ann, group, "(hold)");
    EXPECT_TRUE(remove(ann, held.id, deletion::soft)) << "what nobody saw may be taken back";
    EXPECT_FALSE(inn.rows().messages.contains(held.id));
}

TEST_F(deleting, a_reply_changes_its_threads_summary) {
    const auto root = inn.send(ann, room, "root");
    const auto one = inn.reply(bob, root, "one");
    inn.time.advance(std::chrono::seconds{9});
    const auto two = inn.reply(mia, root, "two");
    ASSERT_TRUE(remove(mia, two.id, deletion::soft));
    EXPECT_EQ(inn.rows().messages.at(root.id).thread.replies, 1);
    EXPECT_EQ(inn.rows().messages.at(root.id).thread.last_reply_at, one.created_at);
    EXPECT_EQ(inn.log_after(inn.log_end() - 1).front().data.at("thread").at("replies"), 1);
    ASSERT_TRUE(remove(mia, one.id, deletion::hard));
    EXPECT_EQ(inn.rows().messages.at(root.id).thread, thread_summary{});
    ASSERT_TRUE(remove(mia, root.id, deletion::hard));
    EXPECT_TRUE(inn.rows().messages.contains(two.id));
    EXPECT_TRUE(remove(mia, two.id, deletion::hard)) << "although its root is gone";
}

TEST_F(deleting, a_removed_member_removes_nothing) {
    const auto said = inn.send(ann, room, "one");
    inn.write([&](writing& w) -> result<void> {
        w.erase(rows(), member{.conversation = room, .user = ann});
        return {};
    });
    EXPECT_EQ(code_of(remove(ann, said.id, deletion::soft)), "not_found");
}

}  // namespace
}  // namespace parley::kernel
