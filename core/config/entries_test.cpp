// The list of issuers, as operators write it.
#include "config/entries.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "base/testing/jwt_issuer.hpp"
#include "config/explain.hpp"
#include "config/inventory.hpp"
#include "config/testing/config_folder.hpp"

namespace parley::config {
namespace {

using jwt::algorithm;
using jwt::testing::issuer;
using testing::config_folder;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class issuer_entries : public ::testing::Test {
protected:
    config_folder folder;
    issuer curve{algorithm::es256, "k1"};

    issuer_entries() {
        folder.write("parley.yaml", "");
        folder.write("es256.pem", curve.pem());
        folder.write("hs256.json", issuer(algorithm::hs256).jwk_text());
    }
    /// The problems of a tenant whose only issuer this is.
    std::vector<std::string> problems(const std::string& entry) {
        folder.write("tenants/acme.yaml", "issuers:\n  - " + entry + "\n");
        return folder.problems();
    }
    /// With a good issuer and audience.
    std::vector<std::string> rest(const std::string& members) {
        return problems("{issuer: 'https://a.example', audience: parley, " + members + "}");
    }
};

TEST_F(issuer_entries, are_read_with_their_secrets) {
    EXPECT_THAT(rest("algorithms: [ES256, HS256], keys: [{secret: {file: es256.pem}}, {secret: {file: hs256.json}}], "
                     "role: member, create_users: false, username_claim: ''"),
                IsEmpty());
    const auto made = folder.load().value();
    ASSERT_EQ(made->tenant("acme").issuers.size(), 1U);
    const auto& one = made->tenant("acme").issuers[0];
    EXPECT_EQ(one.issuer, "https://a.example");
    EXPECT_EQ(one.audience, "parley");
    EXPECT_THAT(one.algorithms, ElementsAre("ES256", "HS256"));
    EXPECT_EQ(one.keys.at(0) + "\n", curve.pem());
    EXPECT_EQ(one.role, "member");
    EXPECT_EQ(one.username_claim, "");
    EXPECT_EQ(one.name_claim, "name");
    EXPECT_FALSE(one.create_users);
    EXPECT_FALSE(one.allow_private);
    const auto shown = to_text(to_json(take_inventory(*made)));
    EXPECT_THAT(shown, HasSubstr("<secret from file es256.pem>"));
    EXPECT_THAT(shown, Not(HasSubstr("BEGIN")));
    EXPECT_THAT(explain(*made, "tenant/acme", "issuers").value().at(0).text(), Not(HasSubstr("BEGIN")));
}

TEST_F(issuer_entries, another_key_is_a_change) {
    EXPECT_THAT(rest("algorithms: [ES256], keys: [{secret: {file: es256.pem}}]"), IsEmpty());
    const auto before = take_inventory(**folder.load());
    folder.write("es256.pem", issuer(algorithm::es256).pem());
    const auto after = take_inventory(**folder.load());
    EXPECT_NE(value_in(before, "tenant/acme", "issuers").hidden, value_in(after, "tenant/acme", "issuers").hidden);
    EXPECT_EQ(value_in(before, "tenant/acme", "issuers").value, value_in(after, "tenant/acme", "issuers").value);
}

TEST_F(issuer_entries, say_what_is_wrong_and_where) {
    const auto at = [](std::string where, const std::string& what) {
        return ElementsAre(
            ::testing::AllOf(HasSubstr("tenants/acme.yaml:2:"), HasSubstr(std::move(where)), HasSubstr(what)));
    };
    EXPECT_THAT(rest("algoritms: [ES256], jwks_url: 'https://a.example/k'"),
                at("issuers[0].algoritms", "did you mean algorithms?"));
    EXPECT_THAT(rest("jwks_url: 'https://a.example/k'"), at("issuers[0]", "at least issuer, audience, algorithms"));
    EXPECT_THAT(rest("algorithms: [ES256, none], jwks_url: 'https://a.example/k'"),
                at("issuers[0].algorithms[1]", "of HS256, RS256, ES256, EdDSA"));
    EXPECT_THAT(rest("algorithms: [ES256], jwks_url: 'https://a.example/k', role: admin"),
                at("issuers[0].role", "of guest, member"));
    EXPECT_THAT(rest("algorithms: [ES256]"), at("issuers[0].keys", "either jwks_url or keys"));
    EXPECT_THAT(rest("algorithms: [ES256], jwks_url: 'https://a.example/k', keys: [x]"),
                at("issuers[0].keys", "either"));
    EXPECT_THAT(rest("algorithms: [HS256], jwks_url: 'https://a.example/k'"),
                at("issuers[0].algorithms", "HS256 needs"));
    EXPECT_THAT(rest("algorithms: [RS256], keys: [{secret: {file: es256.pem}}]"),
                at("issuers[0].algorithms", "no key for RS256"));
    EXPECT_THAT(rest("algorithms: [RS256], keys: [geheim]"), at("issuers[0].keys[0]", "neither a JWK"));
    EXPECT_THAT(rest("algorithms: [RS256], keys: [geheim]"), Not(Contains(HasSubstr("geheim"))));
    EXPECT_THAT(rest("algorithms: [ES256], keys: [{secret: {file: absent}}]"),
                at("issuers[0].keys[0]", "no secret from"));
    EXPECT_THAT(rest("algorithms: [ES256], jwks_url: {secret: {file: es256.pem}}"),
                at("issuers[0].jwks_url", "is no secret"));
    EXPECT_THAT(rest("algorithms: [ES256], create_users: maybe, jwks_url: 'https://a.example/k'"),
                at("issuers[0].create_users", "boolean"));
    EXPECT_THAT(problems("text"), at("issuers[0]", "an object"));
    for (const auto* url :
         {"http://a.example/k", "file:///etc/passwd", "https://ann@a.example/k", "https://a.example/#k", "a"})
        EXPECT_THAT(rest("algorithms: [ES256], jwks_url: '" + std::string(url) + "'"), at("issuers[0].jwks_url", ""))
            << url;
    EXPECT_THAT(rest("algorithms: [ES256], jwks_url: 'http://127.0.0.1/k', allow_private: true"), IsEmpty());
    folder.write("tenants/acme.yaml", "issuers: {issuer: x}\n");
    EXPECT_THAT(folder.problems(), ElementsAre(HasSubstr("a list of objects")));
}

}  // namespace
}  // namespace parley::config
