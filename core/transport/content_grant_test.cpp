// Grants: what they are good for, and everything that they are not.
#include "transport/content_grant.hpp"

#include <gtest/gtest.h>

namespace parley::transport {
namespace {

constexpr std::string_view secret = "a secret of thirty-two bytes, or more";
constexpr std::string_view target = "/api/v1/files/7/content?download=true";
const moment now{std::chrono::seconds(1'000'000)};

content_grant grant() { return {.tenant = "acme", .session = token_id{42}, .until = 1'000'060, .note = "a_b-c.9"}; }

bool good(std::string_view text, std::string_view key = secret, moment at = now) {
    const auto read = read_grant(text);
    return read && is_good(*read, key, at);
}

std::string with(std::string text, std::string_view old, std::string_view next) {
    const auto at = text.find(old);
    EXPECT_NE(at, std::string::npos) << old;
    return text.replace(at, old.size(), next);
}

TEST(content_grant, IsReadAsItWasWritten) {
    for (const std::string_view one : {target, std::string_view("/x"), std::string_view("/x?parley_grant=1.a.0..b")}) {
        const auto text = with_grant(one, grant(), secret);
        const auto read = read_grant(text);
        ASSERT_TRUE(read) << text;
        EXPECT_EQ(read->target, one);
        EXPECT_EQ(read->grant.tenant, "acme");
        EXPECT_EQ(read->grant.session, token_id{42});
        EXPECT_EQ(read->grant.until, 1'000'060);
        EXPECT_EQ(read->grant.note, "a_b-c.9");
        EXPECT_TRUE(good(text));
    }
    const auto nobody = with_grant(target, {.tenant = "acme", .until = 1'000'060}, secret);
    ASSERT_TRUE(read_grant(nobody));
    EXPECT_FALSE(read_grant(nobody)->grant.session);
    EXPECT_TRUE(good(nobody));
}

TEST(content_grant, IsGoodForOneTargetAndOnePersonAlone) {
    const auto text = with_grant(target, grant(), secret);
    EXPECT_FALSE(good(with(text, "files/7", "files/8")));
    EXPECT_FALSE(good(with(text, "download=true", "download=tru")));
    EXPECT_FALSE(good(with(text, "?download=true&", "?")));
    EXPECT_FALSE(good(with(text, "content?", "content?x=1&")));
    EXPECT_FALSE(good(with(text, ".acme.", ".bolt.")));
    EXPECT_FALSE(good(with(text, ".42.", ".43.")));
    EXPECT_FALSE(good(with(text, ".42.", ".0.")));
    EXPECT_FALSE(good(with(text, "1000060", "1000061")));
    EXPECT_FALSE(good(with(text, "a_b-c.9", "a_b-c.8")));
    EXPECT_FALSE(good(with(text, "a_b-c.9", "")));
    EXPECT_FALSE(good(text + "0"));
    EXPECT_FALSE(good(text.substr(0, text.size() - 1)));
    EXPECT_FALSE(good(text, "another secret of thirty-two bytes!!"));
    EXPECT_FALSE(good(with_grant(target, grant(), ""), ""));
}

TEST(content_grant, Ends) {
    const auto text = with_grant(target, grant(), secret);
    EXPECT_TRUE(good(text, secret, now + std::chrono::seconds(59)));
    EXPECT_FALSE(good(text, secret, now + std::chrono::seconds(60)));
    for (const std::int64_t lasts : {2, 3, 240, 600})
        for (std::int64_t late = 0; late < 700; ++late) {
            const auto left = grant_ends(now + std::chrono::seconds(late), lasts) - 1'000'000 - late;
            EXPECT_GT(left, lasts / 2);
            EXPECT_LE(left, lasts);
        }
    EXPECT_EQ(grant_ends(moment{std::chrono::seconds(960'000)}, 240),
              grant_ends(moment{std::chrono::seconds(960'119)}, 240));
}

TEST(content_grant, WhatIsNoneIsNone) {
    for (const std::string_view text :
         {"", "/", "parley_grant=1.a.0..x", "/x", "/x?parley_grant=", "/x?parley_grant=1.a.0",
          "/x?parley_grant=1.a.0.x", "/x?parley_grant=.a.0..x", "/x?parley_grant=y.a.0..x", "/x?parley_grant=1.a.-1..x",
          "/x?parley_grant=1.a...x", "/x?parley_grant=1.a.007..x", "/x?notparley_grant=1.a.0..x",
          "/x?parley_grant=1.a.0.%41.x", "/x?parley_grant=99999999999999999999.a.0..x"})
        EXPECT_FALSE(read_grant(text)) << text;
    EXPECT_TRUE(is_note(std::string(256, 'a')));
    EXPECT_FALSE(is_note(std::string(257, 'a')));
    EXPECT_FALSE(is_note("a b"));
    EXPECT_FALSE(is_note("a\n"));
}

TEST(content_grant, TheHostHasThePortThatWasAsked) {
    const auto at = [](std::string host, std::string_view asked) {
        const http_request request{.method = "GET", .target = "/", .headers = {{"Host", std::string(asked)}}};
        return content_authority({.host = std::move(host)}, request);
    };
    EXPECT_EQ(at("", "chat.example.org"), "");
    EXPECT_EQ(at("files.example.org", "chat.example.org"), "files.example.org");
    EXPECT_EQ(at("files.example.org", "chat.example.org:8443"), "files.example.org:8443");
    EXPECT_EQ(at("files.example.org", "[::1]:8443"), "files.example.org:8443");
    EXPECT_EQ(at("files.example.org", "[::1]"), "files.example.org");
    EXPECT_EQ(at("files.example.org", "chat.example.org:x"), "files.example.org");
    EXPECT_EQ(at("files.example.org", "chat.example.org:"), "files.example.org");
    EXPECT_EQ(at("files.example.org", ""), "files.example.org");
}

}  // namespace
}  // namespace parley::transport
