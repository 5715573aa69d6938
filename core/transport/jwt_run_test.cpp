// Signing in with an outside issuer's token as a client does.
#include <gtest/gtest.h>

#include "base/testing/jwt_issuer.hpp"
#include "kernel/accounts.hpp"
#include "transport/testing/front.hpp"

namespace parley::transport {
namespace json = boost::json;
namespace {

using jwt::algorithm;
using jwt::testing::issuer;
using testing::front;
using testing::text_of;

class jwt_run : public ::testing::Test {
protected:
    front at;
    issuer ours{algorithm::es256, "k1"};
    issuer secret{algorithm::hs256};

    jwt_run() {
        at.house.settings.now.issuers = {{.issuer = "https://a.example",
                                          .audience = "parley",
                                          .algorithms = {"ES256"},
                                          .jwks_url = {},
                                          .keys = {ours.pem()}},
                                         {.issuer = "https://b.example",
                                          .audience = "parley",
                                          .algorithms = {"HS256"},
                                          .jwks_url = {},
                                          .keys = {secret.jwk_text()}}};
    }
    issuer_settings& trusted() { return at.house.settings.now.issuers.at(0); }
    json::object claims(json::object more = {}) {
        const auto now = std::chrono::floor<std::chrono::seconds>(at.house.time.now()).time_since_epoch().count();
        json::object made{{"iss", "https://a.example"}, {"aud", "parley"}, {"sub", "7"}, {"exp", now + 60}};
        for (auto& [name, value] : more) made[name] = value;
        return made;
    }
    json::object come(json::object more = {}) {
        return at.ask("session.jwt", {}, {{"token", ours.token(claims(std::move(more)))}}, 201);
    }
    std::string code(const std::string& token) { return at.code("session.jwt", {}, {{"token", token}}); }
    static std::string of_user(const json::object& body, std::string_view name) {
        return text_of(body.at("user").as_object(), name);
    }
    std::string role_of(const json::object& body) {
        return at.house.rows().users.at(user_id::parse(of_user(body, "id")).value()).role;
    }
};

TEST_F(jwt_run, makes_an_account_and_finds_it_again) {
    const auto first = come({{"preferred_username", "Ann"}, {"name", "Ann A."}});
    EXPECT_EQ(of_user(first, "username"), "ann");
    EXPECT_EQ(of_user(first, "display_name"), "Ann A.");
    EXPECT_EQ(role_of(first), "guest");
    const auto again = come({{"preferred_username", "other"}, {"name", "Ann B."}});
    EXPECT_EQ(of_user(again, "id"), of_user(first, "id"));
    EXPECT_EQ(of_user(again, "username"), "ann");
    EXPECT_EQ(of_user(again, "display_name"), "Ann B.");
    EXPECT_EQ(of_user(come({{"name", "two\nlines"}}), "display_name"), "Ann B.") << "what is no name is not taken over";
    trusted().role = "member";
    EXPECT_EQ(role_of(come({{"sub", "8"}})), "member");
    EXPECT_EQ(role_of(come({})), "guest");
}

TEST_F(jwt_run, nobody_becomes_somebody_else) {
    const auto admin = at.house.add_user("root", "admin");
    const auto alike = come({{"preferred_username", "root"}});
    EXPECT_NE(of_user(alike, "id"), admin.text());
    EXPECT_TRUE(of_user(alike, "username").starts_with("site-"));
    const auto there =
        at.ask("session.jwt", {}, {{"token", secret.token(claims({{"iss", "https://b.example"}}))}}, 201);
    EXPECT_NE(of_user(there, "id"), of_user(alike, "id")) << "the same sub of another issuer";
    EXPECT_EQ(code(ours.token(claims({{"iss", "https://b.example"}}))), "token_invalid") << "in another's name";
    EXPECT_EQ(code(secret.token(claims())), "token_invalid");
}

TEST_F(jwt_run, every_bad_token_is_answered_alike) {
    const auto good = ours.token(claims());
    const auto users = [&] { return at.house.rows().users.size(); };
    for (const auto& bad :
         {std::string("x"), good + ".", std::string(9'000, 'a'), std::string(900'000, 'a'),
          ours.token(claims(), {{"alg", "none"}}), ours.token(claims(), {{"jku", "https://evil.example"}}),
          ours.token(claims({{"exp", 1}})), ours.token(claims({{"nbf", 4'000'000'000}})),
          ours.token(claims({{"aud", "other"}})), ours.token(claims({{"iss", "https://c.example"}})),
          issuer(algorithm::es256, "k1").token(claims()), issuer(algorithm::rs256, "k1").token(claims()),
          ours.token(claims({{"sub", ""}})), ours.token(claims({{"sub", 7}})), ours.token(claims({{"sub", "a\nb"}})),
          ours.token(claims({{"sub", std::string(256, 's')}}))})
        EXPECT_EQ(code(bad), "token_invalid") << bad.substr(0, 100);
    EXPECT_EQ(users(), 0U);
    EXPECT_EQ(code(good), "ok");
    const auto who = user_id::parse(of_user(come(), "id")).value();
    ASSERT_TRUE(at.house.write([&](kernel::writing& w) {
        return kernel::change_account(at.house.env, w, at.house.system(),
                                      {.user = who, .role = {}, .password_hash = {}, .disabled = true});
    }));
    EXPECT_EQ(code(good), "token_invalid") << "disabled";
    trusted().create_users = false;
    EXPECT_EQ(code(ours.token(claims({{"sub", "new"}}))), "token_invalid");
    at.house.settings.now.issuers.clear();
    EXPECT_EQ(code(good), "token_invalid");
    EXPECT_EQ(users(), 1U);
}

TEST_F(jwt_run, published_keys_are_fetched_when_a_token_could_be_good) {
    trusted().keys.clear();
    trusted().jwks_url = "https://a.example/keys";
    int asked = 0;
    EXPECT_EQ(code(ours.token(claims())), "issuer_away");
    at.house.time.advance(std::chrono::minutes{1});
    at.fetch = [&](const web_request& wanted, web_answered answer) {
        ++asked;
        EXPECT_EQ(wanted.url, "https://a.example/keys");
        EXPECT_EQ(wanted.may, reach::open_internet);
        answer(web_answer{200, json::serialize(json::object{{"keys", json::array{ours.jwk()}}}), {}});
    };
    EXPECT_EQ(code(issuer(algorithm::rs256).token(claims())), "token_invalid");
    EXPECT_EQ(code(ours.token(claims({{"aud", "other"}}))), "token_invalid");
    EXPECT_EQ(asked, 0);
    EXPECT_EQ(code(ours.token(claims())), "ok");
    EXPECT_EQ(code(issuer(algorithm::es256, "k1").token(claims())), "token_invalid");
    EXPECT_EQ(code(issuer(algorithm::es256, "k2").token(claims())), "token_invalid");
    EXPECT_EQ(asked, 1);
}

}  // namespace
}  // namespace parley::transport
