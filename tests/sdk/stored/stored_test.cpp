// Transactions of a plugin, on SQLite by the fake host and on a PostgreSQL of the test's own.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <parley/testing/fake_host.hpp>
#include <thread>

#include "on_postgresql.hpp"

namespace {

using parley::testing::fake_host;
using parley::testing::on_postgresql;
namespace json = boost::json;

parley::testing::answer put(fake_host& host, const char* name, std::int64_t number, const char* ends = "well") {
    return host.call("stored.put", {{"name", name}, {"number", number}, {"ends", ends}});
}
json::object sum_of(fake_host& host) { return host.call("stored.sum").json; }

TEST(sdk_storage, rows_and_events_are_committed_together) {
    fake_host host;
    EXPECT_EQ(put(host, "a", 2).json.at("number"), 2);
    EXPECT_EQ(put(host, "a", 3).json.at("number"), 5);
    EXPECT_EQ(sum_of(host), (json::object{{"number", 5}, {"rows", 1}}));
    const auto said = host.events();
    ASSERT_EQ(said.size(), 4U);
    EXPECT_EQ(said[0].type, "stored.put");
    EXPECT_EQ(said[0].conversation.number(), 11);
    EXPECT_EQ(said[1].type, "stored.seen");
    EXPECT_EQ(said[1].user.number(), 7);
    EXPECT_EQ(said[1].data.at("it's"), "a 'quoted' \\ text");
}

TEST(sdk_storage, what_ends_badly_leaves_nothing) {
    fake_host host;
    EXPECT_EQ(put(host, "a", 2, "error").code, "asked_for");
    EXPECT_EQ(put(host, "a", 2, "exception").status, PARLEY_FAILED);
    EXPECT_EQ(sum_of(host).at("rows"), 0);
    EXPECT_TRUE(host.events().empty());
    EXPECT_TRUE(put(host, "a", 2).ok());
}

TEST(sdk_storage, waiting_calls_do_not_outlive_the_plugin) {
    for (int i = 0; i < 20; ++i) {
        fake_host host;
        for (int n = 0; n < 20; ++n) (void)host.begin("stored.sum");
        host.stop();
    }
}

TEST_F(on_postgresql, rows_and_events_are_committed_together) {
    EXPECT_EQ(put(*host, "a", 2).json.at("number"), 2);
    EXPECT_EQ(put(*host, "b", 2, "error").code, "asked_for");
    EXPECT_EQ(put(*host, "b", 2, "exception").status, PARLEY_FAILED);
    EXPECT_EQ(run("SELECT number FROM kept"), "2");
    EXPECT_EQ(run("SELECT string_agg(type, ' ' ORDER BY id) FROM parley_outbox"), "stored.put stored.seen");
    EXPECT_EQ(run("SELECT data::json->>'it''s' FROM parley_outbox WHERE type = 'stored.seen'"), "a 'quoted' \\ text");
}

TEST_F(on_postgresql, who_lost_a_race_runs_again) {
    EXPECT_TRUE(put(*host, "a", 1).ok());
    run("BEGIN");
    run("UPDATE kept SET number = number + 10 WHERE name = 'a'");
    const auto late = host->begin("stored.put", {{"name", "a"}, {"number", 100}, {"ends", "well"}});
    // It waits for the row by now, or will read it afterwards: the sum is the same.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (run("SELECT count(*) FROM pg_locks WHERE NOT granted") == "0" && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    run("COMMIT");
    EXPECT_EQ(host->wait(late).json.at("number"), 111);
    EXPECT_EQ(run("SELECT count(*) FROM parley_outbox"), "4");
}

TEST_F(on_postgresql, two_who_make_the_same_row_are_one) {
    run("BEGIN");
    run("INSERT INTO kept (id, name, number) VALUES (1, 'a', 10)");
    const auto late = host->begin("stored.put", {{"name", "a"}, {"number", 100}, {"ends", "well"}});
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (run("SELECT count(*) FROM pg_locks WHERE NOT granted") == "0" && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    run("COMMIT");
    EXPECT_EQ(host->wait(late).json.at("number"), 110);
}

TEST_F(on_postgresql, a_server_that_went_away_is_found_again) {
    EXPECT_TRUE(put(*host, "a", 1).ok());
    server()->stop();
    EXPECT_EQ(put(*host, "a", 1).status, PARLEY_UNAVAILABLE);
    server()->start();
    EXPECT_EQ(put(*host, "a", 1).json.at("number"), 2);
    // Dead, and not known to be so yet.
    server()->stop();
    server()->start();
    EXPECT_EQ(put(*host, "a", 1).json.at("number"), 3);
}

/// Somebody else writes for a while: a transaction waits for its turn.
TEST(sdk_storage, a_busy_database_is_waited_for) {
    fake_host host;
    EXPECT_TRUE(put(host, "a", 1).ok());
    sqlite3* other = nullptr;
    ASSERT_EQ(sqlite3_open(host.database_file().c_str(), &other), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE; UPDATE kept SET number = 10", nullptr, nullptr, nullptr),
              SQLITE_OK);
    const auto late = host.begin("stored.put", {{"name", "a"}, {"number", 100}, {"ends", "well"}});
    EXPECT_FALSE(host.is_answered(late));
    ASSERT_EQ(sqlite3_exec(other, "COMMIT", nullptr, nullptr, nullptr), SQLITE_OK);
    EXPECT_EQ(host.wait(late).json.at("number"), 110);
    sqlite3_close(other);
}

}  // namespace
