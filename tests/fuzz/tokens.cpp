// What proves something: tokens of outside issuers, their keys, cookies of share links, ids and moments.
#include <sodium.h>

#include <array>

#include "base/id.hpp"
#include "base/jwt.hpp"
#include "base/jwt_text.hpp"
#include "fuzz/fuzz.hpp"
#include "share_links/secrets.hpp"
#include "transport/id_token.hpp"
#include "transport/moment_text.hpp"

namespace parley::fuzz {
namespace {

constexpr std::string_view secret = "thirty-two bytes or a few more of them";
constexpr moment now{std::chrono::seconds{1'800'000'000}};
constexpr std::array every{jwt::algorithm::hs256, jwt::algorithm::rs256, jwt::algorithm::es256, jwt::algorithm::eddsa};

/// The secret above, and public keys of the RFCs, whose private halves nobody signs with here.
const std::vector<jwt::key>& keys() {
    static const auto made = jwt::parse_keys(
        R"({"keys":[{"kty":"oct","k":"dGhpcnR5LXR3byBieXRlcyBvciBhIGZldyBtb3JlIG9mIHRoZW0"},)"
        R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},)"
        R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})");
    if (!made) expect(false, "the target's own keys are good:", made.error().message);
    return *made;
}

std::string signature_of(std::string_view text) {
    std::string mac(crypto_auth_hmacsha256_BYTES, '\0');
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(secret.data()), secret.size());
    crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(text.data()), text.size());
    crypto_auth_hmacsha256_final(&state, reinterpret_cast<unsigned char*>(mac.data()));
    return mac;
}

void read_token(std::string_view text) {
    const auto token = jwt::read(text);
    if (!token) return;
    expect(text.size() <= jwt::max_bytes, "tokens have a length");
    (void)jwt::text_claim(*token, "sub");
    (void)transport::check_id_token(
        *token, {.issuer = "https://issuer.example", .client_id = "parley", .nonce = "n", .access_token = "a"}, keys(),
        now);
    if (!jwt::verify(*token, {"https://issuer.example", "parley", every}, keys(), now)) return;
    expect(token->signed_with == jwt::algorithm::hs256 && token->signature == signature_of(token->signed_text),
           "who holds the secret has signed it");
    expect(token->issuer == "https://issuer.example", "it is of that issuer");
}

/// A token whose claims are the input, signed well: what is signed is a stranger's all the same.
void read_claims(std::string_view claims) {
    const auto text = jwt::to_base64url(R"({"alg":"HS256"})") + "." + jwt::to_base64url(claims);
    read_token(text + "." + jwt::to_base64url(signature_of(text)));
}

void read_stay(std::string_view cookie) {
    static const std::string key(64, '5');
    const auto is = share_links::read_stay(cookie, 7, key, 1'000);
    if (!is) return;
    expect(is->until > 1'000, "a stay ends");
    expect(share_links::sign(*is, 7, key) == cookie, "nobody else makes a cookie:", cookie);
}

}  // namespace

/// The first byte says what it is to be read as.
void tokens(std::string_view input) {
    food from(input);
    const auto what = from.byte() % 5;
    const auto text = from.rest();
    if (what == 0) read_token(text);
    if (what == 1) read_claims(text);
    if (what == 2) {
        (void)jwt::parse_keys(text);
        (void)jwt::parse_published_keys(text);
    }
    if (what == 3) read_stay(text);
    if (what == 4) {
        if (const auto id = user_id::parse(text)) expect(id->text() == text && id->value > 0, "ids have one form");
        (void)transport::parse_moment(text);
    }
}

}  // namespace parley::fuzz
