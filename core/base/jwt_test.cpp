// Tokens of outside issuers: the RFCs' own, and everything that pretends to be one.
#include "base/jwt.hpp"

#include <gtest/gtest.h>
#include <openssl/hmac.h>

#include "base/jwt_text.hpp"
#include "base/testing/jwt_issuer.hpp"

namespace parley::jwt {
namespace json = boost::json;
namespace {

using testing::issuer;
using testing::to_base64url;

constexpr std::int64_t now_second = 1'800'000'000;
const moment now{std::chrono::seconds{now_second}};
const std::vector<algorithm> every{algorithm::hs256, algorithm::rs256, algorithm::es256, algorithm::eddsa};

std::string code_of(const auto& outcome) { return outcome ? "ok" : outcome.error().code; }

json::object claims(json::object more = {}) {
    json::object made{{"iss", "https://issuer.example"}, {"aud", "parley"}, {"sub", "7"}, {"exp", now_second + 300}};
    for (auto& [name, value] : more) made[name] = value;
    return made;
}

std::string judge(std::string_view token, const std::vector<key>& keys, std::span<const algorithm> algorithms = every) {
    const auto parts = read(token);
    if (!parts) return parts.error().code;
    return code_of(verify(*parts, {"https://issuer.example", "parley", algorithms}, keys, now));
}
std::vector<key> keys_of(const issuer& whose) { return parse_keys(whose.jwk_text()).value(); }

/// A token of an RFC held against its key; most of them say too little for us to sign anybody in.
void expect_vector(std::string_view jwk, std::string_view text, std::string_view signature) {
    const auto one = parse_keys(jwk).value().at(0);
    auto bytes = from_base64url(signature).value();
    EXPECT_TRUE(one.verifies(text, bytes));
    EXPECT_FALSE(one.verifies(std::string(text) + "x", bytes));
    EXPECT_FALSE(one.verifies(text, bytes.substr(1)));
    EXPECT_FALSE(one.verifies(text, ""));
    bytes[9] = static_cast<char>(bytes[9] ^ 1);
    EXPECT_FALSE(one.verifies(text, bytes));
}

TEST(jwt, takes_the_vectors_of_the_rfcs) {
    const std::string payload =
        ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    // RFC 7515, A.1 to A.3
    expect_vector(
        R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"})",
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9" + payload, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    expect_vector(
        R"({"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"})",
        "eyJhbGciOiJSUzI1NiJ9" + payload,
        "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_"
        "O8W2Fp5jujGbds9uJdbF9CUAr7"
        "t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--"
        "xi1"
        "2jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_"
        "IoypGl"
        "UPQGe77Rw");
    expect_vector(
        R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})",
        "eyJhbGciOiJFUzI1NiJ9" + payload,
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
    // RFC 8037, A.4
    expect_vector(R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})",
                  "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
                  "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");
}

TEST(jwt, takes_a_good_token_of_each_kind) {
    for (const auto how : every) {
        const issuer one(how, "k1");
        EXPECT_EQ(judge(one.token(claims()), keys_of(one)), "ok") << name_of(how);
        EXPECT_EQ(judge(issuer(how, "k1").token(claims()), keys_of(one)),
                  how == algorithm::hs256 ? "ok" : "jwt_signature_wrong");
        if (how == algorithm::hs256) continue;
        const auto from_pem = parse_keys(one.pem()).value();
        EXPECT_EQ(judge(one.token(claims()), from_pem), "ok") << "a key without a name fits any";
        EXPECT_EQ(from_pem.at(0).good_for(), how);
    }
}

