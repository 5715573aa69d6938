// Held and rejected messages: for their author and reviewers, on every path, and for nobody else on any.
#include "kernel/review_message.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "kernel/change_conversation.hpp"
#include "kernel/edit_message.hpp"
#include "kernel/follow_log.hpp"
#include "kernel/membership.hpp"
#include "kernel/read_messages.hpp"
#include "kernel/testing/house.hpp"

namespace parley::kernel {
namespace {

using testing::code_of;
using testing::fault_of;

class a_held_message : public ::testing::Test {
protected:
    testing::house inn;
    user_id mia = inn.add_user("mia", "manager");
    user_id max = inn.add_user("max", "manager");
    user_id ann = inn.add_user("ann");
    user_id bob = inn.add_user("bob");
    conversation_id room = inn.add_channel(mia, {max, ann, bob});
    message first = inn.send(ann, room, "first");
    position before = inn.log_end();
    message held = [this] {
        send_message_command command;
        command.conversation = room;
        command.text = "(hold) Xyzzy @bob";
        command.reply_to = first.id;
        command.thread_root = first.id;
        return *inn.try_send(ann, command)->view.body;
    }();

    /// Everything this user can be shown, as text.
    std::string all_that_reaches(user_id who) {
        std::string out;
        const auto by = inn.as(who);
        inn.read([&](reading& from) {
            const auto add = [&](const result<message_page>& page) {
                ASSERT_TRUE(page);
                for (const auto& one : page->messages) out += to_text(present(one, page->reader)) + "\n";
            };
            add(read_history(inn.env, from, by, room, {}));
            add(read_around(inn.env, from, by, room, 1, 10));
            add(read_thread(inn.env, from, by, first.id, 0, 10));
            add(read_withheld(inn.env, from, by, room, {}, 10));
            if (const auto one = read_message(inn.env, from, by, held.id))
                out += to_text(present(one->view, one->reader)) + "\n";
            if (const auto all = message_revisions(inn.env, from, by, held.id)) out += "revisions\n";
            const auto log = read_log(inn.env, from, by, before, 100);
            for (const auto& one : log->events) out += to_text(present(one, log->reader_of(one))) + "\n";
            const auto taken = take_snapshot(inn.env, from, by);
            for (const auto& one : taken->conversations)
                out += to_text(present(one.row, one.kind)) + to_text(present(one.as->as, one.as->counts)) + "\n";
            return 0;
        });
        return out;
    }
    result<message_view> release(user_id by) {
        return inn.write([&](writing& w) { return release_message(inn.env, w, inn.as(by), held.id); });
    }
    result<message_view> reject(user_id by, std::string reason) {
        return inn.write([&](writing& w) { return reject_message(inn.env, w, inn.as(by), held.id, reason); });
    }
};

TEST_F(a_held_message, is_seen_by_its_author_and_by_reviewers_only) {
    EXPECT_EQ(held.seq, 0);
    EXPECT_EQ(held.state, message_state::held);
    for (const auto who : {ann, mia, max}) EXPECT_NE(all_that_reaches(who).find("Xyzzy"), std::string::npos);
    const auto others = all_that_reaches(bob);
    EXPECT_EQ(others.find("Xyzzy"), std::string::npos);
    EXPECT_EQ(others.find(held.id.text()), std::string::npos);
    EXPECT_EQ(inn.unread(bob, room), (unread_counts{1, 0}));
    EXPECT_EQ(inn.rows().conversations.at(room).last_sequence, 1);
    EXPECT_EQ(inn.rows().messages.at(first.id).thread.replies, 0);
}

TEST_F(a_held_message, is_not_to_be_told_from_none_by_others) {
    const auto by = inn.as(bob);
    EXPECT_EQ(release(bob).error().message,
              inn.write([&](writing& w) { return release_message(inn.env, w, by, message_id{4711}); }).error().message);
    send_message_command answer;
    answer.conversation = room;
    answer.text = "hm";
    answer.reply_to = held.id;
    EXPECT_EQ(code_of(inn.try_send(bob, answer)), "message_unknown");
}

TEST_F(a_held_message, is_published_with_the_next_sequence_when_it_is_released) {
    inn.time.advance(std::chrono::minutes{3});
    inn.send(bob, room, "second");
    const auto done = release(mia);
    ASSERT_TRUE(done);
    EXPECT_EQ(done->body->seq, 3);
    EXPECT_EQ(done->body->created_at, inn.time.now());
    EXPECT_TRUE(done->body->state_reason.empty());
    EXPECT_NE(all_that_reaches(bob).find("Xyzzy"), std::string::npos);
    EXPECT_EQ(inn.unread(bob, room), (unread_counts{2, 1}));
    EXPECT_EQ(inn.rows().messages.at(first.id).thread.replies, 1);
    EXPECT_EQ(inn.log_after(inn.log_end() - 1).front().type, "message.created");
}

TEST_F(a_held_message, that_is_rejected_tells_its_author_why_and_others_nothing) {
    EXPECT_EQ(code_of(reject(mia, "  ")), "reason_empty");
    EXPECT_EQ(code_of(reject(mia, std::string(501, 'x'))), "text_too_long");
    ASSERT_TRUE(reject(mia, "Advertising."));
    EXPECT_NE(all_that_reaches(ann).find("Advertising."), std::string::npos);
    const auto others = all_that_reaches(bob);
    EXPECT_EQ(others.find("Xyzzy"), std::string::npos);
    EXPECT_EQ(others.find("Advertising"), std::string::npos);
    EXPECT_EQ(others.find(held.id.text()), std::string::npos);
}

TEST_F(a_held_message, is_decided_once) {
    ASSERT_TRUE(release(mia));
    const auto end = inn.log_end();
    EXPECT_EQ(code_of(reject(max, "No.")), "message_decided");
    EXPECT_EQ(code_of(release(max)), "message_decided");
    EXPECT_EQ(inn.log_end(), end);
    EXPECT_EQ(inn.rows().messages.at(held.id).state, message_state::published);
}

TEST_F(a_held_message, is_not_decided_by_its_author) {
    EXPECT_EQ(fault_of(release(ann)), fault::forbidden);
    EXPECT_EQ(fault_of(reject(ann, "No.")), fault::forbidden);
    EXPECT_EQ(inn.rows().messages.at(held.id).state, message_state::held);
}

TEST_F(a_held_message, waits_while_the_conversation_is_archived) {
    const auto turn = [&](archival how) {
        return inn.write([&](writing& w) { return archive_conversation(inn.env, w, inn.as(mia), room, how); });
    };
    ASSERT_TRUE(turn(archival::archive));
    EXPECT_EQ(code_of(release(mia)), "conversation_archived");
    ASSERT_TRUE(turn(archival::restore));
    EXPECT_TRUE(release(mia));
}

TEST_F(a_held_message, tells_its_author_nothing_more_once_the_author_was_removed) {
    ASSERT_TRUE(inn.write([&](writing& w) { return remove_member(inn.env, w, inn.as(mia), room, ann); }));
    const auto end = inn.log_end();
    ASSERT_TRUE(reject(mia, "Advertising."));
    const auto log = inn.read([&](reading& from) { return read_log(inn.env, from, inn.as(ann), end, 100); });
    ASSERT_TRUE(log);
    EXPECT_TRUE(log->events.empty());
    const auto seen = inn.read([&](reading& from) { return read_message(inn.env, from, inn.as(ann), held.id); });
    EXPECT_EQ(code_of(seen), "not_found");
}

/// Held by a scanner, which alone can let it through, and by a list of words, which reviewers overrule.
class a_message_held_twice : public ::testing::Test {
protected:
    testing::house inn;
    user_id mia = inn.add_user("mia", "manager");
    user_id ann = inn.add_user("ann");
    user_id bob = inn.add_user("bob");
    conversation_id room = inn.add_channel(mia, {ann, bob});
    message_id held = [this] {
        inn.judges.on_message = [](message_case of, testing::scripted_judges::message_answer answer) {
            auto said = testing::scripted_judges::pass(of.draft);
            said.holds = {{.holder = "scanner", .reason = "It is scanned.", .lifted_by = hold::until::holder},
                          {.holder = "words", .reason = "A word.", .lifted_by = hold::until::review}};
            answer(std::move(said));
        };
        return inn.send(ann, room, "hello").id;
    }();

