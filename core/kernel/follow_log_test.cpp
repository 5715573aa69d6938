// The snapshot, the log, and who hears what of it.
#include "kernel/follow_log.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "kernel/accounts.hpp"
#include "kernel/change_conversation.hpp"
#include "kernel/delete_message.hpp"
#include "kernel/membership.hpp"
#include "kernel/testing/house.hpp"

namespace parley::kernel {
namespace {

using testing::code_of;
using testing::fault_of;

class the_log : public ::testing::Test {
protected:
    testing::house inn;
    user_id mia = inn.add_user("mia", "manager");
    user_id ann = inn.add_user("ann");
    user_id bob = inn.add_user("bob");
    conversation_id room = inn.add_channel(mia, {ann}, visibility::open);

    result<event_page> log(user_id who, position since, int limit = 100) {
        return inn.read([&](reading& from) { return read_log(inn.env, from, inn.as(who), since, limit); });
    }
    static std::vector<std::string> types(const result<event_page>& page) {
        std::vector<std::string> out;
        for (const auto& one : page->events) out.push_back(one.type);
        return out;
    }
};

using list = std::vector<std::string>;

TEST_F(the_log, gives_what_was_missed_in_order_in_pages) {
    const auto since = inn.log_end();
    for (int i = 0; i < 5; ++i) inn.send(mia, room, "hello");
    const auto first = log(ann, since, 2);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->events.size(), 2U);
    EXPECT_EQ(first->upto, since + 2);
    EXPECT_EQ(first->log_end, since + 5);
    EXPECT_EQ(first->events[0].view.body->text, "hello");
    EXPECT_EQ(log(ann, since + 4, 2)->upto, since + 5);
    EXPECT_TRUE(log(ann, since + 5)->events.empty());
    EXPECT_EQ(log(ann, since + 5)->upto, since + 5);
}

TEST_F(the_log, may_give_an_empty_page_with_more_behind_it) {
    const auto since = inn.log_end();
    const auto other = inn.add_channel(mia, {});
    for (int i = 0; i < 3; ++i) inn.send(mia, other, "not for ann");
    inn.send(mia, room, "for ann");
    const auto page = log(ann, since, 3);
    ASSERT_TRUE(page);
    EXPECT_TRUE(page->events.empty());
    EXPECT_LT(page->upto, page->log_end);
    EXPECT_EQ(types(log(ann, page->upto)), (list{"message.created"}));
}

TEST_F(the_log, asks_for_a_snapshot_when_it_does_not_reach_there) {
    for (const position since : {position{-1}, inn.log_end() + 1, position{INT64_MAX}, position{INT64_MIN}})
        EXPECT_EQ(code_of(log(ann, since)), "snapshot_needed") << since;
    inn.write([&](writing& w) -> result<void> {
        w.trim_log(2);
        return {};
    });
    EXPECT_EQ(fault_of(log(ann, 1)), fault::gone);
    EXPECT_TRUE(log(ann, 2));
}

TEST_F(the_log, tells_a_removed_member_that_it_was_and_nothing_of_what_was_said_there) {
    const auto since = inn.log_end();
    inn.send(mia, room, "before");
    ASSERT_TRUE(inn.write([&](writing& w) { return remove_member(inn.env, w, inn.as(mia), room, ann); }));
    inn.send(mia, room, "after");
    EXPECT_EQ(types(log(ann, since)), (list{"conversation.left"}));
    ASSERT_TRUE(inn.write([&](writing& w) { return add_member(inn.env, w, inn.as(mia), room, ann); }));
    inn.send(mia, room, "again");
    EXPECT_EQ(types(log(ann, since)),
              (list{"conversation.left", "conversation.joined", "member.added", "message.created"}));
}

TEST_F(the_log, tells_of_a_conversations_end_those_who_were_in_it) {
    const auto since = inn.log_end();
    ASSERT_TRUE(inn.write([&](writing& w) { return delete_conversation(inn.env, w, inn.as(mia), room); }));
    EXPECT_EQ(types(log(ann, since)), (list{"conversation.deleted"}));
    EXPECT_TRUE(log(bob, since)->events.empty());
}

TEST_F(the_log, tells_of_people_those_who_share_a_conversation_with_them) {
    const auto since = inn.log_end();
    change_profile_command command;
    command.status_text = "away";
    ASSERT_TRUE(inn.write([&](writing& w) { return change_profile(inn.env, w, inn.as(mia), command); }));
    EXPECT_EQ(types(log(mia, since)), (list{"user.updated"}));
    EXPECT_EQ(types(log(ann, since)), (list{"user.updated"}));
    EXPECT_TRUE(log(bob, since)->events.empty());
}

TEST_F(the_log, tells_who_gets_another_role_to_start_afresh) {
    const auto since = inn.log_end();
    const change_account_command promote{.user = ann, .role = "staff", .password_hash = {}, .disabled = {}};
    const auto change = [&] {
        return inn.write([&](writing& w) { return change_account(inn.env, w, inn.system(), promote); });
    };
    ASSERT_TRUE(change());
    EXPECT_EQ(types(log(ann, since)), (list{"user.updated", "rights.updated"}));
    EXPECT_EQ(types(log(mia, since)), (list{"user.updated"})) << "others' roles are not told";
    EXPECT_EQ(to_text(present(log(mia, since)->events[0], {})).find("staff"), std::string::npos);
    const auto again = inn.log_end();
    ASSERT_TRUE(change());
    EXPECT_EQ(types(log(ann, again)), (list{"user.updated"})) << "the same role is no other one";
}

TEST_F(the_log, replays_a_purged_message_without_its_words) {
    const auto since = inn.log_end();
    const auto said = inn.send(ann, room, "Xyzzy @mia");
    ASSERT_TRUE(
        inn.write([&](writing& w) { return delete_message(inn.env, w, inn.as(mia), said.id, deletion::hard); }));
    const auto page = log(mia, since);
    ASSERT_EQ(types(page), (list{"message.created", "message.purged"}));
    for (const auto& one : page->events) {
        const auto shown = present(one, page->reader_of(one));
        EXPECT_EQ(to_text(shown).find("Xyzzy"), std::string::npos);
        EXPECT_EQ(shown.at("data").at("message").at("purged"), true);
        EXPECT_EQ(shown.at("data").at("message").at("seq"), said.seq);
        EXPECT_EQ(to_text(shown.at("data").at("message").at("mentions")), "[\"" + mia.text() + "\"]");
    }
}

TEST_F(the_log, comes_in_shorter_pages_when_the_messages_are_long) {
    const auto since = inn.log_end();
    constexpr std::size_t many = 200;
    for (std::size_t i = 0; i < many; ++i) inn.send(mia, room, std::string(8000, 'x'));
    std::size_t heard = 0;
    int pages = 0;
    for (auto at = since; at < inn.log_end(); ++pages) {
        const auto page = log(ann, at);
        ASSERT_TRUE(page);
        ASSERT_GT(page->upto, at);
        EXPECT_LE(page->events.size(), 80U);
        for (const auto& one : page->events) {
            EXPECT_EQ(one.at, since + static_cast<position>(++heard)) << "none twice, none left out";
            EXPECT_NE(one.view.body, nullptr);
        }
        at = page->upto;
    }
    EXPECT_EQ(heard, many);
    EXPECT_EQ(pages, 3);
}

TEST_F(the_log, begins_where_the_snapshot_ends) {
    inn.send(mia, room, "hello @ann");
    const auto talk = inn.add_conversation(ann, "direct", {bob});
    const auto taken = inn.read([&](reading& from) { return take_snapshot(inn.env, from, inn.as(ann)); });
    ASSERT_TRUE(taken);
    EXPECT_EQ(taken->at, inn.log_end());
    EXPECT_EQ(taken->self.id, ann);
    ASSERT_EQ(taken->conversations.size(), 3U);
    ASSERT_EQ(taken->people.size(), 1U);
    EXPECT_EQ(taken->people[0].id, bob);
    EXPECT_EQ(taken->contacts, (std::vector{mia, ann, bob}));
    for (const auto& one : taken->conversations)
        if (one.row.id == room) EXPECT_EQ(one.as->counts, (unread_counts{1, 1}));
    inn.send(bob, talk, "hi");
    EXPECT_EQ(types(log(ann, taken->at)), (list{"message.created"}));
}

TEST_F(the_log, is_for_nobody_without_an_account) {
    EXPECT_EQ(fault_of(log(user_id{4711}, 0)), fault::unauthenticated);
    EXPECT_EQ(fault_of(inn.read([&](reading& from) { return take_snapshot(inn.env, from, inn.as({})); })),
              fault::unauthenticated);
    EXPECT_EQ(fault_of(inn.read([&](reading& from) { return open_ear(inn.env, from, inn.as({})); })),
              fault::unauthenticated);
}

}  // namespace
}  // namespace parley::kernel