TEST(jwt, looks_at_every_claim) {
    const issuer one(algorithm::eddsa);
    const auto keys = keys_of(one);
    const auto with = [&](json::object more) { return judge(one.token(claims(std::move(more))), keys); };
    EXPECT_EQ(with({{"aud", json::array{"other", "parley"}}}), "ok");
    EXPECT_EQ(with({{"aud", json::array{}}}), "jwt_audience_wrong");
    EXPECT_EQ(with({{"aud", "Parley"}}), "jwt_audience_wrong");
    EXPECT_EQ(with({{"aud", "parley "}}), "jwt_audience_wrong");
    EXPECT_EQ(with({{"aud", 5}}), "jwt_malformed");
    EXPECT_EQ(with({{"aud", json::array{"parley", 5}}}), "jwt_malformed");
    EXPECT_EQ(with({{"iss", "https://issuer.example/"}}), "jwt_issuer_wrong");
    EXPECT_EQ(with({{"iss", json::array{"https://issuer.example"}}}), "jwt_malformed");
    EXPECT_EQ(with({{"exp", now_second - 59}}), "ok");
    EXPECT_EQ(with({{"exp", now_second - 60}}), "jwt_expired");
    EXPECT_EQ(with({{"exp", "1900000000"}}), "jwt_malformed");
    EXPECT_EQ(with({{"exp", nullptr}}), "jwt_malformed");
    EXPECT_EQ(with({{"exp", 1e300}}), "jwt_malformed");
    EXPECT_EQ(with({{"exp", -1}}), "jwt_malformed");
    for (const auto* name : {"nbf", "iat"}) {
        EXPECT_EQ(with({{name, now_second + 60}}), "ok");
        EXPECT_EQ(with({{name, now_second + 60.5}}), "jwt_too_early");
        EXPECT_EQ(with({{name, true}}), "jwt_malformed");
    }
    auto without = claims();
    without.erase("exp");
    EXPECT_EQ(judge(one.token(without), keys), "jwt_malformed");
    EXPECT_EQ(text_claim(read(one.token(claims())).value(), "sub"), "7");
    EXPECT_EQ(text_claim(read(one.token(claims({{"sub", 7}}))).value(), "sub"), "");
}

TEST(jwt, refuses_headers_that_bring_their_own_rules) {
    const issuer one(algorithm::es256, "k1");
    const auto keys = keys_of(one);
    const auto with = [&](json::object header) { return judge(one.token(claims(), std::move(header)), keys); };
    EXPECT_EQ(with({{"typ", "JWT"}}), "ok");
    EXPECT_EQ(with({{"typ", "at+jwt"}}), "ok");
    EXPECT_EQ(with({{"typ", "logout+jwt"}}), "jwt_header_refused");
    EXPECT_EQ(with({{"typ", 1}}), "jwt_header_refused");
    for (const auto* name : {"jku", "x5u", "jwk", "x5c", "crit", "zip", "enc", "b64", "cty", "whatever"})
        EXPECT_EQ(with({{name, "https://evil.example/keys"}}), "jwt_header_refused") << name;
    for (const auto* none :
         {"none", "None", "NONE", "", "nOnE", "es256", "ES256 ", "HS384", "RS512", "PS256", "ES256K"})
        EXPECT_EQ(with({{"alg", none}}), "jwt_algorithm_refused") << none;
    EXPECT_EQ(with({{"alg", nullptr}}), "jwt_algorithm_refused");
    EXPECT_EQ(with({{"alg", json::array{"ES256"}}}), "jwt_algorithm_refused");
    for (const auto* kid : {"../../etc/passwd", "k1\n", "/dev/null", "' or '1'='1", "https://evil.example/k1", "K1"})
        EXPECT_EQ(with({{"kid", kid}}), "jwt_key_unknown") << kid;
    EXPECT_EQ(with({{"kid", std::string(257, 'k')}}), "jwt_malformed");
    EXPECT_EQ(with({{"kid", 1}}), "jwt_malformed");
    EXPECT_EQ(judge(one.token(claims()), keys, std::vector{algorithm::rs256}), "jwt_algorithm_refused");
}

