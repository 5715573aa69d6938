// Passwords and tokens: the right one passes, everything else fails in the same way.
#include "base/secret.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <string>

#include "base/testing/sanitized.hpp"

namespace parley {
namespace {

using namespace std::string_view_literals;

constexpr rlim_t memory_left = 50 * 1024 * 1024;

TEST(secret, a_password_verifies_against_its_own_hash_only) {
    const auto hash = hash_password("correct horse");
    ASSERT_TRUE(hash);
    EXPECT_TRUE(hash->starts_with("$argon2id$v=19$m=65536,t=2,p=1$")) << *hash;
    EXPECT_TRUE(verify_password(*hash, "correct horse"));
    for (const std::string_view wrong : {"correct horsf", "correct horse ", "Correct horse", "c"}) {
        const auto verdict = verify_password(*hash, wrong);
        ASSERT_FALSE(verdict) << wrong;
        EXPECT_EQ(verdict.error().code, "password_wrong");
        EXPECT_EQ(verdict.error().kind, fault::unauthenticated);
    }
    EXPECT_NE(*hash, hash_password("correct horse").value());  // a salt of its own
}

TEST(secret, bytes_are_compared_as_given) {
    const auto composed = hash_password("caf\u00E9").value();
    EXPECT_TRUE(verify_password(composed, "caf\u00E9"));
    EXPECT_FALSE(verify_password(composed, "cafe\u0301"));
    const std::string longest(1024, 'x');
    const auto hash = hash_password(longest).value();
    EXPECT_TRUE(verify_password(hash, longest));
    EXPECT_FALSE(verify_password(hash, longest.substr(1)));
}

TEST(secret, impossible_passwords_are_refused_before_any_work) {
    struct example {
        std::string password;
        std::string_view code;
    };
    for (const auto& [password, code] :
         {example{"", "password_empty"}, example{std::string(1025, 'x'), "password_too_long"},
          example{std::string(10'000'000, 'x'), "password_too_long"},
          example{std::string("a\0b", 3), "password_has_nul"}}) {
        EXPECT_EQ(check_password(password).error().code, code);
        EXPECT_EQ(hash_password(password).error().code, code);
        EXPECT_EQ(verify_password("$argon2id$", password).error().code, code);
        EXPECT_EQ(dummy_verify(password).error().code, code);
        EXPECT_EQ(check_password(password).error().field, "password");
    }
}

TEST(secret, a_hash_that_is_none_is_a_wrong_password) {
    for (
        const std::string_view hash :
        {""sv, "plain"sv, "$argon2id$v=19$m=65536,t=2,p=1$"sv, "$2b$12$abcdefghijklmnopqrstuv"sv,
         "$argon2id$v=19$m=65536,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA"sv, "$argon2id$v=19$m=99999999999,t=2,p=1$A$A"sv,
         "$argon2id$v=19$m=4194304,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"sv,
         "$argon2id$v=19$m=65536,t=4294967295,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"sv,
         "$argon2id$v=19$m=1,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"sv}) {
        const auto verdict = verify_password(hash, "x");
        ASSERT_FALSE(verdict) << hash;
        EXPECT_EQ(verdict.error().code, "password_wrong") << hash;
    }
}

TEST(secret, hashes_of_other_strength_still_verify) {
    // Made by libsodium's own crypto_pwhash_str_alg with 8 MiB and 1 pass.
    constexpr std::string_view hash =
        "$argon2id$v=19$m=8192,t=1,p=1$sbXj4LZfRssqVv57xiBTqw$FZvBh5cRUBaiZFLqO83lYQqPbw6AOx2z1km8UXh8Y8o";
    EXPECT_TRUE(verify_password(hash, "correct horse"));
    EXPECT_FALSE(verify_password(hash, "correct horsf"));
}

// In a process of its own, because the memory it takes away does not come back. Sanitizers reserve far more than any
// limit.
TEST(secret, no_memory_is_not_a_wrong_password) {
    if (testing::is_sanitized) GTEST_SKIP() << "a limit on memory does not go with a sanitizer";
    const std::string hash = hash_password("right").value();
    const auto without_memory = [&] {
        const rlimit limit{.rlim_cur = memory_left, .rlim_max = memory_left};
        if (::setrlimit(RLIMIT_AS, &limit) != 0) ::_exit(2);
        const auto verdict = verify_password(hash, "right");
        const bool told =
            !verdict && verdict.error().code == "memory_short" && verdict.error().kind == fault::unavailable;
        ::_exit(told ? 0 : 1);
    };
    EXPECT_EXIT(without_memory(), ::testing::ExitedWithCode(0), "");
}

TEST(secret, nobody_looks_like_somebody_with_a_wrong_password) {
    const auto somebody = verify_password(hash_password("right").value(), "wrong");
    const auto nobody = dummy_verify("wrong");
    ASSERT_FALSE(somebody);
    ASSERT_FALSE(nobody);
    EXPECT_EQ(nobody.error().code, somebody.error().code);
    EXPECT_EQ(nobody.error().message, somebody.error().message);
    EXPECT_EQ(nobody.error().field, somebody.error().field);
}

TEST(secret, tokens_are_random_and_fit_for_a_header) {
    std::set<std::string> seen;
    for (int i = 0; i < 1'000; ++i) {
        const std::string token = random_token("pat_");
        ASSERT_EQ(token.size(), 4U + 43U);
        ASSERT_TRUE(token.starts_with("pat_"));
        ASSERT_TRUE(std::ranges::all_of(
            token, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_'; }));
        ASSERT_TRUE(seen.insert(token).second);
    }
}

TEST(secret, digests_are_sha256) {
    EXPECT_EQ(token_digest(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(token_digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(secret, constant_time_comparison_compares) {
    EXPECT_TRUE(equal_in_constant_time("", ""));
    EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
    EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
    EXPECT_FALSE(equal_in_constant_time("abc", "ab"));
    EXPECT_FALSE(equal_in_constant_time("", "a"));
    EXPECT_FALSE(equal_in_constant_time("a\0b"sv, "a\0c"sv));
}

}  // namespace
}  // namespace parley
