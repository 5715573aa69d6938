// The ledger on its own, in a database of the fake host's.
#include "quota.hpp"

#include <parley/storage.hpp>

#include "house_test.hpp"

namespace {

using namespace attachments;
using quota = attachments::testing::house_test;

TEST(room, is_what_the_narrowest_limit_leaves) {
    usages all;
    EXPECT_EQ(room_in(all, 1000), 1000);
    all.tenant = {.bytes = 10, .most_bytes = 500};
    all.user = {.bytes = 95, .most_bytes = 100};
    EXPECT_EQ(room_in(all, 1000), 5);
    all.user.bytes = 200;
    EXPECT_EQ(room_in(all, 1000), 0);
    EXPECT_EQ(require_room(all, {1, 1}).error().code, "quota_exceeded");
}

TEST(room, files_are_counted_too) {
    usages all;
    all.model = {.files = 9, .most_files = 10};
    EXPECT_TRUE(require_room(all, {1'000'000, 1}));
    EXPECT_FALSE(require_room(all, {0, 2}));
}

TEST_F(quota, ones_own_usage_has_limits_and_a_warning) {
    sql("INSERT INTO usage_tally VALUES (2, 1, 'user', '7', 70, 3, 9, 1)");
    host.set({{"user_quota", 100}});
    auto got = host.call("file.usage").json.at("user").as_object();
    EXPECT_EQ(got.at("bytes"), 79);
    EXPECT_EQ(got.at("files"), 4);
    EXPECT_EQ(got.at("warning"), false);
    sql("UPDATE usage_tally SET bytes = 71");
    EXPECT_EQ(host.call("file.usage").json.at("user").at("warning"), true);
    EXPECT_EQ(host.call("files.usage", {}, {.user = 9}).json.at("user").at("bytes"), 0);
}

}  // namespace
