// The SDK, seen from both sides: a plugin that uses it, in front of the fake host.
#include <gtest/gtest.h>

#include <parley/testing/fake_host.hpp>
#include <thread>

namespace plain {
int alive_witnesses();
}

namespace {

using parley::testing::fake_host;
namespace json = boost::json;

const json::object one_message{{"message", "5"}};

TEST(sdk, a_handler_answers_at_once) {
    fake_host host;
    EXPECT_EQ(host.call("plain.greet", {{"name", "Bob"}}).json.at("text"), "Hello, Bob.");
    EXPECT_EQ(host.call("plain.greet", {{"name", "Bob"}, {"loud", true}, {"unknown", 1}}).json.at("text"),
              "Hello, Bob!");
    EXPECT_EQ(host.call("plain.greet", {{"name", "Robert"}}).status, PARLEY_TOO_LARGE);
    const auto got = host.call("plain.greet", {{"name", ""}});
    EXPECT_EQ(got.status, PARLEY_INVALID);
    EXPECT_EQ(got.field + " " + got.code + " " + got.sentence, "name name_empty Nobody is greeted.");
    EXPECT_EQ(host.metric("calls"), 4);
    EXPECT_EQ(host.metric("seconds"), 4);
    EXPECT_EQ(host.metric("open"), 0);
}

TEST(sdk, input_is_checked_before_the_handler_hears_of_it) {
    fake_host host;
    EXPECT_EQ(host.call("plain.greet", {}).code, "field_missing");
    EXPECT_EQ(host.call("plain.greet", {{"name", 7}}).code, "field_type");
    const auto got = host.call("plain.greet", {{"name", "longer than sixteen"}});
    EXPECT_EQ(got.code + " " + got.field, "text_too_long name");
    EXPECT_EQ(host.metric("calls"), 0);

    const json::object good{
        {"list", {"1", "2"}}, {"range", 5}, {"flag", true}, {"shade", "green"}, {"more", json::object{}}};
    auto expected = good;
    expected["maybe"] = nullptr;
    EXPECT_EQ(host.call("plain.types", good).json, expected);
    const std::pair<const char*, json::value> bad[] = {{"list", {"1", "2", "3", "4"}},
                                                       {"list", {"x"}},
                                                       {"list", {1}},
                                                       {"range", 6},
                                                       {"range", 0},
                                                       {"range", 1e300},
                                                       {"flag", "yes"},
                                                       {"shade", "blue"},
                                                       {"more", json::array{}},
                                                       {"maybe", "-1"}};
    for (const auto& [name, value] : bad) {
        auto input = good;
        input[name] = value;
        EXPECT_EQ(host.call("plain.types", input).field.substr(0, std::string(name).size()), name)
            << json::serialize(input);
    }
}

TEST(sdk, what_a_command_takes_and_answers_is_described) {
    fake_host host;
    const auto& greet = host.command("plain.greet");
    EXPECT_EQ(json::serialize(greet.at("input")),
              R"({"fields":[{"name":"name","required":true,"in":"path","type":"text","most":16,"sentence":"Whom."},)"
              R"({"name":"loud","required":false,"in":"body","type":"boolean","sentence":""}]})");
    EXPECT_EQ(json::serialize(greet.at("output")),
              R"({"type":"object","properties":{"text":{"type":"string"}},"required":["text"]})");
    const auto& fields = host.command("plain.types").at("input").at("fields").as_array();
    EXPECT_EQ(json::serialize(fields.at(0)),
              R"({"name":"list","required":true,"in":"body","type":"ids","most":3,"sentence":""})");
    EXPECT_EQ(json::serialize(fields.at(1)),
              R"({"name":"range","required":true,"in":"body","type":"integer","least":1,"most":5,"sentence":""})");
    EXPECT_EQ(host.command("plain.get").at("input").at("fields").at(0).at("in"), "query");
    EXPECT_TRUE(host.command("plain.fail").at("output").as_object().empty());
}

TEST(sdk, settings_follow_the_generation) {
    fake_host host({{"limit", 100}, {"greeting", "Hi"}});
    EXPECT_EQ(host.call("plain.greet", {{"name", "Robert"}}).json.at("text"), "Hi, Robert.");
    host.set({{"limit", 100}});
    EXPECT_EQ(host.call("plain.greet", {{"name", "Robert"}}).json.at("text"), "Hello, Robert.");
}

TEST(sdk, a_task_waits_and_ends_with_the_error_of_what_it_waits_for) {
    fake_host host;
    host.answer("message.get", {{"id", "5"}, {"text", "Hello"}});
    EXPECT_EQ(host.call("plain.get", one_message).json.at("text"), "Hello");
    EXPECT_EQ(host.call("plain.deep", one_message).json.at("text"), "Hello!Hello!");
    host.refuse("message.get", PARLEY_NOT_FOUND, "message_unknown");
    EXPECT_EQ(host.call("plain.get", one_message).code, "message_unknown");
    EXPECT_EQ(host.call("plain.deep", one_message).status, PARLEY_NOT_FOUND);
    EXPECT_EQ(host.call("plain.look", one_message).json.at("text"), "message_unknown");
    host.answer("message.get", {{"id", "5"}});
    EXPECT_EQ(host.call("plain.get", one_message).status, PARLEY_FAILED);
    EXPECT_EQ(plain::alive_witnesses(), 0);
}

TEST(sdk, a_task_goes_on_when_the_answer_comes_and_where) {
    fake_host host;
    host.answer("message.get", {{"id", "5"}, {"text", "Hello"}});
    host.hold("message.get");
    const auto deep = host.begin("plain.deep", one_message);
    const auto look = host.begin("plain.look", one_message);
    EXPECT_FALSE(host.is_answered(deep));
    EXPECT_EQ(plain::alive_witnesses(), 4);
    std::thread other([&] { EXPECT_EQ(host.let_go(), 2u); });
    EXPECT_EQ(host.wait(deep).json.at("text"), "Hello!Hello!");
    EXPECT_EQ(host.wait(look).json.at("text"), "Hello");
    other.join();
    EXPECT_EQ(plain::alive_witnesses(), 0);

    host.refuse("message.get", PARLEY_UNAVAILABLE, "away");
    host.hold("message.get");
    const auto late = host.begin("plain.deep", one_message);
    EXPECT_EQ(host.let_go(), 1u);
    EXPECT_EQ(host.wait(late).code, "away");
    EXPECT_EQ(plain::alive_witnesses(), 0);
}

TEST(sdk, what_still_waits_at_the_end_is_destroyed) {
    fake_host host;
    host.hold("message.get");
    for (int i = 0; i < 10; ++i) (void)host.begin(i % 2 == 0 ? "plain.deep" : "plain.get", one_message);
    EXPECT_EQ(plain::alive_witnesses(), 20);
    host.stop();
    EXPECT_EQ(plain::alive_witnesses(), 0);
    fake_host another;  // and the library can be used again
    EXPECT_TRUE(another.call("plain.greet", {{"name", "Bob"}}).ok());
}

TEST(sdk, answers_that_come_at_once_do_not_pile_up) {
    fake_host host;
    host.answer("message.get", {{"id", "1"}, {"text", ""}});
    EXPECT_EQ(host.call("plain.loop").json.at("value"), 20'000);
}

TEST(sdk, an_exception_is_for_the_operator) {
    fake_host host;
    const auto got = host.call("plain.throw");
    EXPECT_EQ(got.status, PARLEY_FAILED);
    EXPECT_EQ(got.sentence, "secret detail");
    EXPECT_EQ(host.call("plain.fail", {}, {.user = 1}).status, PARLEY_FAILED);
    EXPECT_EQ(host.call("plain.fail").code, "not_now");
    EXPECT_EQ(host.send({.text = "throw"}).status, PARLEY_FAILED);
    EXPECT_EQ(plain::alive_witnesses(), 0);
}

TEST(sdk, only_what_the_manifest_names_can_be_used) {
    fake_host host;
    host.answer("message.get", {{"id", "5"}, {"text", ""}});
    EXPECT_EQ(host.call("plain.get", one_message, {.user = 0}).code, "not_declared");
}

TEST(sdk, hooks_amend_then_check) {
    fake_host host;
    EXPECT_EQ(host.send({.text = "Hello"}).text, std::nullopt);
    EXPECT_EQ(host.send({.text = "Hello  "}).text, "Hello");
    EXPECT_EQ(host.send({.text = "   "}).text, "");
    EXPECT_EQ(host.send({.text = "bad  "}).status, PARLEY_REFUSED);
    EXPECT_EQ(host.send({.text = "odd"}).status, PARLEY_HELD);
    EXPECT_EQ(host.send({.text = "forbidden"}).code, "word");
    host.answer("user.get", {{"disabled", false}});
    EXPECT_TRUE(host.send({.text = "Hello", .message = 5}).ok());
    host.answer("user.get", {{"disabled", true}});
    EXPECT_EQ(host.send({.text = "Hello", .message = 5}).code, "disabled");
    EXPECT_EQ(host.change("member.add", one_message).status, PARLEY_OK);
    EXPECT_EQ(host.change("member.add", {{"message", "1"}}).code, "no");
}

TEST(sdk, events_jobs_services_health) {
    fake_host host;
    EXPECT_TRUE(host.hear("message.created", {}).ok());
    EXPECT_EQ(host.logged().back().fields.at("type"), "message.created");
    EXPECT_EQ(host.hear("message.deleted", {}).status, PARLEY_INVALID);
    EXPECT_TRUE(host.hear("message.deleted", one_message).ok());
    EXPECT_TRUE(host.hear("message.deleted", one_message).ok());
    ASSERT_EQ(host.jobs().size(), 1u);  // the same key
    EXPECT_EQ(host.jobs()[0].at, host.now() + 1000);
    EXPECT_EQ(host.decided().size(), 4u);
    host.serve("plain.double/1", {{"value", 4}});
    EXPECT_TRUE(host.run("again").ok());
    EXPECT_EQ(host.logged().back().fields.at("value"), 4);
    EXPECT_EQ(host.ask_service("plain.double/1", {{"value", 21}}).json.at("value"), 42);
    EXPECT_EQ(host.health().sentence, "It is ill.");
}

TEST(sdk, calls_from_many_threads_at_once) {
    fake_host host;
    host.answer("message.get", {{"id", "5"}, {"text", "Hello"}});
    std::vector<std::thread> all;
    for (int i = 0; i < 4; ++i)
        all.emplace_back([&] {
            for (int n = 0; n < 200; ++n) EXPECT_TRUE(host.call("plain.deep", one_message).ok());
        });
    for (auto& one : all) one.join();
    EXPECT_EQ(plain::alive_witnesses(), 0);
    EXPECT_TRUE(host.problems().empty());
}

TEST(sdk, the_section_says_what_the_manifest_says) {
    fake_host host;
    EXPECT_EQ(host.manifest().at("version"), "1.2.3");
    const auto* plugin = parley_plugin_entry_v1();
    EXPECT_EQ(std::string(plugin->version.data, plugin->version.size), "1.2.3");
}

}  // namespace
