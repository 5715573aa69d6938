// Messages that wait: the plugin in front of a fake host.
#include <gtest/gtest.h>

#include <parley/testing/fake_host.hpp>

namespace {

namespace json = boost::json;
using parley::testing::answer;
using parley::testing::fake_host;

struct messages_that_wait : testing::Test {
    answer held(const char* id, const char* sentence = "Somebody looks at messages with links before others do.",
                const char* holder = "approval", const char* author = "9") {
        const json::object what{{"id", id},
                                {"conversation", "11"},
                                {"author", author},
                                {"type", "text"},
                                {"text", "see https://x.test"},
                                {"data", {{"card", "x"}}},
                                {"held_by", json::array{json::object{{"holder", holder}, {"reason", sentence}}}}};
        return host.hear("message.held", {{"message", what}});
    }
    json::array list() { return host.call("approval.list").json.at("approvals").as_array(); }
    std::string first() { return std::string(list().at(0).at("approval").as_string()); }
    answer ended(const char* type, const char* id, const char* reason = "") {
        return host.hear(type, {{"message", {{"id", id}, {"state_reason", reason}}}});
    }

    fake_host host{{{"hold_links", true}, {"hold_words", {"secret"}}, {"hold_first_of_guest", true}}};
};

TEST_F(messages_that_wait, are_held_by_the_policy) {
    EXPECT_TRUE(host.send({.text = "hello"}).ok());
    EXPECT_EQ(host.send({.text = "see https://x.test"}).status, PARLEY_HELD);
    EXPECT_EQ(host.send({.text = "a secret"}).status, PARLEY_HELD);
    EXPECT_EQ(host.send({.text = "", .data = {{"card", "https://x.test"}}}).status, PARLEY_HELD);
    EXPECT_EQ(host.send({.text = "hello", .author_role = "guest"}).status, PARLEY_HELD);
    EXPECT_TRUE(host.send({.text = "see https://x.test", .author_role = "staff"}).ok());
    host.set({});
    EXPECT_TRUE(host.send({.text = "a secret https://x.test", .author_role = "guest"}).ok()) << "nothing waits unasked";
}

TEST_F(messages_that_wait, a_guest_is_known_after_the_first_one) {
    EXPECT_EQ(host.send({.text = "hello", .author = 9, .author_role = "guest"}).status, PARLEY_HELD);
    ASSERT_TRUE(held("5", "Somebody looks at a guest's first message before others do.").ok());
    EXPECT_EQ(list().at(0).at("why"), "first_of_guest");
    ASSERT_TRUE(host.call("approval.approve", {{"approval", first()}}).ok());
    EXPECT_TRUE(host.send({.text = "hello again", .author = 9, .author_role = "guest"}).ok());
    EXPECT_EQ(host.send({.text = "https://x.test", .author = 9, .author_role = "guest"}).status, PARLEY_HELD);
    EXPECT_EQ(host.send({.text = "hello", .author = 10, .author_role = "guest"}).status, PARLEY_HELD);
    EXPECT_EQ(host.send({.text = "hello", .author = 9, .author_role = "guest"}, {.tenant = 2}).status, PARLEY_HELD);
}

TEST_F(messages_that_wait, edits_are_no_way_around) {
    EXPECT_TRUE(host.send({.text = "hello", .message = 5}).ok());
    EXPECT_EQ(host.send({.text = "see https://x.test", .message = 5}).code, "approval_needed");
    EXPECT_TRUE(host.send({.text = "see https://x.test", .message = 5, .author_role = "admin"}).ok());
}

TEST_F(messages_that_wait, stand_in_the_queue_with_their_words_until_they_are_decided) {
    for (int again = 0; again < 2; ++again) ASSERT_TRUE(held("5").ok());
    ASSERT_TRUE(held("6", "x", "word_watch").ok());
    ASSERT_EQ(list().size(), 1u) << "not what others hold";
    EXPECT_EQ(list().at(0).at("kind"), "message");
    EXPECT_EQ(list().at(0).at("why"), "link");
    EXPECT_EQ(list().at(0).at("text"), "see https://x.test");
    const auto one = first();
    EXPECT_EQ(host.call("approval.get", {{"approval", one}}).json.at("data").at("card"), "x");
    ASSERT_TRUE(host.call("approval.approve", {{"approval", one}}).ok());
    ASSERT_EQ(host.decided().size(), 1u);
    EXPECT_EQ(host.decided()[0], std::pair(parley::sdk::id(5), parley_status{PARLEY_OK}));
    const auto after = host.call("approval.get", {{"approval", one}}).json;
    EXPECT_EQ(after.at("text"), "");
    EXPECT_TRUE(after.at("data").is_null());
    EXPECT_EQ(host.events().back().data.at("kind"), "message");
    EXPECT_EQ(host.events().back().user.number(), 9);
    ASSERT_TRUE(held("5").ok());
    EXPECT_TRUE(list().empty()) << "an old event changes nothing";
    EXPECT_EQ(host.metric("queued"), 1);
}

TEST_F(messages_that_wait, are_rejected_with_the_reason) {
    ASSERT_TRUE(held("5").ok());
    const auto one = first();
    ASSERT_TRUE(host.call("approval.reject", {{"approval", one}, {"reason", "No adverts."}}).ok());
    EXPECT_EQ(host.decided().back().second, parley_status{PARLEY_REFUSED});
    ASSERT_TRUE(ended("message.rejected", "5", "No adverts.").ok());
    EXPECT_EQ(host.call("approval.get", {{"approval", one}}).json.at("history").as_array().size(), 2u);
}

TEST_F(messages_that_wait, follow_what_happens_elsewhere) {
    ASSERT_TRUE(held("5").ok());
    const auto one = first();
    ASSERT_TRUE(ended("message.rejected", "5", "By the kernel's route.").ok());
    const auto got = host.call("approval.get", {{"approval", one}}).json;
    EXPECT_EQ(got.at("state"), "rejected");
    EXPECT_TRUE(got.at("decided_by").is_null());
    EXPECT_EQ(got.at("reason"), "By the kernel's route.");
    ASSERT_TRUE(held("6").ok());
    ASSERT_TRUE(ended("message.withdrawn", "6").ok());
    EXPECT_TRUE(list().empty());
    ASSERT_TRUE(ended("message.purged", "5").ok());
    EXPECT_EQ(host.call("approval.get", {{"approval", one}}).json.at("reason"), "");
    ASSERT_TRUE(ended("message.purged", "77").ok());
    EXPECT_TRUE(host.decided().empty());
    std::string told;
    for (const auto& said : host.events()) {
        EXPECT_EQ(said.type, "approval.changed") << "authors hear of it from elsewhere";
        told += std::string(said.data.at("state").as_string()) + " ";
    }
    EXPECT_EQ(told, "pending rejected pending gone ");
}

TEST_F(messages_that_wait, because_nobody_answered_are_queued_as_well) {
    ASSERT_TRUE(held("5", "The check could not be made.").ok());
    EXPECT_EQ(list().at(0).at("why"), "not_checked");
}

}  // namespace
