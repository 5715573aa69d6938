// The real author behind a persona: in nothing that a reader without authors.see is given.
#include "kernel/present_text.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "base/json.hpp"
#include "kernel/accounts.hpp"
#include "kernel/delete_message.hpp"
#include "kernel/edit_message.hpp"
#include "kernel/follow_log.hpp"
#include "kernel/read_messages.hpp"
#include "kernel/review_message.hpp"
#include "kernel/testing/house.hpp"

namespace parley::kernel {
namespace {

using testing::code_of;
using testing::persona;

/// Keeps what is committed, as it would be handed to those who listen.
class listening final : public event_sink {
public:
    void committed(tenant_id, std::span<const std::shared_ptr<const event>> said) override {
        heard.insert(heard.end(), said.begin(), said.end());
    }
    std::vector<std::shared_ptr<const event>> heard;
};

class a_persona : public ::testing::Test {
protected:
    testing::house inn;
    user_id mia = inn.add_user("mia", "manager");
    user_id writer = inn.add_user("xaver", "staff");
    user_id ann = inn.add_user("ann");
    conversation_id room = inn.add_channel(mia, {writer, ann});
    position before = inn.log_end();
    listening live;
    shown_identity desk = persona(70'007, "Front desk");
    message question = inn.send(ann, room, "Is anybody there?");

    /// Speaks as the persona on every path there is: published, held, edited, deleted, purged, in threads and replies.
    void SetUp() override {
        inn.store.set_sink(&live);
        message said = inn.send_as(writer, room, "Good morning @ann", desk);
        spoken.push_back(said.id);
        inn.reply(ann, said, "Hello!");
        send_message_command reply;
        reply.conversation = room;
        reply.text = "How can we help?";
        reply.client_key = "key-of-xaver";
        reply.reply_to = question.id;
        reply.thread_root = question.id;
        reply.shown = desk;
        spoken.push_back(inn.try_send(writer, reply)->view.body->id);
        const edit_message_command edit{.message = said.id, .text = "Good evening @ann", .data = {}};
        EXPECT_TRUE(inn.write([&](writing& w) { return edit_message(inn.env, w, inn.as(writer), edit); }));
        for (const auto how : {deletion::soft, deletion::hard}) {
            const auto gone = inn.send_as(writer, room, "Never mind", desk);
            spoken.push_back(gone.id);
            EXPECT_TRUE(inn.write([&](writing& w) { return delete_message(inn.env, w, inn.as(mia), gone.id, how); }));
        }
        const auto held = inn.send_as(writer, room, "(hold) a moment", desk);
        spoken.push_back(held.id);
        EXPECT_TRUE(inn.write([&](writing& w) { return release_message(inn.env, w, inn.as(mia), held.id); }));
        inn.send_as(writer, room, "(hold) another", desk);
    }
    void TearDown() override { inn.store.set_sink(nullptr); }

    /// Every message output and every event that reaches this reader, live ones and replayed ones.
    std::string all_that_reaches(user_id who) {
        std::string out;
        const auto by = inn.as(who);
        inn.read([&](reading& from) {
            const auto add = [&](const result<message_page>& page) {
                ASSERT_TRUE(page);
                for (const auto& one : page->messages) out += to_text(present(one, page->reader)) + "\n";
            };
            add(read_history(inn.env, from, by, room, {}));
            add(read_around(inn.env, from, by, room, 2, 10));
            add(read_withheld(inn.env, from, by, room, {}, 10));
            add(read_thread(inn.env, from, by, question.id, 0, 10));
            for (const auto id : spoken) {
                if (const auto one = read_message(inn.env, from, by, id))
                    out += to_text(present(one->view, one->reader)) + "\n";
                if (const auto all = message_revisions(inn.env, from, by, id))
                    for (const auto& one : *all) out += to_text(present(one)) + "\n";
            }
            const auto log = read_log(inn.env, from, by, before, 100);
            for (const auto& one : log->events) out += to_text(present(one, log->reader_of(one))) + "\n";
            const auto taken = take_snapshot(inn.env, from, by);
            for (const auto& one : taken->conversations) out += to_text(present(one.row, one.kind)) + "\n";
            const auto ears = open_ear(inn.env, from, by)->hears;
            for (const auto& one : live.heard)
                if (ears.hears(*one, [](user_id) { return true; })) {
                    const auto reader = ears.reader_in(one->conversation);
                    out += to_text(present(*one, reader)) + "\n" + present_text(*one, reader) + "\n";
                    if (one->view.body != nullptr) out += present_text(one->view, reader) + "\n";
                }
            return 0;
        });
        return out;
    }

    std::vector<message_id> spoken;
};

TEST_F(a_persona, hides_its_author_from_those_who_may_not_know) {
    const auto all = all_that_reaches(ann);
    EXPECT_NE(all.find("Front desk"), std::string::npos);
    EXPECT_NE(all.find("message.purged"), std::string::npos);
    EXPECT_NE(all.find("Good morning"), std::string::npos) << "the revision";
    EXPECT_EQ(all.find(writer.text()), std::string::npos);
    EXPECT_EQ(all.find("xaver"), std::string::npos);
}

TEST_F(a_persona, is_known_to_its_author_and_to_those_with_authors_see) {
    for (const auto who : {writer, mia}) {
        const auto all = all_that_reaches(who);
        EXPECT_NE(all.find("\"author\":\"" + writer.text() + "\""), std::string::npos);
        EXPECT_NE(all.find("key-of-xaver"), std::string::npos);
    }
}

TEST_F(a_persona, stays_itself_towards_its_author_when_the_message_is_gone_for_good) {
    // Without it the author's client would count its own purged message as read by somebody else.
    int purged = 0;
    for (const auto& one : live.heard) {
        if (one->type != "message.purged") continue;
        ++purged;
        EXPECT_TRUE(hides_author(*one));
        EXPECT_EQ(present(*one, {.id = writer}).at("data").at("message").at("author").as_string(), writer.text());
        EXPECT_TRUE(
            present(*one, {.id = mia, .sees_authors = true}).at("data").at("message").as_object().contains("author"));
        EXPECT_FALSE(present(*one, {.id = ann}).at("data").at("message").as_object().contains("author"));
    }
    EXPECT_EQ(purged, 1);
}

TEST_F(a_persona, makes_two_texts_of_an_event_and_an_account_one) {
    for (const auto& one : live.heard) {
        if (one->type.starts_with("message.") && one->data.at("facts").at("from").at("source") == "persona") {
            EXPECT_TRUE(hides_author(*one)) << one->type;
            EXPECT_TRUE(knows_author(*one, {.id = writer}));
            EXPECT_FALSE(knows_author(*one, {.id = ann}));
        } else {
            EXPECT_FALSE(hides_author(*one)) << one->type;
            EXPECT_EQ(present(*one, {}), present(*one, {.id = mia, .sees_authors = true})) << one->type;
        }
    }
}

TEST_F(a_persona, gives_others_unread_messages_and_its_author_none) {
    const auto own = inn.unread(writer, room);
    EXPECT_EQ(own.messages, 2) << "ann's two, and none of those the persona spoke";
    EXPECT_EQ(inn.unread(ann, room), (unread_counts{3, 1}));
}

TEST(a_presented_message, shows_the_start_of_a_long_original_cut_between_characters) {
    message original;
    original.id = message_id{1};
    original.text = std::string(199, 'a') + "é and more";
    message answer;
    answer.id = message_id{2};
    answer.reply_to = original.id;
    const message_view view{std::make_shared<const message>(answer), std::make_shared<const message>(original)};
    EXPECT_EQ(present(view, {}).at("reply_to").at("text").as_string(), std::string(199, 'a') + "…");
    original.text = std::string(200, 'a');
    const message_view whole{std::make_shared<const message>(answer), std::make_shared<const message>(original)};
    EXPECT_EQ(present(whole, {}).at("reply_to").at("text").as_string(), original.text);
}

TEST(a_presented_message, is_the_same_as_text) {
    message original;
    original.id = message_id{1};
    original.text = "*Who* is there?";
    for (const auto* text : {"", "plain", "two\nlines", "a \"quote\" and \\", "*bold*", "2 * 2 > 3: yes_no", "é漢🙂"}) {
        message said;
        said.id = message_id{2};
        said.conversation = conversation_id{3};
        said.author = user_id{4};
        said.shown = testing::persona(70'007, "Front \"desk\"");
        said.text = text;
        message_view view{std::make_shared<const message>(said), nullptr};
        EXPECT_EQ(boost::json::parse(present_text(view, {.id = said.author})), present(view, {.id = said.author}));
        said.seq = 7;
        said.data = {{"rows", {1, 2}}};
        said.reply_to = original.id;
        said.thread_root = original.id;
        said.thread = {.replies = 1, .last_reply_at = said.created_at, .participants = {said.shown}};
        said.state = message_state::held;
        said.state_reason = "It waits.";
        said.holds = {{.holder = "word_watch", .reason = "a word"}};
        said.client_key = "key";
        said.mentions = {user_id{5}, user_id{6}};
        said.edited_at = said.deleted_at = said.created_at;
        view = {std::make_shared<const message>(said), std::make_shared<const message>(original)};
        for (const viewer reader : {viewer{.id = said.author}, viewer{.id = {}, .sees_authors = true}, viewer{}})
            EXPECT_EQ(boost::json::parse(present_text(view, reader)), present(view, reader)) << text;
    }
}

TEST(a_presented_user, shows_neither_password_nor_role) {
    user who;
    who.id = user_id{1};
    who.username = "ann";
    who.role = "admin";
    who.password_hash = "$argon2id$secret";
    const auto text = to_text(present(who));
    EXPECT_EQ(text.find("argon2"), std::string::npos);
    EXPECT_EQ(text.find("admin"), std::string::npos);
}

}  // namespace
}  // namespace parley::kernel
