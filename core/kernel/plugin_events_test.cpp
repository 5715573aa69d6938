// What plugins say and read of the log.
#include "kernel/plugin_events.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "kernel/accounts.hpp"
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

class entitled_events : public plugin_events {
protected:
    entitled_events() {
        EXPECT_TRUE(inn.permissions.add({.name = "queue.review", .sentence = "Sees the queue.", .roles = {"manager"}}));
        types[0].heard_with = "queue.review";
    }
    result<void> say(const said_event& what) {
        return inn.write([&](writing& w) { return say_event(inn.env, w, types, what); });
    }
    said_event change() { return {.plugin = "queue", .type = "queue.changed", .data = {{"item", 7}}}; }
    void make(user_id who, std::string role) {
        ASSERT_TRUE(inn.write([&](writing& w) {
            return change_account(inn.env, w, inn.system(), {.user = who, .role = std::move(role)});
        }));
    }
    bool hears(user_id who, position since) { return heard(who, since).contains("queue.changed"); }
    /// As a connection hears it that was open before.
    static bool hears(const hearing& with, const event& what) {
        return with.hears(what, [](user_id) { return true; });
    }

    std::vector<said_event_type> types{
        {.plugin = "queue", .type = "queue.changed", .sentence = "Another queue.", .schema = {}}};
};

TEST_F(entitled_events, are_for_the_permission_and_for_nobody_else_as_of_now) {
    const auto before = inn.log_end();
    ASSERT_TRUE(say(change()));
    EXPECT_TRUE(hears(mia, before));
    EXPECT_FALSE(heard(mia, before).contains("queue.review")) << "whom it is for is no part of it";
    EXPECT_FALSE(hears(ann, before));
    make(eve, "manager");
    make(mia, "member");
    EXPECT_TRUE(hears(eve, before));
    EXPECT_FALSE(hears(mia, before)) << "what was said while it held the permission, either";
    EXPECT_EQ(all(before).events.at(0).at("type"), "queue.changed") << "plugins read everything";
}

TEST_F(entitled_events, follow_rights_while_a_connection_is_open) {
    const auto open = [&](user_id who, std::optional<permission_set> only = {}) {
        auto by = inn.as(who);
        by.only = only;
        return inn.read([&](reading& from) { return open_ear(inn.env, from, by); })->hears;
    };
    auto mias = open(mia);
    auto eves = open(eve);
    auto narrow = open(mia, permission_set{permission::messages_send});
    const auto before = inn.log_end();
    ASSERT_TRUE(say(change()));
    const auto said = inn.log_after(before).at(0);
    EXPECT_TRUE(hears(mias, said));
    EXPECT_FALSE(hears(eves, said));
    EXPECT_FALSE(hears(narrow, said)) << "its token does not reach so far";
    make(mia, "member");
    make(eve, "manager");
    for (const auto& one : inn.log_after(before))
        for (auto* with : {&mias, &eves, &narrow}) with->follow(one);
    EXPECT_FALSE(hears(mias, said));
    EXPECT_TRUE(hears(eves, said));
    make(mia, "manager");
    for (const auto& one : inn.log_after(before))
        for (auto* with : {&mias, &narrow}) with->follow(one);
    EXPECT_TRUE(hears(mias, said));
    EXPECT_FALSE(hears(narrow, said));
}

TEST_F(entitled_events, take_no_other_audience_and_no_unknown_permission) {
    auto somewhere = change();
    somewhere.conversation = room;
    EXPECT_EQ(code_of(say(somewhere)), "event_audience");
    auto to_one = change();
    to_one.user = ann;
    EXPECT_EQ(code_of(say(to_one)), "event_audience");
    auto widened = change();
    widened.data["heard_with"] = "messages.send";
    EXPECT_EQ(code_of(say(widened)), "data_reserved");
    types[0].heard_with = "queue.gone";
    const auto before = inn.log_end();
    ASSERT_TRUE(say(change()));
    EXPECT_FALSE(hears(mia, before)) << "nobody holds what nobody declares";
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
