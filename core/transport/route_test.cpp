// Paths and queries: what matches what, and what is refused.
#include "transport/route.hpp"
#include "transport/testing/kernel_catalogue.hpp"

#include <gtest/gtest.h>

namespace parley::transport {
namespace {

TEST(route, finds_the_operation_and_what_the_path_carries) {
    const auto found = testing::kernel_catalogue().route("PATCH", "/api/v1/messages/42");
    ASSERT_TRUE(found);
    ASSERT_NE(found->found, nullptr);
    EXPECT_EQ(found->found->name, "message.edit");
    EXPECT_EQ(found->carried.at("message").as_string(), "42");
}

TEST(route, prefers_the_literal_segment) {
    const auto me = testing::kernel_catalogue().route("GET", "/api/v1/users/me");
    ASSERT_TRUE(me && me->found);
    EXPECT_EQ(me->found->name, "user.me");
    const auto browse = testing::kernel_catalogue().route("GET", "/api/v1/conversations/browse");
    ASSERT_TRUE(browse && browse->found);
    EXPECT_EQ(browse->found->name, "conversation.browse");
}

TEST(route, answers_head_as_get) {
    const auto found = testing::kernel_catalogue().route("HEAD", "/api/v1/users/me");
    ASSERT_TRUE(found && found->found);
    EXPECT_EQ(found->found->name, "user.me");
}

TEST(route, names_the_methods_that_a_path_takes) {
    const auto found = testing::kernel_catalogue().route("PUT", "/api/v1/messages/42");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->found, nullptr);
    EXPECT_FALSE(found->allowed.empty());
}

TEST(route, matches_exactly_or_not_at_all) {
    for (const auto* path :
         {"", "/", "//api/v1/users/me", "/api/v1/users/me/", "/api/v1//users/me", "/api/v1/users/%6de",
          "/api/v1/users/../users/me", "/api/v1/Users/me", "/api/v1/messages/", "/api/v1/messages/x",
          "/api/v1/messages/-1", "/api/v1/messages/1%2f2", "/api/v1/messages/99999999999999999999"})
        EXPECT_FALSE(testing::kernel_catalogue().route("GET", path)) << path;
}

TEST(query, is_decoded_and_typed) {
    const auto* list = testing::kernel_catalogue().find("message.list");
    ASSERT_NE(list, nullptr);
    const auto given = read_query(*list, "limit=20&before=7");
    ASSERT_TRUE(given);
    EXPECT_EQ(given->at("limit").as_int64(), 20);
    EXPECT_EQ(given->at("before").as_int64(), 7);
    const auto browse = read_query(*testing::kernel_catalogue().find("conversation.browse"), "contains=caf%C3%A9+bar");
    ASSERT_TRUE(browse);
    EXPECT_EQ(browse->at("contains").as_string(), "café bar");
}

TEST(query, refuses_what_two_readers_could_read_differently) {
    const auto* list = testing::kernel_catalogue().find("message.list");
    for (const auto* query : {"limit=1&limit=2", "limit=%", "limit=%4", "limit=%zz", "limit=%ff", "limit=%00",
                              "limit= 5", "limit=5x", "limit=1e3", "limit=0x5", "%6cimit=1&limit=2"})
        EXPECT_FALSE(read_query(*list, query)) << query;
}

TEST(query, keeps_what_is_no_parameter_to_report_it) {
    const auto given = read_query(*testing::kernel_catalogue().find("message.list"), "tenant_id=7&x");
    ASSERT_TRUE(given);
    EXPECT_EQ(given->at("tenant_id").as_string(), "7");
    EXPECT_TRUE(given->contains("x"));
}

}  // namespace
}  // namespace parley::transport
