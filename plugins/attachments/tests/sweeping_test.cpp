// Leftovers, crashes, and the command that proves that there are none.
#include "house_test.hpp"

namespace {

using namespace attachments::testing;

struct sweeping : house_test {
    std::string takes(const std::string& name = "a.txt", const std::string& bytes = "hello") {
        return std::string(body(brings(name, bytes)).at("files").at(0).at("file").as_string());
    }
    json::object verifies(json::object how = {}) {
        const auto said = host.call("files.verify", how);
        EXPECT_TRUE(said.ok()) << said.sentence;
        return said.json;
    }
    void age(const std::string& path) const {
        const auto old = std::filesystem::file_time_type::clock::now() - std::chrono::hours(24 * 365 * 10);
        std::filesystem::last_write_time(host.files() / path, old);
    }
};

TEST_F(sweeping, what_nobody_sent_goes_and_what_somebody_did_stays) {
    const auto sent = takes();
    ASSERT_TRUE(written("message.created", "5", {sent}).ok());
    const auto unsent = takes("b.txt");
    const auto bad = has_file({.state = "rejected", .message = 6});
    ASSERT_TRUE(host.run("sweep").ok());
    EXPECT_EQ(sql("SELECT count(*) FROM file"), "3");
    host.advance(std::chrono::hours(25));
    ASSERT_TRUE(host.run("sweep").ok());
    EXPECT_EQ(state_of(unsent), "");
    EXPECT_EQ(state_of(sent), "ready");
    EXPECT_EQ(state_of(bad), "rejected");
    EXPECT_EQ(on_disk(), 1u);
    sql("UPDATE usage_tally SET bytes = bytes + 100, files = files + 1");  // of the one that was put there by hand
    host.advance(std::chrono::hours(24 * 31));
    ASSERT_TRUE(host.run("sweep").ok());
    EXPECT_EQ(state_of(bad), "");
    EXPECT_EQ(ledger(), "5 1 0 0");
}

TEST_F(sweeping, sweeps_are_as_far_apart_as_the_setting_says) {
    host.set({{"cleanup_interval", 60}, {"unsent_expiry_minutes", 1}});
    ASSERT_TRUE(host.run("sweep").ok());
    takes();
    host.advance(std::chrono::minutes(30));
    ASSERT_TRUE(host.run("sweep").ok());
    EXPECT_EQ(sql("SELECT count(*) FROM file"), "1");
    host.advance(std::chrono::minutes(31));
    ASSERT_TRUE(host.run("sweep").ok());
    EXPECT_EQ(sql("SELECT count(*) FROM file"), "0");
}

TEST_F(sweeping, what_ended_with_the_process_is_given_back_at_the_next_start) {
    takes();
    ASSERT_TRUE(host.begin_transfer("file.upload", {{"conversation", "11"}}, {}, 1000).ok());
    has_file({.state = "uploading"});
    const auto resumable = host.begin_transfer(
        "upload.create", {{"conversation", "11"}, {"tus_resumable", "1.0.0"}, {"upload_length", 70}}, {}, 0);
    ASSERT_TRUE(resumable.ok());
    sql("UPDATE usage_tally SET bytes = bytes + 100, files = files + 1");  // of the one that was put there by hand
    EXPECT_EQ(ledger(), "105 2 1070 2");
    host.stop();

    const auto file = host.database_file();
    const parley_database where{sizeof(parley_database), PARLEY_SQLITE, {file.data(), file.size()}, {"", 0}};
    fake_host next({}, where);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (ledger() != "5 1 70 1" && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    EXPECT_EQ(ledger(), "5 1 70 1");
    EXPECT_EQ(sql("SELECT count(*) FROM upload WHERE kind = 'tus'"), "1");
    EXPECT_EQ(sql("SELECT count(*) FROM file WHERE state = 'uploading'"), "0");
}

TEST_F(sweeping, all_is_well_where_nothing_happened) {
    takes();
    takes("b.txt", "other");
    const auto got = verifies({{"deep", true}});
    EXPECT_EQ(json::serialize(got), R"({"files":2,"bytes":10,"lost":0,"changed":0,"orphans":0,"leftovers":0,)"
                                    R"("strays":0,"wrong_tallies":0,"repaired":false,"found":[]})");
}

TEST_F(sweeping, orphans_of_both_kinds_are_found_and_mended) {
    const auto lost = takes();
    const auto changed = takes("b.txt", "other");
    takes("c.txt", "third");
    std::filesystem::remove(host.files() / sql("SELECT path FROM file WHERE id = " + lost));
    std::ofstream(host.files() / sql("SELECT path FROM file WHERE id = " + changed)) << "OTHER";
    write("blobs/1/9/image/2020-01-01/77", "nobody's");
    age("blobs/1/9/image/2020-01-01/77");
    write("blobs/2/9/image/2020-01-01/78", "another tenant's");
    age("blobs/2/9/image/2020-01-01/78");
    write("incoming/left", "x");
    age("incoming/left");
    const auto stray = takes("d.txt", "fourth");
    sql("UPDATE file SET version_of = 12345, version = 2 WHERE id = " + stray);
    sql("UPDATE usage_tally SET bytes = 7");

    const auto said = verifies({{"deep", true}});
    EXPECT_EQ(said.at("lost"), 1);
    EXPECT_EQ(said.at("changed"), 1);
    EXPECT_EQ(said.at("orphans"), 1);
    EXPECT_EQ(said.at("leftovers"), 1);
    EXPECT_EQ(said.at("strays"), 1);
    EXPECT_EQ(said.at("wrong_tallies"), 2);  // of the user and of the tenant
    EXPECT_EQ(ledger(), "7 4 0 0") << "looking changes nothing";
    EXPECT_EQ(sql("SELECT count(*) FROM file"), "4");
    EXPECT_EQ(verifies({{"deep", true}, {"repair", true}}).at("repaired"), true);
    const auto after = verifies({{"deep", true}});
    EXPECT_EQ(json::serialize(after), R"({"files":1,"bytes":5,"lost":0,"changed":0,"orphans":0,"leftovers":0,)"
                                      R"("strays":0,"wrong_tallies":0,"repaired":false,"found":[]})");
    EXPECT_EQ(ledger(), "5 1 0 0");
    EXPECT_TRUE(std::filesystem::exists(host.files() / "blobs/2/9/image/2020-01-01/78"));
}

TEST_F(sweeping, the_operator_is_told_where_and_a_tenants_admin_how_many) {
    const auto lost = takes();
    const auto path = sql("SELECT path FROM file WHERE id = " + lost);
    std::filesystem::remove(host.files() / path);
    EXPECT_TRUE(verifies().at("found").as_array().empty());
    const auto said = host.call("files.verify", {}, {.user = 0}).json;
    EXPECT_EQ(json::serialize(said.at("found")), R"(["file )" + lost + " has lost its content local:" + path + R"("])");
}

}  // namespace
