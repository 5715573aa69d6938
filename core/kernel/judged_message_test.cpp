// Drafts on their way past those who judge: order, lanes, and judges who do not keep to the rules.
#include "kernel/judged_message.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "kernel/membership.hpp"
#include "kernel/testing/house.hpp"

namespace parley::kernel {
namespace {

using testing::code_of;
using testing::scripted_judges;

class judged : public ::testing::Test {
protected:
    testing::house inn;
    user_id mia = inn.add_user("mia", "manager");
    user_id ann = inn.add_user("ann");
    user_id bob = inn.add_user("bob");
    conversation_id room = inn.add_channel(mia, {ann, bob});

    struct pending {
        message_case of;
        scripted_judges::message_answer answer;
    };
    std::vector<pending> waiting;
    std::vector<std::string> ended;  ///< how each send ended: its text, or the code of why not

    void wait_with_answers() {
        inn.judges.on_message = [this](message_case of, scripted_judges::message_answer answer) {
            waiting.push_back({std::move(of), std::move(answer)});
        };
    }
    void send(user_id by, std::string text, std::string key = {}) {
        send_message_command command;
        command.conversation = room;
        command.text = std::move(text);
        command.client_key = std::move(key);
        inn.messages.send(inn.as(by), std::move(command), [this](result<sent_message> sent) {
            ended.push_back(sent ? sent->view.body->text : sent.error().code);
        });
    }
    void pass(std::size_t which) {
        const auto said = scripted_judges::pass(waiting.at(which).of.draft);
        waiting.at(which).answer(said);
    }
    std::vector<std::string> texts() {
        std::vector<std::string> all;
        for (const auto& [id, one] : inn.rows().messages)
            if (one.state == message_state::published) all.push_back(one.text);
        return all;
    }
    using strings = std::vector<std::string>;
};

TEST_F(judged, what_is_stored_is_exactly_what_was_judged) {
    inn.judges.on_message = [](message_case of, scripted_judges::message_answer answer) {
        EXPECT_EQ(of.what, message_case::act::send);
        EXPECT_EQ(of.tenant_name, "inn");
        EXPECT_EQ(of.in.kind, "channel");
        EXPECT_EQ(of.author.username, "ann");
        EXPECT_FALSE(of.draft.id);
        answer(judgement{"poll", "hello @bob", {{"votes", 0}}, {}});
    };
    send(ann, "hello @mia");
    ASSERT_EQ(ended, strings{"hello @bob"});
    const auto& stored = inn.rows().messages.begin()->second;
    EXPECT_EQ(stored.type, "poll");
    EXPECT_EQ(stored.data.at("votes"), 0);
    EXPECT_EQ(stored.mentions, std::vector{bob}) << "of the final text";
}

TEST_F(judged, where_nobody_judges_nobody_is_asked) {
    inn.judges.unjudged = {"message.send"};
    send(ann, "(refuse) this");
    EXPECT_EQ(ended, strings{"(refuse) this"});
    EXPECT_TRUE(inn.judges.asked.empty());
}

TEST_F(judged, who_may_not_send_is_refused_before_anybody_is_asked) {
    const auto eve = inn.add_user("eve");
    send(eve, "hello");
    send(ann, "  ");
    EXPECT_EQ(ended, (strings{"not_found", "text_empty"}));
    EXPECT_TRUE(inn.judges.asked.empty());
    EXPECT_EQ(inn.messages.lanes(), 0U);
}

TEST_F(judged, a_resend_gives_the_first_one_without_asking_again) {
    send(ann, "one", "k");
    send(ann, "one", "k");
    EXPECT_EQ(ended, (strings{"one", "one"}));
    EXPECT_EQ(inn.judges.asked.size(), 1U);
    EXPECT_EQ(inn.rows().messages.size(), 1U);
}

TEST_F(judged, an_amended_draft_is_checked_like_what_a_client_sends) {
    for (const auto& [type, text] : {std::pair{"text", " "}, {"system", "x"}, {"text", "\xff"}, {"Bad Type", "x"}}) {
        inn.judges.on_message = [type, text](message_case, scripted_judges::message_answer answer) {
            answer(judgement{type, text, {}, {}});
        };
        send(ann, "fine");
    }
    EXPECT_EQ(ended, (strings{"text_empty", "type_reserved", "text_not_utf8", "type_invalid"}));
    EXPECT_TRUE(inn.rows().messages.empty());
}

TEST_F(judged, rights_are_asked_again_when_it_is_written) {
    wait_with_answers();
    send(ann, "late");
    ASSERT_TRUE(inn.write([&](writing& w) { return remove_member(inn.env, w, inn.as(mia), room, ann); }));
    pass(0);
    EXPECT_EQ(ended, strings{"not_found"});
    EXPECT_TRUE(inn.rows().messages.empty());
}

TEST_F(judged, drafts_of_one_author_keep_their_order_and_do_not_hold_up_others) {
    wait_with_answers();
    send(ann, "one");
    send(ann, "two");
    send(bob, "meanwhile");
    ASSERT_EQ(waiting.size(), 2U) << "the second of ann waits for the first";
    EXPECT_EQ(inn.messages.lanes(), 2U);
    pass(1);
    EXPECT_EQ(ended, strings{"meanwhile"});
    pass(0);
    ASSERT_EQ(waiting.size(), 3U);
    pass(2);
    EXPECT_EQ(ended, (strings{"meanwhile", "one", "two"}));
    EXPECT_EQ(texts(), (strings{"meanwhile", "one", "two"}));
    EXPECT_EQ(inn.messages.lanes(), 0U) << "nothing is kept of who has nothing to say";
}

TEST_F(judged, edits_wait_in_the_same_lane) {
    const auto said = inn.send(ann, room, "one");
    wait_with_answers();
    send(ann, "two");
    inn.messages.edit(inn.as(ann), {.message = said.id, .text = "ONE", .data = {}},
                      [this](result<edited_message> edited) {
                          ended.push_back(edited ? edited->view.body->text : edited.error().code);
                      });
    ASSERT_EQ(waiting.size(), 1U);
    pass(0);
    ASSERT_EQ(waiting.size(), 2U);
    EXPECT_EQ(waiting[1].of.what, message_case::act::edit);
    EXPECT_EQ(waiting[1].of.draft.id, said.id);
    pass(1);
    EXPECT_EQ(ended, (strings{"two", "ONE"}));
}

TEST_F(judged, a_lane_has_an_end) {
    wait_with_answers();
    const auto most = static_cast<int>(judged_messages::most_waiting);
    for (int i = 0; i <= most; ++i) send(ann, std::to_string(i));
    EXPECT_TRUE(ended.empty());
    send(ann, "too many");
    EXPECT_EQ(ended, strings{"too_many_drafts"});
    for (int i = 0; i <= most; ++i) pass(static_cast<std::size_t>(i));
    EXPECT_EQ(texts().size(), judged_messages::most_waiting + 1);
    EXPECT_EQ(inn.messages.lanes(), 0U);
}

TEST_F(judged, a_second_answer_and_one_from_another_thread_do_no_harm) {
    wait_with_answers();
    send(ann, "one");
    std::thread([this] { pass(0); }).join();
    pass(0);
    waiting[0].answer(failure(fault::forbidden, "late", "Too late."));
    EXPECT_EQ(ended, strings{"one"});
    EXPECT_EQ(inn.rows().messages.size(), 1U);
}

TEST_F(judged, an_answer_that_never_comes_frees_the_lane) {
    wait_with_answers();
    send(ann, "one");
    send(ann, "two");
    waiting.erase(waiting.begin());
    ASSERT_EQ(waiting.size(), 1U);
    pass(0);
    EXPECT_EQ(ended, (strings{"not_judged", "two"}));
    EXPECT_EQ(inn.messages.lanes(), 0U);
}

TEST_F(judged, a_refusal_and_a_judge_who_is_away_tell_so_and_write_nothing) {
    send(ann, "(refuse)");
    inn.judges.on_message = [](message_case, scripted_judges::message_answer answer) {
        answer(failure(fault::unavailable, "scanner_away", "The scanner does not answer."));
    };
    send(ann, "hello");
    EXPECT_EQ(ended, (strings{"message_refused", "scanner_away"}));
    EXPECT_TRUE(inn.rows().messages.empty());
}

TEST_F(judged, an_edit_stores_what_was_judged_and_is_not_held) {
    const auto said = inn.send(ann, room, "one");
    EXPECT_EQ(code_of(inn.try_edit(ann, {.message = said.id, .text = "(hold)", .data = {}})), "message_refused");
    inn.judges.on_message = [](message_case of, scripted_judges::message_answer answer) {
        auto made = scripted_judges::pass(of.draft);
        made.text = "amended";
        answer(std::move(made));
    };
    ASSERT_TRUE(inn.try_edit(ann, {.message = said.id, .text = "two", .data = {}}));
    EXPECT_EQ(inn.rows().messages.at(said.id).text, "amended");
    const auto before = inn.judges.asked.size();
    ASSERT_TRUE(inn.try_edit(ann, {.message = said.id, .text = "amended", .data = {}}));
    EXPECT_EQ(inn.judges.asked.size(), before) << "nothing changes, nobody is asked";
}

TEST_F(judged, a_reason_that_cannot_be_shown_is_replaced) {
    inn.judges.on_message = [](message_case of, scripted_judges::message_answer answer) {
        auto made = scripted_judges::pass(of.draft);
        made.holds = {{.holder = "odd", .reason = "\xff\xfe", .lifted_by = hold::until::review}};
        answer(std::move(made));
    };
    send(ann, "x");
    const auto& held = inn.rows().messages.begin()->second;
    EXPECT_EQ(held.state, message_state::held);
    EXPECT_EQ(held.state_reason, "It waits for a verdict.");
}

}  // namespace
}  // namespace parley::kernel
