// What plugins say and read of the log.
#include "kernel/plugin_events.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "kernel/change_conversation.hpp"
#include "kernel/delete_message.hpp"
#include "kernel/follow_log.hpp"
#include "kernel/plugin_account.hpp"
#include "kernel/testing/house.hpp"

namespace parley::kernel {
namespace {

using testing::code_of;

class plugin_events : public ::testing::Test {
protected:
    testing::house inn;
    user_id mia = inn.add_user("mia", "manager");
    user_id ann = inn.add_user("ann");
    user_id eve = inn.add_user("eve");
    conversation_id room = inn.add_channel(mia, {ann});
    message first = inn.send(ann, room, "first");
    const std::vector<said_event_type> declared{
        {.plugin = "reactions", .type = "reaction.added", .sentence = "One more.", .schema = {}}};

    said_event reaction() {
        return {.plugin = "reactions",
                .type = "reaction.added",
                .conversation = room,
                .about = first.id,
                .data = {{"emoji", "tea"}}};
    }
    result<void> say(const said_event& what) {
        return inn.write([&](writing& w) { return say_event(inn.env, w, declared, what); });
    }
    std::string heard(user_id who, position since) {
        const auto page = inn.read([&](reading& from) { return read_log(inn.env, from, inn.as(who), since, 100); });
        std::string out;
        for (const auto& one : page->events) out += to_text(present(one, page->reader_of(one))) + "\n";
        return out;
    }
    plugin_log all(position since, int limit = 100) {
        return *inn.read([&](reading& from) { return log_for_plugins(inn.env, from, since, limit); });
    }
};

TEST_F(plugin_events, are_heard_by_the_members_and_nobody_else) {
    const auto before = inn.log_end();
    ASSERT_TRUE(say(reaction()));
    EXPECT_EQ(inn.log_end(), before + 1);
    EXPECT_NE(heard(ann, before).find(R"("emoji":"tea")"), std::string::npos);
    EXPECT_EQ(heard(eve, before), "");
    auto alone = reaction();
    alone.conversation = {};
    alone.about = {};
    alone.user = eve;
    ASSERT_TRUE(say(alone));
    EXPECT_NE(heard(eve, before).find("reaction.added"), std::string::npos);
    EXPECT_EQ(heard(ann, before + 1), "");
}

TEST_F(plugin_events, that_nobody_declared_or_that_fit_nowhere_are_refused) {
    const auto before = inn.log_end();
    auto other = reaction();
    other.plugin = "polls";
    EXPECT_EQ(code_of(say(other)), "event_undeclared");
    auto kernels = reaction();
    kernels.type = "message.created";
    EXPECT_EQ(code_of(say(kernels)), "event_undeclared");
    auto nobody = reaction();
    nobody.conversation = {};
    EXPECT_EQ(code_of(say(nobody)), "event_audience");
    auto both = reaction();
    both.user = ann;
    EXPECT_EQ(code_of(say(both)), "event_audience");
    auto facts = reaction();
    facts.data["facts"] = 1;
    EXPECT_EQ(code_of(say(facts)), "data_reserved");
    auto large = reaction();
    large.data["x"] = std::string(17'000, 'x');
    EXPECT_EQ(code_of(say(large)), "data_too_large");
    auto elsewhere = reaction();
    elsewhere.conversation = inn.add_channel(mia, {});
    EXPECT_EQ(code_of(say(elsewhere)), "not_found");
    EXPECT_EQ(heard(ann, before), "");
}

TEST_F(plugin_events, about_what_is_gone_are_not_told_any_more) {
    const auto before = inn.log_end();
    ASSERT_TRUE(say(reaction()));
    ASSERT_TRUE(
        inn.write([&](writing& w) { return delete_message(inn.env, w, inn.as(mia), first.id, deletion::hard); }));
    EXPECT_EQ(heard(ann, before).find("reaction.added"), std::string::npos);
    EXPECT_NE(heard(ann, before).find("message.purged"), std::string::npos);
    EXPECT_EQ(code_of(say(reaction())), "not_found");
    for (const auto& one : all(before).events) EXPECT_NE(one.at("type"), "reaction.added");
}

TEST_F(plugin_events, end_with_their_conversation) {
    const auto before = inn.log_end();
    auto of_room = reaction();
    of_room.about = {};
    ASSERT_TRUE(say(of_room));
    ASSERT_TRUE(inn.write([&](writing& w) { return delete_conversation(inn.env, w, inn.as(mia), room); }));
    EXPECT_EQ(heard(ann, before).find("reaction.added"), std::string::npos);
    EXPECT_EQ(code_of(say(of_room)), "not_found");
}

TEST_F(plugin_events, and_the_kernels_are_read_by_plugins_with_every_right) {
    const auto desk = testing::persona(7, "Desk");
    const auto before = inn.log_end();
    const auto hidden = inn.send_as(ann, room, "as the desk", desk);
    inn.send(ann, room, "(hold) me");
    ASSERT_TRUE(say(reaction()));
    const auto page = all(before);
    ASSERT_EQ(page.events.size(), 3U);
    EXPECT_EQ(page.upto, page.log_end);
    EXPECT_EQ(page.events[0].at("data").at("message").at("author"), boost::json::value(ann.text()));
    EXPECT_EQ(page.events[0].at("conversation"), boost::json::value(room.text()));
    EXPECT_EQ(page.events[0].at("position"), before + 1);
    EXPECT_TRUE(page.events[0].contains("created_at"));
    EXPECT_EQ(page.events[1].at("data").at("message").at("held_by").at(0).at("holder"), "words");
    EXPECT_EQ(page.events[2].at("data").at("emoji"), "tea");
    const auto part = all(before, 2);
    EXPECT_EQ(part.events.size(), 2U);
    EXPECT_EQ(part.upto, before + 2);
    EXPECT_EQ(all(page.log_end).upto, page.log_end);
    EXPECT_EQ(code_of(inn.read([&](reading& from) { return log_for_plugins(inn.env, from, 1'000'000, 1); })),
              "snapshot_needed");
}

TEST(plugin_account, is_a_bot_of_its_own_with_exactly_the_plugins_rights) {
    testing::house inn;
    const auto make = [&] { return inn.write([&](writing& w) { return plugin_account(inn.env, w, "reactions"); }); };
    const auto bot = make();
    ASSERT_TRUE(bot);
    EXPECT_EQ(bot->username, "reactions-bot");
    EXPECT_EQ(bot->kind, user_kind::bot);
    EXPECT_EQ(make()->id, bot->id);
    auto by = inn.as(bot->id);
    by.acting_plugin = "reactions";
    by.own = {permission::users_see};
    const auto who = inn.read([&](reading& from) { return access::authorise(inn.env, from, by); });
    ASSERT_TRUE(who);
    EXPECT_TRUE(who->may(permission::users_see));
    EXPECT_FALSE(who->may(permission::messages_send)) << "its role has that";
    inn.add_user("polls-bot");
    EXPECT_EQ(code_of(inn.write([&](writing& w) { return plugin_account(inn.env, w, "polls"); })), "plugin_name_taken");
}

}  // namespace
}  // namespace parley::kernel
