// Uploads in one request, from the first word to the blob and back.
#include "house_test.hpp"

namespace {

using namespace attachments::testing;

const std::string png("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\10\2\0\0\0\x90wS\xde", 33);
const json::object here{{"conversation", "11"}};

using uploads = house_test;

TEST_F(uploads, a_file_is_judged_put_away_and_ready_at_once) {
    const auto got = brings("../../ph\u202Eoto.png", png);
    ASSERT_TRUE(got.ok()) << got.code << got.sentence;
    EXPECT_EQ(got.json.at("reply").at("status"), 201);
    const auto file = body(got).at("files").at(0).as_object();
    EXPECT_EQ(file.at("name"), "photo.png");
    EXPECT_EQ(file.at("type"), "image/png");
    EXPECT_EQ(file.at("category"), "image");
    EXPECT_EQ(file.at("state"), "ready");
    EXPECT_EQ(file.at("sha256").as_string().size(), 64u);
    EXPECT_EQ(file.at("bytes"), 33);
    EXPECT_EQ(ledger(), "33 1 0 0");
    EXPECT_EQ(ledger("tenant"), "33 1 0 0");
    EXPECT_EQ(on_disk(), 1u);
    const auto path = sql("SELECT path FROM file");
    EXPECT_TRUE(path.starts_with("blobs/1/11/image/2023-11-14/")) << path;
    EXPECT_TRUE(std::filesystem::exists(host.files() / path));
}

TEST_F(uploads, content_goes_to_whoever_may_have_it) {
    const auto file = std::string(body(brings("a.png", png)).at("files").at(0).at("file").as_string());
    const auto got = host.call("file.content", {{"file", file}, {"transfer", {{"phase", "begin"}}}});
    const auto sent = got.json.at("reply").at("file").as_object();
    EXPECT_EQ(sent.at("attachment"), false);
    EXPECT_EQ(sent.at("sandbox"), true);
    EXPECT_EQ(sent.at("type"), "image/png");
    const auto refused = host.call("file.content", {{"file", file}, {"transfer", {{"phase", "begin"}}}}, {.user = 8});
    EXPECT_EQ(refused.code, "file_unknown");
}

TEST_F(uploads, what_a_browser_might_run_is_a_download_of_bytes) {
    const auto got = brings("a.html", "<!DOCTYPE html><html><script>alert(1)</script></html>");
    const auto file = body(got).at("files").at(0).as_object();
    EXPECT_EQ(file.at("type"), "text/html");
    EXPECT_EQ(file.at("in_place"), false);
    const auto sent = host.call("file.content", {{"file", file.at("file")}, {"transfer", {{"phase", "begin"}}}});
    EXPECT_EQ(sent.json.at("reply").at("file").at("attachment"), true);
    EXPECT_EQ(sent.json.at("reply").at("file").at("type"), "application/octet-stream");
}

TEST_F(uploads, of_several_files_each_is_judged_for_itself) {
    const auto got =
        host.upload("file.upload", here, {{.name = "a.png", .bytes = png}, {.name = "b.exe", .bytes = "MZ"}});
    EXPECT_EQ(body(got).at("files").as_array().size(), 1u);
    EXPECT_EQ(body(got).at("refused").at(0).at("name"), "b.exe");
    EXPECT_EQ(on_disk(), 1u);
    const auto none = host.upload("file.upload", here, {{.name = "a.jpg", .bytes = "<html>"}});
    EXPECT_EQ(none.status, PARLEY_INVALID);
    EXPECT_EQ(none.code, "type_mismatch");
    EXPECT_EQ(on_disk(), 1u);
    EXPECT_EQ(ledger(), "33 1 0 0");
    EXPECT_EQ(host.upload("file.upload", here, {}).code, "file_missing");
    EXPECT_EQ(ledger(), "33 1 0 0");
}

TEST_F(uploads, where_there_are_gates_it_waits_for_them) {
    has_gates({"approval", "virus_scan"});
    const auto file = body(brings("a.png", png)).at("files").at(0).as_object();
    EXPECT_EQ(file.at("state"), "checking");
    EXPECT_EQ(sql("SELECT gates FROM file"), "virus_scan approval");
    EXPECT_EQ(host.jobs().back().job, "check");
    const json::object ask{{"file", file.at("file")}, {"transfer", {{"phase", "begin"}}}};
    EXPECT_EQ(host.call("file.content", ask).code, "file_unknown");  // not even for its uploader
}

TEST_F(uploads, a_large_one_is_read_through_after_its_answer) {
    const auto file = body(brings("a.txt", std::string(17 << 20, 'a'))).at("files").at(0).as_object();
    EXPECT_EQ(file.at("state"), "checking");
    EXPECT_EQ(file.at("sha256"), "");
    ASSERT_EQ(host.jobs().back().job, "check");
    ASSERT_TRUE(host.run("check", {{"file", file.at("file")}}).ok());
    const auto now = host.call("file.get", {{"file", file.at("file")}}).json;
    EXPECT_EQ(now.at("state"), "ready");
    EXPECT_EQ(now.at("sha256").as_string().size(), 64u);
}

TEST_F(uploads, where_nobody_says_who_has_a_say_nothing_is_taken) {
    host.refuse("service host.providers/1", PARLEY_UNAVAILABLE, "stopping");
    EXPECT_FALSE(brings("a.png", png).ok());
    EXPECT_EQ(sql("SELECT count(*) FROM file"), "0");
}

TEST_F(uploads, too_large_is_known_from_the_headers) {
    host.set({{"max_file_size", 10'000'000}, {"max_files_per_upload", 1}});
    const auto got = host.begin_transfer("file.upload", here, {}, std::int64_t{5} << 30);
    EXPECT_EQ(got.status, PARLEY_TOO_LARGE);
    EXPECT_EQ(sql("SELECT count(*) FROM upload"), "0");
    const auto open = host.begin_transfer("file.upload", here, {}, -1);
    EXPECT_EQ(open.json.at("admit").at("most_bytes"), 10'000'000);
    EXPECT_EQ(ledger(), "0 0 10000000 1");
}

TEST_F(uploads, a_lying_length_reserves_no_more_than_there_is) {
    host.set({{"user_quota", 1000}});
    const auto got = host.begin_transfer("file.upload", here, {}, 1100);  // the form is longer than its file
    EXPECT_EQ(got.json.at("admit").at("most_bytes"), 1000);
    EXPECT_EQ(host.begin_transfer("file.upload", here, {}, 10).code, "quota_exceeded");
    EXPECT_EQ(host.begin_transfer("file.upload", here, {.user = 8}, 10).json.at("admit").at("most_bytes"), 10);
}

TEST_F(uploads, a_hundred_at_99_percent_never_go_over) {
    host.set({{"storage_quota", 10'000}, {"max_concurrent_uploads", 1000}});
    sql("INSERT INTO usage_tally VALUES (1, 1, 'tenant', '', 9900, 9, 0, 0)");
    std::vector<parley_reply> asked;
    for (int i = 0; i < 100; ++i) {
        const json::object input{{"conversation", "11"},
                                 {"transfer", {{"phase", "begin"}, {"content_length", 60}, {"content_type", ""}}}};
        asked.push_back(host.begin("file.upload", input, {.user = 100 + i}));
    }
    std::int64_t reserved = 0;
    for (const auto one : asked) {
        const auto got = host.wait(one);
        if (got.ok()) reserved += got.json.at("admit").at("most_bytes").as_int64();
    }
    EXPECT_EQ(reserved, 100);
    EXPECT_EQ(ledger("tenant"), "9900 9 100 2");
}

TEST_F(uploads, the_number_of_files_has_its_quota_too) {
    host.set({{"user_quota_files", 2}});
    EXPECT_TRUE(brings("a.png", png).ok());
    const auto got =
        host.upload("file.upload", here, {{.name = "b.png", .bytes = png}, {.name = "c.png", .bytes = png}});
    EXPECT_EQ(got.status, PARLEY_TOO_LARGE) << got.code;
    EXPECT_TRUE(brings("b.png", png).ok());
    EXPECT_EQ(brings("c.png", png).code, "quota_exceeded");
    EXPECT_EQ(ledger(), "66 2 0 0");
}

TEST_F(uploads, one_that_breaks_leaves_nothing) {
    const auto begun = host.begin_transfer("file.upload", here, {}, 1000);
    EXPECT_EQ(ledger(), "0 0 1000 1");
    parley::sdk::received what;
    what.why = "body_broken";
    what.kept = begun.json.at("admit").at("kept").as_object();
    EXPECT_FALSE(host.end_transfer("file.upload", here, what).ok());
    EXPECT_EQ(ledger(), "0 0 0 0");
    EXPECT_EQ(sql("SELECT count(*) FROM upload"), "0");
}

TEST_F(uploads, not_too_many_at_the_same_time) {
    host.set({{"max_concurrent_uploads", 2}});
    const auto first = host.begin_transfer("file.upload", here, {}, 10);
    EXPECT_TRUE(host.begin_transfer("file.upload", here, {}, 10).ok());
    EXPECT_EQ(host.begin_transfer("file.upload", here, {}, 10).status, PARLEY_LIMITED);
    EXPECT_TRUE(host.begin_transfer("file.upload", here, {.user = 8}, 10).ok());
    parley::sdk::received what;
    what.kept = first.json.at("admit").at("kept").as_object();
    (void)host.end_transfer("file.upload", here, what);
    EXPECT_TRUE(host.begin_transfer("file.upload", here, {}, 10).ok());
}

TEST_F(uploads, a_warning_is_said_once_at_80_percent) {
    host.set({{"user_quota", 100}});
    EXPECT_TRUE(brings("a.txt", std::string(70, 'a')).ok());
    const auto warnings = [&] {
        const auto all = host.events();
        return std::count_if(all.begin(), all.end(), [](const auto& one) { return one.type == "file.quota_warned"; });
    };
    EXPECT_EQ(warnings(), 0);
    EXPECT_TRUE(brings("b.txt", std::string(15, 'a')).ok());
    EXPECT_EQ(warnings(), 1);
    EXPECT_TRUE(brings("c.txt", "a").ok());
    EXPECT_EQ(warnings(), 1);
}

TEST_F(uploads, a_newer_version_stands_beside_the_older_one) {
    const auto first = std::string(body(brings("a.txt", "one")).at("files").at(0).at("file").as_string());
    ASSERT_TRUE(written("message.created", "5", {first}).ok());
    const json::object beside{{"conversation", "11"}, {"version_of", first}};
    const auto got = host.upload("file.upload", beside, {{.name = "b.txt", .bytes = "two"}});
    const auto second = body(got).at("files").at(0).as_object();
    EXPECT_EQ(second.at("version"), 2);
    EXPECT_EQ(second.at("version_of"), first.c_str());
    EXPECT_EQ(second.at("message"), "5");
    EXPECT_EQ(host.call("file.versions", {{"file", second.at("file")}}, {.user = 9}).json.at("files").as_array().size(),
              2u);
    EXPECT_EQ(host.call("file.list", {{"conversation", "11"}}, {.user = 9}).json.at("files").as_array().size(), 1u);
    EXPECT_EQ(host.upload("file.upload", beside, {{.name = "c.txt", .bytes = "x"}}, {.user = 8}).code, "file_unknown");
    has_gates({"virus_scan"});
    const auto third =
        body(host.upload("file.upload", beside, {{.name = "b.txt", .bytes = "three"}})).at("files").at(0).as_object();
    EXPECT_EQ(third.at("version"), 3);
    EXPECT_EQ(host.call("file.get", {{"file", third.at("file")}}, {.user = 9}).code, "file_unknown");
    EXPECT_EQ(host.call("file.versions", {{"file", first}}, {.user = 9}).json.at("files").as_array().size(), 2u);
}

TEST_F(uploads, deleting_leaves_nothing_on_the_disk) {
    const auto file = std::string(body(brings("a.png", png)).at("files").at(0).at("file").as_string());
    ASSERT_TRUE(written("message.created", "5", {file}).ok());
    ASSERT_TRUE(host.hear("message.purged", {{"message", {{"id", "5"}}}}).ok());
    EXPECT_EQ(on_disk(), 0u);
    EXPECT_EQ(ledger(), "0 0 0 0");
    EXPECT_FALSE(std::filesystem::exists(host.files() / "blobs/1/11"));
}

}  // namespace
