// The attachments plugin's rows on PostgreSQL; its own tests run on SQLite.
#include <filesystem>

#include "stored/on_postgresql.hpp"

namespace {

namespace json = boost::json;

class attachments : public parley::testing::on_postgresql {
protected:
    attachments() {
        host->answer("message.get", {{"id", "5"}, {"deleted_at", nullptr}});
        host->serve("host.providers/1", {{"plugins", json::array{}}});
        std::filesystem::create_directories(host->files());
    }
    /// The file's id.
    std::string brings(const std::string& name, const std::string& bytes, std::int64_t user = 7) {
        const auto got =
            host->upload("file.upload", {{"conversation", "11"}}, {{.name = name, .bytes = bytes}}, {.user = user});
        EXPECT_TRUE(got.ok()) << got.code << " " << got.sentence;
        if (!got.ok()) return {};
        return std::string(got.json.at("reply").at("json").at("files").at(0).at("file").as_string());
    }
    parley::testing::answer written(const char* type, const std::string& file) {
        const json::object what{{"id", "5"},
                                {"conversation", "11"},
                                {"author", "7"},
                                {"data", {{"files", json::array{json::object{{"file", file}}}}}},
                                {"held_by", json::array{json::object{{"holder", "attachments"}, {"reason", "x"}}}}};
        return host->hear(type, {{"message", what}});
    }
    std::string ledger() {
        return run(
            "SELECT bytes || ' ' || files || ' ' || reserved_bytes || ' ' || reserved_files FROM usage_tally "
            "WHERE scope = 'tenant'");
    }
};

TEST_F(attachments, come_are_shown_checked_and_go) {
    const auto first = brings("a.txt", "hello");
    const auto second = brings("b.txt", "other");
    EXPECT_EQ(ledger(), "10 2 0 0");
    const json::object data{{"files", json::array{json::object{{"file", first}}}}};
    EXPECT_TRUE(host->send({.data = data}).ok());
    ASSERT_TRUE(written("message.created", first).ok());
    EXPECT_EQ(host->call("file.list", {{"conversation", "11"}}, {.user = 9}).json.at("files").as_array().size(), 1U);
    EXPECT_EQ(
        host->call("file.list", {{"conversation", "11"}, {"category", "document"}, {"before", second}}, {.user = 9})
            .json.at("files")
            .as_array()
            .size(),
        1U);
    const auto version = host->upload("file.upload", {{"conversation", "11"}, {"version_of", first}},
                                      {{.name = "a.txt", .bytes = "hello again"}});
    EXPECT_TRUE(version.ok()) << version.sentence;
    EXPECT_EQ(host->call("file.versions", {{"file", first}}).json.at("files").as_array().size(), 2U);
    EXPECT_EQ(host->ask_service("attachments.recheck/1", {{"file", first}, {"gate", "virus_scan"}}).json.at("state"),
              "checking");
    host->serve("virus_scan.file_check/1", {{"verdict", "quarantine"}, {"reason", "Eicar"}});
    ASSERT_TRUE(host->run("check", {{"file", first}}).ok());
    EXPECT_EQ(run("SELECT state FROM file WHERE id = " + first), "quarantined");
    ASSERT_TRUE(host->run("settle").ok());
    ASSERT_TRUE(host->hear("message.purged", {{"message", {{"id", "5"}}}}).ok());
    EXPECT_EQ(run("SELECT count(*) FROM file"), "1");
    EXPECT_EQ(run("SELECT count(*) FROM doomed"), "0");
    EXPECT_EQ(ledger(), "5 1 0 0");
    const auto report = host->call("files.verify", {{"deep", true}, {"repair", true}}).json;
    EXPECT_EQ(report.at("wrong_tallies"), 0);
    EXPECT_EQ(report.at("lost"), 0);
    host->advance(std::chrono::hours(25));
    ASSERT_TRUE(host->run("sweep").ok());
    EXPECT_EQ(run("SELECT count(*) FROM file"), "0");
    EXPECT_EQ(ledger(), "0 0 0 0");
}

TEST_F(attachments, are_resumable) {
    const json::object at{{"conversation", "11"},
                          {"tus_resumable", "1.0.0"},
                          {"upload_length", 5},
                          {"upload_metadata", "filename YS50eHQ="}};
    const auto made =
        host->upload("upload.create", at, {{.name = {}, .bytes = "hello", .type = "application/offset+octet-stream"}});
    ASSERT_TRUE(made.ok()) << made.sentence;
    EXPECT_TRUE(made.json.at("reply").at("headers").as_object().contains("X-Parley-File"));
    EXPECT_EQ(ledger(), "5 1 0 0");
}

TEST_F(attachments, room_is_not_given_twice_when_two_servers_give) {
    brings("a.txt", "hello");
    host->set({{"storage_quota", 100}});
    run("BEGIN");
    run("UPDATE usage_tally SET reserved_bytes = 90, reserved_files = 1 WHERE scope = 'tenant'");
    const json::object input{{"conversation", "11"},
                             {"transfer", {{"phase", "begin"}, {"content_length", 50}, {"content_type", ""}}}};
    const auto late = host->begin("file.upload", input, {.user = 8});
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (run("SELECT count(*) FROM pg_locks WHERE NOT granted") == "0" && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    run("COMMIT");
    const auto got = host->wait(late);
    ASSERT_TRUE(got.ok()) << got.code;
    EXPECT_EQ(got.json.at("admit").at("most_bytes"), 5);
    EXPECT_EQ(ledger(), "5 1 95 2");
}

}  // namespace
