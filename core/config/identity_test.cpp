// Certificates named by a configuration.
#include "config/identity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/testing/self_signed.hpp"
#include "config/plan.hpp"
#include "config/testing/config_folder.hpp"

namespace parley::config {
namespace {

using parley::testing::self_signed;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view both = "server:\n  tls: {certificate: tls/cert.pem, key: tls/key.pem}\n";

class Identity : public ::testing::Test {
protected:
    void show(const parley::testing::pem_pair& pair) const {
        here.write("tls/cert.pem", pair.certificate);
        here.write("tls/key.pem", pair.key);
    }

    testing::config_folder here;
};

TEST_F(Identity, ThereIsNoneUnlessItIsNamed) {
    here.write("parley.yaml", "");
    EXPECT_EQ((*here.load())->identity, nullptr);
    here.write("parley.yaml", both);
    show(self_signed());
    const auto loaded = here.load();
    ASSERT_TRUE(loaded);
    ASSERT_NE((*loaded)->identity, nullptr);
    EXPECT_EQ((*loaded)->server.server.tls.certificate, here.path() / "tls/cert.pem");
}

TEST_F(Identity, SaysWhichFileIsWrongAndWhy) {
    here.write("parley.yaml", both);
    EXPECT_THAT(here.problems(), ElementsAre("parley.yaml:2:22: server.tls.certificate: tls/cert.pem: no such file",
                                             "parley.yaml:2:41: server.tls.key: tls/key.pem: no such file"));
    const auto good = self_signed();
    show({good.certificate, self_signed().key});
    EXPECT_THAT(here.problems(), ElementsAre(AllOf(HasSubstr("parley.yaml:2:41: server.tls.key: tls/key.pem "),
                                                   HasSubstr("does not belong"))));
    show({"no certificate", good.key});
    EXPECT_THAT(here.problems(), ElementsAre(HasSubstr("server.tls.certificate: tls/cert.pem holds no certificate")));
    show({good.certificate, good.key.substr(0, 60)});
    EXPECT_THAT(here.problems(),
                ElementsAre(AllOf(HasSubstr("server.tls.key: "), Not(HasSubstr(good.key.substr(30, 20))))));
}

TEST_F(Identity, OneWithoutTheOtherIsAMistake) {
    here.write("parley.yaml", "server: {tls: {certificate: a.pem}}\n");
    EXPECT_THAT(here.problems(), ElementsAre(HasSubstr("server.tls.certificate: a certificate needs its key")));
    here.write("parley.yaml", "server: {tls: {key: a.pem}}\n");
    EXPECT_THAT(here.problems(), ElementsAre(HasSubstr("server.tls.key: ")));
    here.write("parley.yaml", "server: {tls: {redirect_port: 8081}}\n");
    EXPECT_THAT(here.problems(), ElementsAre(HasSubstr("server.tls.redirect_port: ")));
    here.write("parley.yaml", "server: {tls: {minimum_version: 1.1}}\n");
    EXPECT_THAT(here.problems(), ElementsAre(HasSubstr("server.tls.minimum_version: ")));
}

TEST_F(Identity, AnExpiredCertificateIsStillOne) {
    here.write("parley.yaml", both);
    show(self_signed({.name = "localhost", .good_for = std::chrono::hours{-1}, .rsa_bits = 0}));
    EXPECT_TRUE(here.load());
}

TEST_F(Identity, AnotherContentOfTheSameFileIsAChange) {
    here.write("parley.yaml", both);
    show(self_signed());
    const auto now = *here.load();
    EXPECT_TRUE(make_plan(*now, **here.load()).empty());
    show(self_signed());
    const auto next = *here.load();
    const auto made = make_plan(*now, *next);
    ASSERT_EQ(made.changes.size(), 1U);
    EXPECT_EQ(made.changes[0].path, "server.tls.certificate");
    EXPECT_EQ(made.changes[0].takes_effect, effect::live);
    EXPECT_THAT(made.changes[0].text(), AllOf(HasSubstr(next->identity->fingerprint().substr(0, 16)),
                                              HasSubstr(now->identity->fingerprint().substr(0, 16))));
    EXPECT_EQ(without_restart(*now, *next)->identity, next->identity);
}

}  // namespace
}  // namespace parley::config
