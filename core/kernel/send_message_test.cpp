// Sending: who, what, once.
#include "kernel/send_message.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "kernel/change_conversation.hpp"
#include "kernel/present.hpp"
#include "kernel/testing/house.hpp"

namespace parley::kernel {
namespace {

using testing::code_of;
using testing::fault_of;

class sending : public ::testing::Test {
protected:
    testing::house inn;
    user_id mia = inn.add_user("mia", "manager");
    user_id ann = inn.add_user("ann");
    user_id bob = inn.add_user("bob");
    user_id gus = inn.add_user("gus", "guest");
    conversation_id room = inn.add_channel(mia, {ann, gus}, visibility::open);

    send_message_command say(std::string text) const {
        send_message_command command;
        command.conversation = room;
        command.text = std::move(text);
        return command;
    }
    void archive() {
        ASSERT_TRUE(inn.write(
            [&](writing& w) { return archive_conversation(inn.env, w, inn.as(mia), room, archival::archive); }));
    }
};

TEST_F(sending, gives_the_next_sequence_and_one_event) {
    const auto before = inn.log_end();
    const auto first = inn.send(ann, room, "one");
    const auto second = inn.send(gus, room, "two");
    EXPECT_EQ(first.seq, 1);
    EXPECT_EQ(second.seq, 2);
    EXPECT_EQ(first.author, ann);
    EXPECT_EQ(first.shown.id, ann.value);
    const auto log = inn.log_after(before);
    ASSERT_EQ(log.size(), 2U);
    EXPECT_EQ(log[0].type, "message.created");
    EXPECT_EQ(log[0].about, first.id);
    EXPECT_EQ(inn.rows().conversations.at(room).last_sequence, 2);
    EXPECT_EQ(inn.rows().conversations.at(room).last_message_at, second.created_at);
}

TEST_F(sending, is_for_members_only_and_hides_what_a_stranger_cannot_see) {
    EXPECT_EQ(fault_of(inn.try_send(bob, say("hi"))), fault::forbidden);
    auto command = say("hi");
    command.conversation = inn.add_channel(mia, {});
    EXPECT_EQ(fault_of(inn.try_send(bob, command)), fault::not_found);
    EXPECT_TRUE(inn.rows().messages.empty());
}

TEST_F(sending, the_same_key_again_gives_the_first_message_and_writes_nothing) {
    auto command = say("once");
    command.client_key = "k1";
    const auto first = inn.try_send(ann, command);
    const auto end = inn.log_end();
    command.text = "something else";
    const auto again = inn.try_send(ann, command);
    ASSERT_TRUE(first && again);
    EXPECT_TRUE(again->repeated);
    EXPECT_EQ(again->view.body->id, first->view.body->id);
    EXPECT_EQ(again->view.body->text, "once");
    EXPECT_EQ(inn.log_end(), end);
    EXPECT_FALSE(inn.try_send(gus, command)->repeated) << "keys are each author's own";
}

TEST_F(sending, a_key_that_was_used_elsewhere_is_refused) {
    auto command = say("once");
    command.client_key = "k1";
    ASSERT_TRUE(inn.try_send(ann, command));
    command.conversation = inn.add_channel(mia, {ann});
    EXPECT_EQ(code_of(inn.try_send(ann, command)), "key_reused");
    command.client_key = std::string(65, 'k');
    EXPECT_EQ(code_of(inn.try_send(ann, command)), "key_too_long");
}

TEST_F(sending, a_resend_is_harmless_although_the_conversation_was_archived_between) {
    auto command = say("once");
    command.client_key = "k1";
    ASSERT_TRUE(inn.try_send(ann, command));
    archive();
    const auto again = inn.try_send(ann, command);
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->repeated);
    EXPECT_EQ(code_of(inn.try_send(ann, say("new"))), "conversation_archived");
}

TEST_F(sending, an_empty_too_long_or_reserved_message_is_refused_and_named) {
    inn.settings.now.messages.max_graphemes = 3;
    EXPECT_EQ(code_of(inn.try_send(ann, say(" \n "))), "text_empty");
    const auto too_long = inn.try_send(ann, say("four"));
    EXPECT_EQ(code_of(too_long), "text_too_long");
    EXPECT_EQ(too_long.error().field, "text");
    EXPECT_TRUE(inn.try_send(ann, say("👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦")))
        << "counted as people see it";
    for (const auto* type : {"system", "notice"}) {
        auto command = say("hi");
        command.type = type;
        EXPECT_EQ(code_of(inn.try_send(ann, command)), "type_reserved");
    }
    auto command = say("hi");
    command.type = "Not A Type";
    EXPECT_EQ(code_of(inn.try_send(ann, command)), "type_invalid");
    command.type = "image";
    command.text = "";
    command.data = {{"blob", std::string(17 * 1024, 'x')}};
    EXPECT_EQ(fault_of(inn.try_send(ann, command)), fault::too_large);
    command.data = {{"width", 3}};
    EXPECT_TRUE(inn.try_send(ann, command)) << "a picture needs no words";
}

TEST_F(sending, only_members_of_the_conversation_are_mentioned) {
    const auto said = inn.send(ann, room, "@gus @bob @nobody `@mia` @ann");
    EXPECT_EQ(said.mentions, (std::vector{ann, gus}));
    EXPECT_EQ(inn.unread(gus, room), (unread_counts{1, 1}));
    EXPECT_EQ(inn.unread(mia, room), (unread_counts{1, 0}));
    EXPECT_EQ(inn.unread(ann, room), (unread_counts{0, 0})) << "nobody calls himself";
}

TEST_F(sending, what_a_check_refuses_is_not_stored) {
    const auto end = inn.log_end();
    const auto refused = inn.try_send(ann, say("(refuse) this"));
    EXPECT_EQ(code_of(refused), "message_refused");
    EXPECT_EQ(refused.error().message, "Not here.");
    EXPECT_EQ(inn.log_end(), end);
    EXPECT_TRUE(inn.rows().messages.empty());
}

TEST_F(sending, a_reply_carries_a_summary_of_what_it_answers) {
    const auto first = inn.send(ann, room, "Is there tea?");
    const auto answer = inn.reply(gus, first, "Yes");
    const auto view = inn.read([&](reading& from) {
        auto original = from.find_message(rows(), first.id);
        return message_view{std::make_shared<const message>(answer), std::make_shared<const message>(*original)};
    });
    const auto shown = present(view, {.id = bob});
    EXPECT_EQ(shown.at("reply_to").at("id").as_string(), first.id.text());
    EXPECT_EQ(shown.at("reply_to").at("text"), "Is there tea?");
    EXPECT_EQ(shown.at("reply_to").at("from").at("id").as_string(), ann.text());
}

TEST_F(sending, a_thread_knows_its_replies_and_a_reply_to_a_reply_is_in_the_same_thread) {
    const auto root = inn.send(ann, room, "root");
    const auto reply = inn.reply(gus, root, "one");
    inn.time.advance(std::chrono::seconds{5});
    const auto nested = inn.reply(mia, reply, "two");
    EXPECT_EQ(nested.thread_root, root.id);
    EXPECT_EQ(nested.reply_to, reply.id);
    inn.reply(gus, root, "three");
    const auto& thread = inn.rows().messages.at(root.id).thread;
    EXPECT_EQ(thread.replies, 3);
    EXPECT_EQ(thread.last_reply_at, inn.time.now());
    ASSERT_EQ(thread.participants.size(), 2U);
    EXPECT_EQ(thread.participants[0].id, gus.value);
    const auto last = inn.log_after(inn.log_end() - 1).front();
    EXPECT_EQ(last.data.at("thread").at("root").as_string(), root.id.text());
    EXPECT_EQ(last.data.at("thread").at("replies"), 3);
}

TEST_F(sending, what_is_elsewhere_held_or_deleted_cannot_be_answered) {
    const auto elsewhere = inn.add_channel(mia, {ann});
    const auto held = inn.send(ann, room, "(hold)");
    for (const auto id : {inn.send(ann, elsewhere, "there").id, held.id, message_id{4711}}) {
        auto command = say("hm");
        command.reply_to = id;
        EXPECT_EQ(code_of(inn.try_send(ann, command)), "message_unknown");
        command.reply_to = {};
        command.thread_root = id;
        EXPECT_EQ(code_of(inn.try_send(ann, command)), "message_unknown");
    }
}

TEST_F(sending, nobody_may_write_in_a_conversation_of_an_unknown_kind) {
    conversation_kind kind{
        .name = "board", .sentence = "Only admins write.", .writes = party::admins, .view_hints = {}};
    ASSERT_TRUE(inn.kinds.add(kind));
    inn.write([&](writing& w) -> result<void> {
        auto row = *w.find_conversation(rows(), room);
        row.kind = "board";
        w.update(rows(), row);
        return {};
    });
    EXPECT_EQ(fault_of(inn.try_send(ann, say("hi"))), fault::forbidden);
    EXPECT_TRUE(inn.try_send(mia, say("hi")));
    inn.write([&](writing& w) -> result<void> {
        auto row = *w.find_conversation(rows(), room);
        row.kind = "gone";
        w.update(rows(), row);
        return {};
    });
    EXPECT_EQ(fault_of(inn.try_send(mia, say("hi"))), fault::forbidden);
}

}  // namespace
}  // namespace parley::kernel
