// Editing: the right, the window, the revisions.
#include "kernel/edit_message.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "kernel/change_conversation.hpp"
#include "kernel/delete_message.hpp"
#include "kernel/testing/house.hpp"

namespace parley::kernel {
namespace {

using testing::code_of;
using testing::fault_of;

class editing : public ::testing::Test {
protected:
    testing::house inn;
    user_id mia = inn.add_user("mia", "manager");
    user_id ann = inn.add_user("ann");
    user_id bob = inn.add_user("bob");
    conversation_id room = inn.add_channel(mia, {ann, bob});

    result<message_view> edit(user_id by, message_id which, std::string text) {
        const edit_message_command command{.message = which, .text = std::move(text), .data = {}};
        return inn.try_edit(by, command);
    }
    result<std::vector<revision>> revisions(user_id by, message_id which) {
        return inn.read([&](reading& from) { return message_revisions(inn.env, from, inn.as(by), which); });
    }
};

TEST_F(editing, keeps_every_revision_and_marks_the_message) {
    const auto said = inn.send(ann, room, "one");
    inn.time.advance(std::chrono::minutes{1});
    ASSERT_TRUE(edit(ann, said.id, "two"));
    const auto last = edit(ann, said.id, "three");
    ASSERT_TRUE(last);
    EXPECT_EQ(last->body->text, "three");
    EXPECT_EQ(last->body->edited_at, inn.time.now());
    EXPECT_EQ(last->body->seq, said.seq);
    const auto before = revisions(bob, said.id);
    ASSERT_TRUE(before);
    ASSERT_EQ(before->size(), 2U);
    EXPECT_EQ(before->at(0).text, "one");
    EXPECT_EQ(before->at(0).number, 1);
    EXPECT_EQ(before->at(1).text, "two");
}

TEST_F(editing, what_changes_nothing_writes_nothing) {
    const auto said = inn.send(ann, room, "one");
    const auto end = inn.log_end();
    const auto same = edit(ann, said.id, "one");
    ASSERT_TRUE(same);
    EXPECT_FALSE(same->body->edited_at);
    EXPECT_EQ(inn.log_end(), end);
    EXPECT_TRUE(inn.rows().revisions.empty());
}

TEST_F(editing, ends_with_the_tenants_window_and_with_the_models) {
    inn.settings.now.messages.edit_window_seconds = 60;
    const auto said = inn.send(ann, room, "one");
    inn.time.advance(std::chrono::seconds{59});
    EXPECT_TRUE(edit(ann, said.id, "two"));
    inn.time.advance(std::chrono::seconds{1});
    EXPECT_EQ(code_of(edit(ann, said.id, "three")), "edit_window_over");
    EXPECT_TRUE(edit(mia, said.id, "three")) << "the window is not for those who edit others' messages";
    inn.settings.now.messages.edit_window_seconds = message_settings::no_edit_window;
    inn.time.advance(std::chrono::days{900});
    EXPECT_TRUE(edit(ann, said.id, "four"));
    inn.settings.now.messages.edit_window_seconds = 0;
    EXPECT_EQ(code_of(edit(ann, inn.send(ann, room, "new").id, "newer")), "edit_window_over");
}

TEST_F(editing, of_others_takes_the_permission) {
    const auto said = inn.send(ann, room, "one");
    const auto refused = edit(bob, said.id, "two");
    EXPECT_EQ(fault_of(refused), fault::forbidden);
    EXPECT_EQ(inn.rows().messages.at(said.id).text, "one");
    const auto done = edit(mia, said.id, "two");
    ASSERT_TRUE(done);
    EXPECT_EQ(done->body->author, ann) << "the author never changes";
}

TEST_F(editing, a_deleted_held_or_archived_message_stays_as_it_is) {
    const auto said = inn.send(ann, room, "one");
    const auto held = inn.send(ann, room, "(hold)");
    EXPECT_EQ(code_of(edit(ann, held.id, "two")), "message_not_published");
    EXPECT_EQ(code_of(edit(bob, held.id, "two")), "not_found");
    ASSERT_TRUE(
        inn.write([&](writing& w) { return delete_message(inn.env, w, inn.as(ann), said.id, deletion::soft); }));
    EXPECT_EQ(code_of(edit(ann, said.id, "two")), "message_deleted");
    EXPECT_EQ(code_of(edit(mia, said.id, "two")), "message_deleted");
    const auto other = inn.send(ann, room, "other");
    ASSERT_TRUE(
        inn.write([&](writing& w) { return archive_conversation(inn.env, w, inn.as(mia), room, archival::archive); }));
    EXPECT_EQ(code_of(edit(ann, other.id, "two")), "conversation_archived");
}

TEST_F(editing, a_text_that_would_be_refused_or_held_is_refused) {
    const auto said = inn.send(ann, room, "one");
    for (const auto* text : {"(refuse)", "(hold)"}) EXPECT_EQ(code_of(edit(ann, said.id, text)), "message_refused");
    EXPECT_EQ(code_of(edit(ann, said.id, "")), "text_empty");
    EXPECT_EQ(inn.rows().messages.at(said.id).text, "one");
    EXPECT_TRUE(inn.rows().revisions.empty());
}

TEST_F(editing, says_whom_it_mentions_now_and_whom_no_more) {
    const auto said = inn.send(ann, room, "@bob");
    ASSERT_TRUE(edit(ann, said.id, "@mia"));
    const auto event = inn.log_after(inn.log_end() - 1).front();
    EXPECT_EQ(event.type, "message.edited");
    EXPECT_EQ(to_text(event.data.at("mentions_added")), "[\"" + mia.text() + "\"]");
    EXPECT_EQ(to_text(event.data.at("mentions_removed")), "[\"" + bob.text() + "\"]");
    EXPECT_EQ(inn.unread(bob, room), (unread_counts{1, 0}));
    EXPECT_EQ(inn.unread(mia, room), (unread_counts{1, 1}));
}

TEST_F(editing, is_not_for_who_left) {
    const auto open = inn.add_channel(mia, {}, visibility::open);
    inn.write([&](writing& w) -> result<void> {
        w.insert(rows(), member{.conversation = open, .user = ann});
        return {};
    });
    const auto said = inn.send(ann, open, "one");
    inn.write([&](writing& w) -> result<void> {
        w.erase(rows(), member{.conversation = open, .user = ann});
        return {};
    });
    EXPECT_EQ(fault_of(edit(ann, said.id, "two")), fault::forbidden);
}

}  // namespace
}  // namespace parley::kernel
