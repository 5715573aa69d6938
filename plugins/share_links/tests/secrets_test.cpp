// Tokens, passwords, and what a browser's cookie is good for.
#include "secrets.hpp"

#include <gtest/gtest.h>

#include <set>

namespace {

using namespace share_links;

const std::string one_secret(64, 'a');
const std::string other_secret(64, 'b');

TEST(secrets, tokens_are_long_and_never_the_same) {
    std::set<std::string> all;
    for (int i = 0; i < 200; ++i) all.insert(new_token());
    EXPECT_EQ(all.size(), 200U);
    for (const auto& one : all) {
        EXPECT_EQ(one.size(), 43U);
        EXPECT_EQ(one.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
                  std::string::npos);
    }
}

TEST(secrets, a_digest_is_sha_256) {
    EXPECT_EQ(digest_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(secrets, a_password_is_right_to_the_last_byte) {
    const std::string password("long \0 enough \xE2\x9C\x93", 17);
    const auto hash = hash_password(password);
    ASSERT_TRUE(hash);
    EXPECT_EQ(hash->rfind("$argon2id$v=19$m=65536,t=2,p=1$", 0), 0U);
    EXPECT_EQ(check_password(*hash, password), password_is::right);
    for (const auto& wrong : {std::string(), password.substr(0, 16), password + "x", std::string("long ")})
        EXPECT_EQ(check_password(*hash, wrong), password_is::wrong);
    EXPECT_EQ(check_password(*hash, std::string(65'000, 'x')), password_is::wrong);
}

TEST(secrets, a_stay_is_good_for_its_link_and_its_time) {
    const auto made = new_stay(1000);
    const auto cookie = sign(made, 5, one_secret);
    const auto read = read_stay(cookie, 5, one_secret, 999);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->name, made.name);
    EXPECT_EQ(read->until, 1000);
    EXPECT_FALSE(read_stay(cookie, 5, one_secret, 1000)) << "over";
    EXPECT_FALSE(read_stay(cookie, 6, one_secret, 1)) << "another link's";
    EXPECT_FALSE(read_stay(cookie, 5, other_secret, 1)) << "another secret";
}

TEST(secrets, a_stay_that_somebody_made_up_is_none) {
    const auto made = new_stay(1000);
    const auto cookie = sign(made, 5, one_secret);
    const auto mark = cookie.substr(cookie.rfind('.'));
    for (const auto& wrong :
         {std::string(), std::string("."), std::string(".."), std::string("a.b.c"), made.name + ".2000" + mark,
          made.name + ".1000", "x." + std::to_string(made.until) + mark, cookie + "A",
          cookie.substr(0, cookie.size() - 1), made.name + ".01000" + mark, made.name + ".1000x" + mark})
        EXPECT_FALSE(read_stay(wrong, 5, one_secret, 1)) << wrong;
}

}  // namespace
