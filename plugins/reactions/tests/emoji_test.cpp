// What counts as one emoji.
#include "emoji.hpp"

#include <gtest/gtest.h>

#include <string>

namespace reactions {
namespace {

TEST(emoji, one_is_one) {
    for (const char* one : {"👍", "👍🏽", "🇫🇷", "#️⃣", "👨‍👩‍👧‍👦", "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
                            "🏳️‍🌈", "❤️", "©", "👩🏽‍❤️‍💋‍👨🏿", "🫠", "🏼"})
        EXPECT_TRUE(canonical_emoji(one)) << one;
}

TEST(emoji, anything_else_is_none) {
    for (const char* one : {"", "a", "1", "👍👍", "👍 ", " 👍", "👍a", "🇫", "🇫🇷🇫🇷", "‍", "👍‍", "‍👍", "️",
                            "<b>", "☃a", "👍\n", "e\xCC\x81", "🏽🏽", "🏴󠁧"})
        EXPECT_FALSE(canonical_emoji(one)) << one;
}

TEST(emoji, spellings_that_look_alike_are_one) {
    EXPECT_EQ(canonical_emoji("❤️"), canonical_emoji("❤"));
    EXPECT_NE(canonical_emoji("👍🏽"), canonical_emoji("👍"));
}

TEST(emoji, a_chain_without_end_is_none) {
    std::string chain = "👩";
    for (int i = 0; i < 6; ++i) chain += "‍👩";
    EXPECT_TRUE(canonical_emoji(chain));
    for (int i = 0; i < 1000; ++i) chain += "‍👩";
    EXPECT_FALSE(canonical_emoji(chain));
    std::string padded = "👩";
    for (int i = 0; i < 1000; ++i) padded += "️";
    EXPECT_FALSE(canonical_emoji(padded));
}

TEST(emoji, broken_utf8_is_none) {
    for (const char* one : {"\xF0\x9F\x91", "\xFF", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\x91\x8D"})
        EXPECT_FALSE(canonical_emoji(one));
}

TEST(emoji, names_are_the_tenants_own) {
    EXPECT_EQ(canonical_emoji(":party:", {"party"}), ":party:");
    EXPECT_FALSE(canonical_emoji(":other:", {"party"}));
    EXPECT_FALSE(canonical_emoji("::", {""}));
    EXPECT_FALSE(canonical_emoji(":party:"));
}

}  // namespace
}  // namespace reactions
