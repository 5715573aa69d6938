// Versions: what is one, and what is in a range.
#include "plugins/version.hpp"

#include <gtest/gtest.h>

namespace parley::plugins {
namespace {

bool in(std::string_view range, std::string_view number) {
    const auto parsed = version_range::parse(range);
    const auto of = parse_version(number);
    EXPECT_TRUE(parsed) << range;
    EXPECT_TRUE(of) << number;
    return parsed && of && parsed->has(*of);
}

TEST(version, is_three_numbers_and_perhaps_a_word) {
    for (const auto* good : {"1.0.0", "0.0.1", "10.20.30", "1.0.0-rc.1", "1.0.0+build"})
        EXPECT_TRUE(parse_version(good)) << good;
    for (const auto* bad : {"", "1", "1.0", "1.0.0.0", "1..0", "01.0.0", "1.0.x", "1.0.0-", "-1.0.0", "1.0.0-ü",
                            "99999999999.0.0", "1.0.0 "})
        EXPECT_FALSE(parse_version(bad)) << bad;
}

TEST(version, range_is_all_of_its_comparisons) {
    EXPECT_TRUE(in(">=1.0", "1.0.0"));
    EXPECT_FALSE(in(">=1.0", "0.9.9"));
    EXPECT_FALSE(in(">1", "1.0.0"));
    EXPECT_TRUE(in(">=1.2 <2", "1.10.0"));
    EXPECT_FALSE(in(">=1.2 <2", "2.0.0"));
    EXPECT_TRUE(in("=1.2.3", "1.2.3"));
    EXPECT_TRUE(in("<=1.2.3", "1.2.3"));
    for (const auto* bad : {"", " ", "1.0", ">=", ">=x", "=>1", "~1", ">=1.0.0.0", ">= 1.0"})
        EXPECT_FALSE(version_range::parse(bad)) << bad;
}

}  // namespace
}  // namespace parley::plugins
