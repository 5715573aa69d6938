// One-time codes against the vectors of RFC 6238 and RFC 4648.
#include "base/totp.hpp"

#include <gtest/gtest.h>

namespace parley {
namespace {

TEST(totp, gives_the_codes_of_the_rfc) {
    const std::string key = "12345678901234567890";
    const auto at = [&](std::int64_t seconds) {
        return totp_code(key, totp_step(moment{std::chrono::seconds{seconds}}), 8);
    };
    EXPECT_EQ(at(59), "94287082");
    EXPECT_EQ(at(1111111109), "07081804");
    EXPECT_EQ(at(1111111111), "14050471");
    EXPECT_EQ(at(1234567890), "89005924");
    EXPECT_EQ(at(2000000000), "69279037");
    EXPECT_EQ(at(20000000000), "65353130");
}

TEST(totp, takes_the_neighbouring_steps_and_none_twice) {
    const std::string key = "12345678901234567890";
    const auto secret = to_base32(key);
    const moment now{std::chrono::seconds{1111111111}};
    const auto step = totp_step(now);
    for (const auto near : {step - 1, step, step + 1})
        EXPECT_EQ(match_totp(secret, totp_code(key, near), now, 0), near);
    for (const auto far : {step - 2, step + 2}) EXPECT_FALSE(match_totp(secret, totp_code(key, far), now, 0));
    EXPECT_FALSE(match_totp(secret, totp_code(key, step), now, step));
    EXPECT_EQ(match_totp(secret, totp_code(key, step + 1), now, step), step + 1);
    EXPECT_FALSE(match_totp(secret, "", now, 0));
    EXPECT_FALSE(match_totp("not base32!", "000000", now, 0));
}

TEST(base32, goes_there_and_back) {
    EXPECT_EQ(to_base32("foobar"), "MZXW6YTBOI");
    EXPECT_EQ(to_base32("f"), "MY");
    EXPECT_EQ(from_base32("MZXW6YTBOI======"), "foobar");
    EXPECT_EQ(from_base32("mzxw 6ytb-oi"), "foobar");
    EXPECT_FALSE(from_base32("MZXW1"));
    EXPECT_EQ(random_totp_secret().size(), 32U);
    EXPECT_NE(random_totp_secret(), random_totp_secret());
}

}  // namespace
}  // namespace parley