    const message& row() { return inn.rows().messages.at(held); }
    result<message_view> release() {
        return inn.write([&](writing& w) { return release_message(inn.env, w, inn.as(mia), held); });
    }
    result<message_view> decide(std::string_view holder, hold_decision said) {
        return inn.write([&](writing& w) { return decide_held(inn.env, w, holder, held, said); });
    }
    result<message_view> pass(std::string_view holder) { return decide(holder, {}); }
    result<message_view> reject(std::string_view holder) {
        return decide(holder, {.says = hold_decision::verdict::reject, .reason = "A virus."});
    }
    std::size_t held_for(std::string_view holder) {
        return inn.read([&](reading& from) { return held_by(from, holder, {}, 10); }).size();
    }
};

TEST_F(a_message_held_twice, tells_who_holds_it_to_those_who_may_see_it) {
    EXPECT_EQ(row().state_reason, "It is scanned.");
    const auto seen = inn.read([&](reading& from) { return read_message(inn.env, from, inn.as(ann), held); });
    ASSERT_TRUE(seen);
    EXPECT_EQ(to_text(present(seen->view, seen->reader).at("held_by")),
              R"([{"holder":"scanner","reason":"It is scanned."},{"holder":"words","reason":"A word."}])");
    EXPECT_EQ(code_of(inn.read([&](reading& from) { return read_message(inn.env, from, inn.as(bob), held); })),
              "not_found");
}

TEST_F(a_message_held_twice, stays_held_by_what_reviewers_cannot_lift) {
    const auto done = release();
    ASSERT_TRUE(done);
    EXPECT_EQ(done->body->state, message_state::held);
    ASSERT_EQ(done->body->holds.size(), 1U);
    EXPECT_EQ(done->body->holds[0].holder, "scanner");
    EXPECT_EQ(inn.log_after(inn.log_end() - 1).front().type, "message.held");
    const auto again = release();
    EXPECT_EQ(code_of(again), "held_by_plugin");
    EXPECT_NE(again.error().message.find("scanner"), std::string::npos);
    ASSERT_TRUE(pass("scanner"));
    EXPECT_EQ(row().state, message_state::published);
    EXPECT_EQ(row().seq, 1);
    EXPECT_TRUE(row().holds.empty());
}

TEST_F(a_message_held_twice, is_published_once_its_last_holder_lets_go) {
    EXPECT_EQ(held_for("scanner"), 1U);
    EXPECT_EQ(held_for("nobody"), 0U);
    ASSERT_TRUE(pass("scanner"));
    EXPECT_EQ(row().state, message_state::held);
    EXPECT_EQ(row().state_reason, "A word.") << "what is left to wait for";
    EXPECT_EQ(held_for("scanner"), 0U);
    EXPECT_EQ(held_for("words"), 1U);
    EXPECT_EQ(code_of(pass("scanner")), "message_decided");
    ASSERT_TRUE(release());
    EXPECT_EQ(row().state, message_state::published);
    EXPECT_EQ(inn.log_after(inn.log_end() - 1).front().type, "message.created");
}

TEST_F(a_message_held_twice, is_rejected_by_whoever_holds_it_and_then_decided) {
    EXPECT_EQ(code_of(decide("scanner", {.says = hold_decision::verdict::reject, .reason = " "})), "reason_empty");
    ASSERT_TRUE(reject("scanner"));
    EXPECT_EQ(row().state, message_state::rejected);
    EXPECT_EQ(row().state_reason, "A virus.");
    const auto end = inn.log_end();
    EXPECT_EQ(code_of(pass("words")), "message_decided");
    EXPECT_EQ(code_of(release()), "message_decided");
    EXPECT_EQ(code_of(reject("scanner")), "message_decided");
    EXPECT_EQ(inn.log_end(), end) << "one final state, told once";
}

TEST_F(a_message_held_twice, is_nobody_elses_to_decide) {
    EXPECT_EQ(code_of(pass("reactions")), "message_decided");
    EXPECT_EQ(code_of(reject("reactions")), "message_decided");
    EXPECT_EQ(row().holds.size(), 2U);
}

}  // namespace
}  // namespace parley::kernel
