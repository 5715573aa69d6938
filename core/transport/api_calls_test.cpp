// Plugins' commands and calls: checked before the plugin hears of them, judged, and with nobody's rights but the
// caller's.
#include "transport/api_calls.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "transport/testing/front.hpp"
#include "transport/testing/shop.hpp"

namespace parley::transport {
namespace {
namespace json = boost::json;

class at_the_counter : public ::testing::Test {
protected:
    at_the_counter() {
        for (auto& one : {shop.buy(), shop.look()}) EXPECT_TRUE(desk.catalogue.add(one, testing::shop::permissions()));
    }

    testing::shop shop;
    testing::front desk;
    api_calls api{desk.parts()};
    user_id mia = desk.house.add_user("mia", "manager");
    user_id ann = desk.house.add_user("ann");
    user_id bob = desk.house.add_user("bob");
    conversation_id room = desk.house.add_channel(mia, {ann});

    /// What invoke answers, or the code of why not.
    std::string invoke(kernel::caller by, std::string_view name, json::object given) {
        std::optional<std::string> said;
        api.invoke(std::move(by), name, std::move(given), [&](result<json::object> made) {
            EXPECT_FALSE(said);
            last = made ? *made : json::object{};
            said = made ? "ok" : made.error().code;
        });
        EXPECT_TRUE(said);
        return said.value_or("nothing");
    }
    std::string invoke(user_id by, std::string_view name, json::object given) {
        return invoke(desk.house.as(by), name, std::move(given));
    }
    json::object last;
};

TEST_F(at_the_counter, an_offered_command_is_checked_and_then_run) {
    EXPECT_EQ(desk.ask("shop.buy", ann, {{"thing", "7"}, {"word", "tea"}, {"number", 2}}),
              json::parse(R"({"got": {"thing": "7", "word": "tea", "number": 2}})"));
    EXPECT_EQ(shop.callers.at(0).user, ann);
    EXPECT_EQ(shop.callers.at(0).username, "ann");
    EXPECT_EQ(desk.code("shop.buy", ann, {{"thing", "7"}, {"word", "tea"}}), "field_missing");
    EXPECT_EQ(desk.code("shop.buy", ann, {{"thing", "7"}, {"word", "tea"}, {"number", 10}}), "field_range");
    EXPECT_EQ(desk.code("shop.buy", user_id{4711}, {{"thing", "7"}, {"word", "tea"}, {"number", 1}}), "not_signed_in");
    desk.like.only = permission_set{permission::users_see};
    EXPECT_EQ(desk.code("shop.buy", ann, {{"thing", "7"}, {"word", "tea"}, {"number", 1}}), "permission_missing");
    EXPECT_EQ(shop.heard.size(), 1U) << "the plugin hears of nothing that is refused";
}

TEST_F(at_the_counter, a_plugin_hears_only_of_what_the_caller_sees) {
    ASSERT_TRUE(desk.catalogue.add(
        shop.offer("shop.star", "PUT", "/api/v1/messages/{message}/stars", R"([{"name": "message", "type": "id"}])"),
        testing::shop::permissions()));
    ASSERT_TRUE(desk.catalogue.add(shop.offer("shop.stars", "GET", "/api/v1/conversations/{conversation}/stars",
                                              R"([{"name": "conversation", "type": "id"}])"),
                                   testing::shop::permissions()));
    const auto said = desk.house.send(ann, room, "hello").id.text();
    const auto held = desk.house.send(mia, room, "(hold)").id.text();
    EXPECT_EQ(desk.code("shop.star", ann, {{"message", said}}), "ok");
    EXPECT_EQ(desk.code("shop.stars", ann, {{"conversation", room.text()}}), "ok");
    const auto heard = shop.heard.size();
    EXPECT_EQ(desk.code("shop.star", bob, {{"message", said}}), "not_found");
    EXPECT_EQ(desk.code("shop.star", ann, {{"message", held}}), "not_found");
    EXPECT_EQ(desk.code("shop.star", ann, {{"message", "4711"}}), "not_found");
    EXPECT_EQ(desk.code("shop.stars", bob, {{"conversation", room.text()}}), "not_found");
    EXPECT_EQ(shop.heard.size(), heard);
}

TEST_F(at_the_counter, a_plugin_that_answers_twice_or_never_does_no_harm) {
    shop.answers = [](json::object, testing::shop::done then) {
        then(json::object{});
        then(failure(fault::conflict, "again", "Again."));
    };
    EXPECT_EQ(desk.code("shop.look", ann, {}), "ok");
    shop.answers = [](json::object, testing::shop::done) {};
    EXPECT_EQ(desk.code("shop.look", ann, {}), "not_answered");
    shop.answers = [](json::object, testing::shop::done then) {
        then(failure(fault::conflict, "sold_out", "There is none left."));
    };
    EXPECT_EQ(desk.code("shop.look", ann, {}), "sold_out");
}

TEST_F(at_the_counter, what_is_invoked_has_the_callers_rights_and_is_judged) {
    const auto in = room.text();
    EXPECT_EQ(invoke(ann, "message.send", {{"conversation", in}, {"text", "hello"}}), "ok");
    EXPECT_EQ(last.at("text"), "hello");
    EXPECT_EQ(invoke(ann, "message.send", {{"conversation", in}, {"text", "(refuse)"}}), "message_refused");
    EXPECT_EQ(invoke(bob, "message.send", {{"conversation", in}, {"text", "hello"}}), "not_found");
    EXPECT_EQ(invoke(ann, "message.send", {{"conversation", "x"}, {"text", "hello"}}), "id_invalid");
    EXPECT_EQ(invoke(ann, "shop.look", {}), "ok") << "other plugins' commands too";
    shop.off = {"inn"};
    EXPECT_EQ(invoke(ann, "shop.look", {}), "command_unknown");
    EXPECT_EQ(invoke(ann, "shop.steal", {}), "command_unknown");
}

TEST_F(at_the_counter, what_leads_to_sessions_and_secrets_is_not_invoked) {
    for (const auto& one : desk.catalogue.all())
        if (one.access == access_level::anybody || one.group == "sessions")
            EXPECT_EQ(invoke(mia, one.name, {}), "command_unknown") << one.name;
    for (const auto* name : {"session.open", "session.end_all", "token.create", "password.change", "password.reset",
                             "totp.begin", "totp.disable", "user.reset_password"}) {
        ASSERT_NE(desk.catalogue.find(name), nullptr) << name;
        EXPECT_EQ(invoke(mia, name, {}), "command_unknown") << name;
    }
}

TEST_F(at_the_counter, a_plugin_that_acts_by_itself_is_a_bot_with_its_own_rights) {
    auto by = desk.house.system();
    by.acting_plugin = "shop";
    by.own = {permission::channels_browse};
    ASSERT_EQ(invoke(by, "user.me", {}), "ok");
    EXPECT_EQ(last.at("username"), "shop-bot");
    const auto bot = last.at("id");
    EXPECT_EQ(invoke(by, "user.me", {}), "ok");
    EXPECT_EQ(last.at("id"), bot);
    EXPECT_EQ(invoke(by, "message.send", {{"conversation", room.text()}, {"text", "Buy!"}}), "not_found");
    ASSERT_EQ(invoke(mia, "member.add", {{"conversation", room.text()}, {"user", bot}}), "ok");
    EXPECT_EQ(invoke(by, "message.send", {{"conversation", room.text()}, {"text", "Buy!"}}), "permission_missing");
    by.own.grant(permission::messages_send);
    ASSERT_EQ(invoke(by, "message.send", {{"conversation", room.text()}, {"text", "Buy!"}}), "ok");
    EXPECT_EQ(last.at("author"), bot);
    by.own.grant(permission::users_manage);
    EXPECT_EQ(invoke(by, "user.change", {{"user", bot}, {"disabled", true}}), "role_too_high");
    by.own.grant(desk.house.permissions.find_role("guest")->granted);
    EXPECT_EQ(invoke(by, "user.change", {{"user", bot}, {"disabled", true}}), "ok");
    EXPECT_EQ(invoke(by, "user.me", {}), "not_signed_in") << "an account that was disabled stays so";
}

TEST_F(at_the_counter, changes_are_judged_before_they_are_made) {
    std::vector<std::string> seen;
    desk.house.judges.on_change = [&](kernel::change_case of, kernel::testing::scripted_judges::change_answer answer) {
        EXPECT_EQ(of.tenant, desk.house.tenant);
        EXPECT_EQ(of.by, mia);
        EXPECT_EQ(of.asker.user, mia);
        seen.push_back(std::string(of.change) + " " + json::serialize(of.input));
        answer(failure(fault::forbidden, "too_late", "Not at night."));
    };
    const auto in = room.text();
    const auto end = desk.house.log_end();
    EXPECT_EQ(desk.code("conversation.create", mia, {{"name", "Garden"}}), "too_late");
    EXPECT_EQ(desk.code("direct.open", mia, {{"user", bob.text()}}), "too_late");
    EXPECT_EQ(desk.code("conversation.archive", mia, {{"conversation", in}}), "too_late");
    EXPECT_EQ(desk.code("member.add", mia, {{"conversation", in}, {"user", bob.text()}}), "too_late");
    EXPECT_EQ(desk.code("conversation.join", mia, {{"conversation", in}}), "too_late");
    EXPECT_EQ(desk.code("user.create", mia, {{"username", "eve"}}), "too_late");
    EXPECT_EQ(invoke(mia, "member.add", {{"conversation", in}, {"user", bob.text()}}), "too_late") << "nor by invoke";
    EXPECT_EQ(desk.house.log_end(), end);
    ASSERT_EQ(seen.size(), 7U);
    EXPECT_EQ(seen[0], R"(conversation.create {"name":"Garden"})");
    EXPECT_EQ(seen[1], R"(conversation.create {"kind":"direct","members":[")" + bob.text() + "\"]}");
    EXPECT_EQ(seen[2].substr(0, 20), "conversation.archive");
    EXPECT_EQ(seen[4], R"(member.add {"conversation":")" + in + R"(","user":")" + mia.text() + "\"}");
}

TEST_F(at_the_counter, a_judge_who_is_silent_or_says_two_things_does_no_harm) {
    auto& judges = desk.house.judges;
    const json::object garden{{"name", "Garden"}};
    judges.on_change = [](kernel::change_case, kernel::testing::scripted_judges::change_answer) {};
    EXPECT_EQ(desk.code("conversation.create", mia, garden), "not_judged");
    judges.on_change = [](kernel::change_case, kernel::testing::scripted_judges::change_answer answer) {
        answer({});
        answer({});
        answer(failure(fault::forbidden, "no", "No."));
    };
    EXPECT_EQ(desk.code("conversation.create", mia, garden), "ok");
    judges.unjudged = {"conversation.create"};
    const auto asked = judges.asked.size();
    EXPECT_EQ(desk.code("conversation.create", mia, garden), "ok");
    EXPECT_EQ(judges.asked.size(), asked);
}

}  // namespace
}  // namespace parley::transport
