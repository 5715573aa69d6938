// The approval plugin's rows on PostgreSQL; its own tests run on SQLite.
#include "stored/on_postgresql.hpp"

namespace {

namespace json = boost::json;

class approval : public parley::testing::on_postgresql {
protected:
    approval() { host->serve("attachments.verdict/1", {{"file", "3"}, {"state", "ready"}}); }

    /// The id in the queue.
    std::string waits(int id) {
        const json::object file{{"file", std::to_string(id)},
                                {"path", "x"},
                                {"name", "a.pdf"},
                                {"type", "application/pdf"},
                                {"category", "document"},
                                {"bytes", 12},
                                {"tenant", "1"},
                                {"conversation", "11"},
                                {"model", ""},
                                {"uploader", "9"}};
        const auto got = host->ask_service("approval.file_check/1", file);
        EXPECT_EQ(got.json.at("verdict"), "wait") << got.sentence;
        return run("SELECT id FROM item WHERE subject = " + std::to_string(id));
    }
    void waits_for_a_lock() {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (run("SELECT count(*) FROM pg_locks WHERE NOT granted") == "0" &&
               std::chrono::steady_clock::now() < deadline)
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    /// What reviewers are told of the queue stands beside them.
    std::string decisions_said() { return run("SELECT count(*) FROM parley_outbox WHERE type <> 'approval.changed'"); }
};

TEST_F(approval, waits_is_decided_counted_and_forgotten) {
    const auto one = waits(3);
    const auto two = waits(4);
    EXPECT_EQ(
        host->call("approval.list", {{"overdue", false}, {"kind", "file"}}).json.at("approvals").as_array().size(), 2U);
    ASSERT_TRUE(host->call("approval.note", {{"approval", one}, {"text", "Hm."}}).ok());
    host->advance(std::chrono::hours(5));
    ASSERT_TRUE(host->run("sweep").ok());
    const auto done =
        host->call("approval.decide", {{"approvals", {one, two}}, {"decision", "reject"}, {"reason", "It's late."}});
    ASSERT_TRUE(done.ok()) << done.sentence;
    const auto got = host->call("approval.get", {{"approval", one}}).json;
    EXPECT_EQ(got.at("history").as_array().size(), 4U);
    EXPECT_EQ(got.at("reason"), "It's late.");
    const auto figures = host->call("approval.figures").json;
    EXPECT_EQ(
        json::serialize(figures),
        R"({"days":30,"approved":0,"rejected":2,"median_ms":18000000,"p90_ms":18000000,"waiting":0,"overdue":0})");
    EXPECT_EQ(decisions_said(), "2");
    EXPECT_EQ(run("SELECT count(*) FROM item WHERE settled = 0"), "0");
    ASSERT_TRUE(host->hear("file.removed", {{"file", "3"}}).ok());
    EXPECT_EQ(run("SELECT name || reason FROM item WHERE id = " + one), "");
}

TEST_F(approval, knows_guests_by_their_messages) {
    host->set({{"hold_first_of_guest", true}});
    EXPECT_EQ(host->send({.text = "hello", .author = 9, .author_role = "guest"}).status, PARLEY_HELD);
    const json::object message{
        {"id", "5"},       {"conversation", "11"},
        {"author", "9"},   {"type", "text"},
        {"text", "hello"}, {"held_by", json::array{json::object{{"holder", "approval"}, {"reason", "x"}}}}};
    ASSERT_TRUE(host->hear("message.held", {{"message", message}}).ok());
    ASSERT_TRUE(host->call("approval.approve", {{"approval", run("SELECT id FROM item")}}).ok());
    EXPECT_TRUE(host->send({.text = "hello", .author = 9, .author_role = "guest"}).ok());
}

TEST_F(approval, is_given_once_when_two_servers_decide) {
    const auto one = waits(3);
    run("BEGIN");
    run("UPDATE item SET state = 'rejected', decided_by = 8, decided_at = 1 WHERE id = " + one);
    const auto late = host->begin("approval.approve", {{"approval", one}});
    waits_for_a_lock();
    run("COMMIT");
    const auto got = host->wait(late);
    EXPECT_EQ(got.status, PARLEY_CONFLICT);
    EXPECT_EQ(got.code, "approval_decided");
    EXPECT_EQ(run("SELECT state FROM item"), "rejected");
    EXPECT_EQ(run("SELECT count(*) FROM entry"), "1");
    EXPECT_EQ(decisions_said(), "0");
}

}  // namespace
