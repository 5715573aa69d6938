// The reactions plugin's rows on PostgreSQL; its own tests run on SQLite.
#include "stored/on_postgresql.hpp"

namespace {

namespace json = boost::json;

class reactions : public parley::testing::on_postgresql {
protected:
    reactions() {
        host->answer("message.get",
                     {{"id", "5"}, {"conversation", "11"}, {"state", "published"}, {"deleted_at", nullptr}});
    }
    parley::testing::answer call(const char* command, std::int64_t user, json::object input = {}) {
        input.emplace("message", "5");
        return host->call(command, input, {.user = user});
    }
};

TEST_F(reactions, are_counted_shown_and_forgotten) {
    for (std::int64_t user = 1; user <= 10; ++user) ASSERT_TRUE(call("reaction.add", user, {{"emoji", "👍"}}).ok());
    EXPECT_EQ(call("reaction.add", 3, {{"emoji", "🎉"}}).json.at("count"), 1);
    EXPECT_EQ(call("reaction.remove", 1, {{"emoji", "👍"}}).json.at("count"), 9);
    EXPECT_EQ(
        json::serialize(call("reaction.of", 3).json),
        R"({"message":"5","reactions":[{"emoji":"👍","count":9,"users":["2","3","4","5","6","7","8","9"],"mine":true},)"
        R"({"emoji":"🎉","count":1,"users":["3"],"mine":true}]})");
    EXPECT_EQ(json::serialize(call("reaction.users", 3, {{"emoji", "👍"}, {"after", "8"}}).json),
              R"({"users":["9","10"],"more":false})");
    EXPECT_EQ(host->call("reaction.list", {{"messages", {"5"}}}).json.at("messages").as_array().size(), 1U);
    EXPECT_EQ(run("SELECT count(*) FROM parley_outbox"), "12");
    EXPECT_TRUE(host->hear("message.deleted", {{"message", {{"id", "5"}}}}).ok());
    EXPECT_EQ(run("SELECT count(*) FROM reaction"), "0");
    EXPECT_EQ(run("SELECT count(*) FROM reaction_tally"), "0");
}

TEST_F(reactions, are_not_lost_when_two_servers_count) {
    ASSERT_TRUE(call("reaction.add", 1, {{"emoji", "👍"}}).ok());
    run("BEGIN");
    run("UPDATE reaction_tally SET count = count + 1");
    const auto late = host->begin("reaction.add", {{"message", "5"}, {"emoji", "👍"}}, {.user = 2});
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (run("SELECT count(*) FROM pg_locks WHERE NOT granted") == "0" && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    run("COMMIT");
    EXPECT_EQ(host->wait(late).json.at("count"), 3);
}

}  // namespace
