// Good and bad pairs of certificate and key.
#include "base/key_pair.hpp"

#include <gtest/gtest.h>

#include "base/testing/self_signed.hpp"

namespace parley {
namespace {

using testing::self_signed;

std::string why_not(std::string_view certificate, std::string_view key) {
    const auto made = key_pair::parse(certificate, key);
    return made ? "good" : made.error().field + ": " + made.error().code;
}

TEST(KeyPair, KnowsUntilWhenItIsGood) {
    const auto pem = self_signed({.name = "localhost", .good_for = std::chrono::hours{48}, .rsa_bits = 0});
    const auto made = key_pair::parse(pem.certificate, pem.key);
    ASSERT_TRUE(made) << made.error().message;
    const auto left = (*made)->good_until() - system_clock().now();
    EXPECT_GT(left, std::chrono::hours{47});
    EXPECT_LT(left, std::chrono::hours{49});
    EXPECT_LT((*made)->good_from(), system_clock().now());
    EXPECT_EQ((*made)->fingerprint().size(), 64U);
    EXPECT_TRUE((*made)->chain().empty());
}

TEST(KeyPair, KeepsTheChainInOrder) {
    const auto own = self_signed();
    const auto above = self_signed();
    const auto made = key_pair::parse(own.certificate + above.certificate, own.key);
    ASSERT_TRUE(made);
    EXPECT_EQ((*made)->chain().size(), 1U);
    EXPECT_EQ(why_not(above.certificate + own.certificate, own.key), "key: key_mismatch") << "the wrong one first";
}

TEST(KeyPair, RefusesWhatIsNoPair) {
    const auto one = self_signed();
    const auto other = self_signed();
    EXPECT_EQ(why_not(one.certificate, one.key), "good");
    EXPECT_EQ(why_not(one.certificate, other.key), "key: key_mismatch");
    EXPECT_EQ(why_not("", one.key), "certificate: certificate_invalid");
    EXPECT_EQ(why_not(one.key, one.key), "certificate: certificate_invalid");
    EXPECT_EQ(why_not(one.certificate, ""), "key: key_invalid");
    EXPECT_EQ(why_not(one.certificate, one.certificate), "key: key_invalid");
    auto broken = one.certificate;
    broken.replace(broken.size() / 2, 4, "!!!!");
    EXPECT_EQ(why_not(broken, one.key), "certificate: certificate_invalid");
    EXPECT_EQ(why_not(one.certificate + broken, one.key), "certificate: certificate_invalid") << "also in the chain";
    const auto short_key = self_signed({.name = "localhost", .good_for = std::chrono::hours{1}, .rsa_bits = 1024});
    EXPECT_EQ(why_not(short_key.certificate, short_key.key), "key: key_weak");
}

TEST(KeyPair, AsksNobodyForAPassword) {
    const auto pem = self_signed();
    const std::unique_ptr<BIO, decltype(&BIO_free)> from(
        BIO_new_mem_buf(pem.key.data(), static_cast<int>(pem.key.size())), &BIO_free);
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        PEM_read_bio_PrivateKey(from.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
    const auto locked = testing::detail::pem([&](BIO* to) {
        return PEM_write_bio_PKCS8PrivateKey(to, key.get(), EVP_aes_128_cbc(), "secret", 6, nullptr, nullptr);
    });
    EXPECT_EQ(why_not(pem.certificate, locked), "key: key_invalid");
}

}  // namespace
}  // namespace parley