TEST(jwt, a_public_key_is_no_secret) {
    const issuer open(algorithm::rs256);
    const auto keys = keys_of(open);
    for (const auto& known : {open.pem(), open.jwk_text()}) {
        const auto text = to_base64url(R"({"alg":"HS256"})") + "." + to_base64url(json::serialize(claims()));
        std::string mac(32, '\0');
        unsigned length = 0;
        HMAC(EVP_sha256(), known.data(), static_cast<int>(known.size()),
             reinterpret_cast<const unsigned char*>(text.data()), text.size(),
             reinterpret_cast<unsigned char*>(mac.data()), &length);
        EXPECT_EQ(judge(text + "." + to_base64url(mac), keys), "jwt_key_unknown");
    }
    // An ES256 key under RS256's name and the other way round.
    const issuer curve(algorithm::es256);
    EXPECT_EQ(judge(curve.token(claims(), {{"alg", "RS256"}}), keys_of(curve)), "jwt_key_unknown");
    EXPECT_EQ(judge(open.token(claims(), {{"alg", "ES256"}}), keys), "jwt_key_unknown");
    EXPECT_EQ(judge(open.token(claims(), {{"alg", "ES256"}}), keys_of(curve)), "jwt_signature_wrong");
}

TEST(jwt, refuses_every_other_way_to_write_it) {
    const issuer one(algorithm::hs256);
    const auto keys = keys_of(one);
    const auto good = one.token(claims());
    const auto payload = json::serialize(claims());
    ASSERT_EQ(judge(good, keys), "ok");
    const auto second = good.rfind('.');
    for (const auto& bad :
         {std::string(),
          std::string("."),
          std::string(".."),
          std::string("..."),
          good + ".",
          good + "..",
          "." + good,
          good.substr(0, second),
          good.substr(0, second + 1),
          good + "=",
          good + " ",
          " " + good,
          good + "\n",
          good.substr(0, 5) + "\n" + good.substr(5),
          "Bearer " + good,
          good.substr(0, 5) + std::string(1, '\0') + good.substr(5),
          good.substr(0, 5) + "+" + good.substr(5),
          one.signed_text("{}x", payload),
          one.signed_text("[]", payload),
          one.signed_text("", payload),
          one.signed_text(R"({"alg":"HS256"})", "5"),
          one.signed_text(R"({"alg":"HS256"})", ""),
          one.signed_text(R"({"alg":"HS256","alg":"none"})", payload),
          one.signed_text(R"({"alg":"none","alg":"HS256"})", payload),
          one.signed_text(R"({"alg":"HS256"})", payload.substr(0, payload.size() - 1) + R"(,"sub":"8"})"),
          one.signed_text(R"({"alg":"HS256"})", "\xEF\xBB\xBF" + payload)})
        EXPECT_EQ(judge(bad, keys), "jwt_malformed") << bad;
    // The last character of 32 bytes has two bits that say nothing, so four texts would mean one signature.
    auto twin = good;
    twin.back() = static_cast<char>(twin.back() + 1);
    EXPECT_NE(judge(twin, keys), "ok");
    EXPECT_EQ(judge(std::string(max_bytes + 1, 'a'), keys), "jwt_too_large");
    EXPECT_EQ(judge(std::string(1'000'000, '.'), keys), "jwt_too_large");
    EXPECT_EQ(judge(one.token(claims({{"x", std::string(7000, 'x')}})), keys), "jwt_too_large");
    EXPECT_EQ(judge(one.token(claims({{"x", std::string(5000, 'x')}})), keys), "ok");
    EXPECT_EQ(judge(one.signed_text(R"({"alg":"HS256"})", R"({"a":)" + std::string(2000, '[')), keys), "jwt_malformed");
    for (std::size_t at = 0; at < good.size(); ++at) {
        auto bent = good;
        bent[at] = bent[at] == 'A' ? 'B' : 'A';
        EXPECT_NE(judge(bent, keys), "ok") << at;
    }
}

