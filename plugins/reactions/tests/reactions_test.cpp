// The plugin in front of a fake host.
#include <gtest/gtest.h>

#include <parley/testing/fake_host.hpp>

namespace {

using parley::testing::fake_host;
namespace json = boost::json;

struct reactions_test : testing::Test {
    reactions_test() { see("published"); }

    void see(std::string state, json::value deleted_at = nullptr) {
        host.answer("message.get", [=](const json::object& input) {
            parley::testing::answer made{};
            made.status = PARLEY_OK;
            made.json = {
                {"id", input.at("message")}, {"conversation", "11"}, {"state", state}, {"deleted_at", deleted_at}};
            return made;
        });
    }
    parley::testing::answer add(const std::string& emoji, std::int64_t user = 7, const std::string& message = "5") {
        return host.call("reaction.add", {{"message", message}, {"emoji", emoji}}, {.user = user});
    }
    json::array shown(const std::string& message = "5", std::int64_t user = 7) {
        return host.call("reaction.of", {{"message", message}}, {.user = user}).json.at("reactions").as_array();
    }

    fake_host host;
};

TEST_F(reactions_test, an_emoji_is_counted_and_said) {
    const auto got = add("👍");
    ASSERT_TRUE(got.ok()) << got.sentence;
    EXPECT_EQ(got.json.at("count"), 1);
    EXPECT_EQ(add("👍", 8).json.at("count"), 2);
    const auto said = host.events();
    ASSERT_EQ(said.size(), 2u);
    EXPECT_EQ(said[1].type, "reaction.added");
    EXPECT_EQ(said[1].conversation.number(), 11);
    EXPECT_EQ(said[1].about.number(), 5);
    EXPECT_EQ(json::serialize(said[1].data), R"({"message":"5","emoji":"👍","user":"8","count":2})");
    EXPECT_EQ(host.metric("changes"), 2);
}

TEST_F(reactions_test, the_same_again_changes_nothing) {
    EXPECT_TRUE(add("❤️").ok());
    const auto again = add("❤");
    EXPECT_EQ(again.json.at("count"), 1);
    EXPECT_EQ(host.events().size(), 1u);
}

TEST_F(reactions_test, taking_back_takes_the_last_one_away) {
    EXPECT_TRUE(add("👍").ok());
    EXPECT_TRUE(add("👍", 8).ok());
    const auto got = host.call("reaction.remove", {{"message", "5"}, {"emoji", "👍"}});
    EXPECT_EQ(got.json.at("count"), 1);
    EXPECT_EQ(shown().at(0).at("users"), json::array({"8"}));
    EXPECT_EQ(host.call("reaction.remove", {{"message", "5"}, {"emoji", "👍"}}).json.at("count"), 1);
    EXPECT_EQ(host.call("reaction.remove", {{"message", "5"}, {"emoji", "👍"}}, {.user = 8}).json.at("count"), 0);
    EXPECT_TRUE(shown().empty());
    EXPECT_EQ(host.events().size(), 4u);
}

TEST_F(reactions_test, removing_anothers_is_a_command_of_its_own) {
    EXPECT_TRUE(add("👍", 8).ok());
    EXPECT_EQ(host.command("reaction.remove_other").at("permission"), "reactions.remove_others");
    const auto got = host.call("reaction.remove_other", {{"message", "5"}, {"emoji", "👍"}, {"user", "8"}});
    EXPECT_EQ(got.json.at("user"), "8");
    EXPECT_TRUE(shown().empty());
}

TEST_F(reactions_test, only_where_the_caller_sees_the_message) {
    host.refuse("message.get", PARLEY_NOT_FOUND, "message_unknown");
    for (const char* command : {"reaction.add", "reaction.remove", "reaction.of", "reaction.users"})
        EXPECT_EQ(host.call(command, {{"message", "5"}, {"emoji", "👍"}}).status, PARLEY_NOT_FOUND) << command;
    EXPECT_TRUE(host.call("reaction.list", {{"messages", {"5", "6"}}}).json.at("messages").as_array().empty());
}

TEST_F(reactions_test, not_on_held_or_deleted_messages) {
    see("held");
    EXPECT_EQ(add("👍").code, "message_closed");
    see("published", "2026-01-01T00:00:00Z");
    EXPECT_EQ(add("👍").status, PARLEY_CONFLICT);
}

TEST_F(reactions_test, an_enormous_emoji_is_refused_before_anything_is_asked) {
    std::string enormous = "👩";
    for (int i = 0; i < 10'000; ++i) enormous += "‍👩";
    EXPECT_EQ(add(enormous).code, "text_too_long");
    EXPECT_EQ(add("no emoji").code, "emoji_unknown");
    EXPECT_EQ(add(":party:").field, "emoji");
    EXPECT_TRUE(host.invoked().empty());
}

TEST_F(reactions_test, the_tenants_own_emoji_follow_its_settings) {
    host.set({{"custom", {"party"}}});
    EXPECT_TRUE(add(":party:").ok());
    host.set({});
    EXPECT_EQ(add(":party:", 8).code, "emoji_unknown");
    EXPECT_EQ(host.call("reaction.remove", {{"message", "5"}, {"emoji", ":party:"}}).json.at("count"), 0);
}

TEST_F(reactions_test, different_emoji_are_limited_and_the_same_are_not) {
    host.set({{"max_per_message", 2}});
    EXPECT_TRUE(add("👍").ok());
    EXPECT_TRUE(add("🎉").ok());
    EXPECT_EQ(add("🚀").code, "reactions_full");
    EXPECT_TRUE(add("🎉", 8).ok());
    EXPECT_EQ(host.events().size(), 3u);
}

TEST_F(reactions_test, a_page_of_messages_is_shown_at_once) {
    for (std::int64_t user = 1; user <= 20; ++user) EXPECT_TRUE(add("👍", user).ok());
    EXPECT_TRUE(add("🎉", 3, "6").ok());
    const auto got = host.call("reaction.list", {{"messages", {"6", "5", "9", "5"}}}, {.user = 20});
    const auto& all = got.json.at("messages").as_array();
    ASSERT_EQ(all.size(), 3u);
    EXPECT_EQ(json::serialize(all.at(0)),
              R"({"message":"6","reactions":[{"emoji":"🎉","count":1,"users":["3"],"mine":false}]})");
    const auto& many = all.at(1).at("reactions").at(0);
    EXPECT_EQ(many.at("count"), 20);
    EXPECT_EQ(many.at("users").as_array().size(), 8u);
    EXPECT_EQ(many.at("mine"), true);
    json::array hundred_and_one;
    for (int i = 1; i <= 101; ++i) hundred_and_one.emplace_back(std::to_string(i));
    EXPECT_EQ(host.call("reaction.list", {{"messages", hundred_and_one}}).field, "messages");
}

TEST_F(reactions_test, everybody_is_listed_page_by_page) {
    for (std::int64_t user = 1; user <= 5; ++user) EXPECT_TRUE(add("👍", user).ok());
    const auto first = host.call("reaction.users", {{"message", "5"}, {"emoji", "👍"}, {"limit", 3}});
    EXPECT_EQ(json::serialize(first.json), R"({"users":["1","2","3"],"more":true})");
    const auto last = host.call("reaction.users", {{"message", "5"}, {"emoji", "👍"}, {"limit", 3}, {"after", "3"}});
    EXPECT_EQ(json::serialize(last.json), R"({"users":["4","5"],"more":false})");
}

TEST_F(reactions_test, tenants_do_not_see_each_other) {
    EXPECT_TRUE(add("👍").ok());
    const auto other = host.call("reaction.of", {{"message", "5"}}, {.tenant = 2});
    EXPECT_TRUE(other.json.at("reactions").as_array().empty());
}

TEST_F(reactions_test, what_is_deleted_is_forgotten) {
    EXPECT_TRUE(add("👍").ok());
    EXPECT_TRUE(add("👍", 7, "6").ok());
    EXPECT_TRUE(host.hear("message.deleted", {{"message", {{"id", "5"}, {"text", ""}}}}).ok());
    EXPECT_TRUE(shown().empty());
    EXPECT_EQ(shown("6").size(), 1u);
    EXPECT_TRUE(host.hear("message.purged", {{"message", {{"id", "6"}}}}).ok());
    EXPECT_TRUE(shown("6").empty());
}

}  // namespace
