// The plugin in front of a fake host: no server is needed.
#include <gtest/gtest.h>

#include <parley/testing/fake_host.hpp>

namespace {

using parley::testing::fake_host;

TEST(word_watch, passes_what_it_does_not_know) {
    fake_host host({{"words", {"secret"}}});
    EXPECT_TRUE(host.send({.text = "Nothing to see, secretary."}).ok());
    EXPECT_EQ(host.metric("met"), 0);
}

TEST(word_watch, refuses_or_holds_as_the_settings_say) {
    fake_host host({{"words", {"Secret"}}});
    EXPECT_EQ(host.send({.text = "A SECRET!"}).code, "word_refused");
    host.set({{"words", {"secret"}}, {"action", "hold"}});
    EXPECT_EQ(host.send({.text = "A secret!"}).status, PARLEY_HELD);
    EXPECT_EQ(host.metric("met"), 2);
}

TEST(word_watch, counts_for_managers) {
    fake_host host({{"words", {"secret", "plan"}}});
    (void)host.send({.text = "secret"});
    (void)host.send({.text = "secret"});
    (void)host.send({.text = "the plan"});
    const auto got = host.call("word_watch.counts");
    EXPECT_EQ(boost::json::serialize(got.json), R"({"words":{"plan":1,"secret":2}})");
    EXPECT_EQ(host.command("word_watch.counts").at("permission"), "word_watch.see");
    EXPECT_EQ(host.call("word_watch.counts", {{"days", 0}}).field, "days");
}

TEST(word_watch, trims_what_is_old) {
    fake_host host({{"words", {"secret"}}, {"keep_days", 7}});
    (void)host.send({.text = "secret"});
    host.advance(std::chrono::hours(24 * 8));
    EXPECT_TRUE(host.run("trim").ok());
    EXPECT_TRUE(host.call("word_watch.counts", {{"days", 365}}).json.at("words").as_object().empty());
}

}  // namespace