TEST(jwt_keys, are_strong_and_public_or_refused) {
    EXPECT_EQ(code_of(parse_keys("")), "key_unreadable");
    EXPECT_EQ(code_of(parse_keys("{}")), "key_kind");
    EXPECT_EQ(code_of(parse_keys(R"({"kty":"oct","k":"c2hvcnQ"})")), "key_weak");
    EXPECT_EQ(code_of(parse_keys(R"({"kty":"oct","k":"not base64"})")), "key_unreadable");
    EXPECT_EQ(code_of(parse_keys(R"({"keys":[]})")), "key_unreadable");
    EXPECT_EQ(code_of(parse_keys(issuer(algorithm::rs256, "", 1024).jwk_text())), "key_weak");
    EXPECT_EQ(code_of(parse_keys(issuer(algorithm::rs256, "", 1024).pem())), "key_weak");
    auto one = issuer(algorithm::rs256).jwk();
    one["e"] = "AQ";
    EXPECT_EQ(code_of(parse_keys(json::serialize(one))), "key_weak");
    auto curve = issuer(algorithm::es256).jwk();
    const auto spoilt = [&](const char* name, const json::value& value) {
        auto made = curve;
        made[name] = value;
        return code_of(parse_keys(json::serialize(made)));
    };
    EXPECT_EQ(spoilt("x", json::value(to_base64url(std::string(32, '\1')))), "key_kind") << "not on the curve";
    EXPECT_EQ(spoilt("crv", "P-384"), "key_kind");
    EXPECT_EQ(spoilt("d", "AQAB"), "key_private");
    EXPECT_EQ(spoilt("use", "enc"), "key_kind");
    EXPECT_EQ(spoilt("use", "sig"), "ok");
    EXPECT_EQ(spoilt("key_ops", json::array{"sign"}), "key_kind");
    EXPECT_EQ(spoilt("key_ops", json::array{"verify"}), "ok");
    EXPECT_EQ(spoilt("alg", "RS256"), "key_kind");
    EXPECT_EQ(spoilt("alg", "ES256"), "ok");
    EXPECT_EQ(spoilt("kid", 5), "key_unreadable");
    EXPECT_EQ(code_of(parse_keys("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")), "key_private");
    EXPECT_EQ(code_of(parse_keys("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")), "key_unreadable");
    const auto pem = issuer(algorithm::eddsa).pem();
    EXPECT_EQ(code_of(parse_keys(pem + pem)), "key_unreadable");
}

TEST(jwt_keys, of_a_published_set_the_good_ones_are_taken) {
    const issuer good(algorithm::es256, "good"), secret(algorithm::hs256, "secret"), weak(algorithm::rs256, "w", 1024);
    const json::object set{{"keys", json::array{secret.jwk(), weak.jwk(), good.jwk(), json::object{{"kty", "new"}}}}};
    const auto keys = parse_published_keys(json::serialize(set)).value();
    ASSERT_EQ(keys.size(), 1U);
    EXPECT_EQ(keys[0].id(), "good");
    for (const auto& bad : {std::string("{}"), std::string(R"({"keys":{}})"), std::string(R"({"keys":[5]})"),
                            json::serialize(json::object{{"keys", json::array{secret.jwk()}}}), std::string("<html>")})
        EXPECT_EQ(code_of(parse_published_keys(bad)), "key_unreadable") << bad;
    EXPECT_EQ(code_of(parse_keys(json::serialize(set))), "key_weak") << "what is configured has to be good as a whole";
}

TEST(jwt_hashes, are_those_of_the_standards) {
    EXPECT_EQ(challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
              "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");  // RFC 7636, appendix B
    EXPECT_EQ(half_hash(algorithm::rs256, "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"),
              "77QmUPtjPfzWtF2AnpK9RQ");  // OpenID Connect Core, appendix A.3
    EXPECT_EQ(half_hash(algorithm::eddsa, "x").size(), 43U) << "half of SHA-512";
}

}  // namespace
}  // namespace parley::jwt
