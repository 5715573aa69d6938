// Transfers as a plugin's own tests see them, with the fake host.
#include <gtest/gtest.h>
#include <parley/testing/fake_host.hpp>

namespace {

namespace json = boost::json;

TEST(depot, keeps_what_was_admitted_and_sends_it) {
    parley::testing::fake_host host;
    const auto put = host.upload("depot.put", {{"name", "a.png"}}, {{"", "hello"}});
    ASSERT_TRUE(put.ok()) << put.sentence;
    EXPECT_EQ(put.json.at("reply").at("status"), 201);
    EXPECT_EQ(put.json.at("reply").at("json").at("bytes"), 5);
    EXPECT_TRUE(std::filesystem::exists(host.files() / "kept/1/a.png"));
    const auto got = host.begin_transfer("depot.get", {{"name", "a.png"}});
    EXPECT_EQ(got.json.at("reply").at("file").at("path"), "kept/1/a.png");
}

TEST(depot, is_told_of_what_was_too_much) {
    parley::testing::fake_host host({{"most_bytes", 3}});
    EXPECT_EQ(host.upload("depot.put", {{"name", "a"}}, {{"", "hello"}}).status, PARLEY_TOO_LARGE);
    const auto told = host.call("depot.told");
    EXPECT_EQ(told.json.at("broken"), 1);
    EXPECT_EQ(told.json.at("why"), "body_too_large");
}

TEST(depot, says_what_a_transfer_takes) {
    parley::testing::fake_host host;
    const auto& fields = host.command("depot.append").at("input").at("fields").as_array();
    ASSERT_EQ(fields.size(), 2U);
    EXPECT_EQ(fields[0].at("in"), "path");
    EXPECT_EQ(fields[1].at("in"), "header");
    EXPECT_EQ(fields[1].at("header"), "Upload-Offset");
    EXPECT_EQ(host.command("depot.page").at("permission"), "public");
    EXPECT_EQ(host.begin_transfer("depot.put", {{"name", std::string(65, 'a')}}).code, "text_too_long");
}

}  // namespace
