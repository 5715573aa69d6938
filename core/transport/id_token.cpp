// The checks of an ID token, in the order in which they are cheap to understand.
#include "transport/id_token.hpp"

#include <array>
#include <string>

#include "base/secret.hpp"
#include "base/text.hpp"

namespace parley::transport {
namespace {

// Without HS256: a client's secret is no key, and a public key is no secret.
constexpr std::array algorithms{jwt::algorithm::rs256, jwt::algorithm::es256, jwt::algorithm::eddsa};
constexpr text_limits subject_limits{.max_graphemes = 255, .max_bytes = 255, .field = "sub"};

std::unexpected<error> refused(std::string code, std::string sentence) {
    return failure(fault::unauthenticated, std::move(code), std::move(sentence));
}

/// A token for several parties says which of them asked for it.
result<void> check_party(const jwt::unverified& token, std::string_view client_id) {
    const bool says = token.claims.contains("azp");
    if (!says && token.audience.size() == 1) return {};
    if (jwt::text_claim(token, "azp") == client_id) return {};
    return refused("id_token_party_wrong", "The token was made for another client.");
}

result<void> check_access_token(const jwt::unverified& token, std::string_view access_token) {
    if (!token.claims.contains("at_hash")) return {};
    const auto said = jwt::text_claim(token, "at_hash");
    if (!access_token.empty() && said == jwt::half_hash(token.signed_with, access_token)) return {};
    return refused("id_token_hash_wrong", "The access token is not the one that the token speaks of.");
}

}  // namespace

result<void> check_id_token(const jwt::unverified& token, const id_token_expectation& wanted,
                            std::span<const jwt::key> keys, moment now) {
    const jwt::expectation basic{wanted.issuer, wanted.client_id, algorithms};
    if (auto good = jwt::verify(token, basic, keys, now); !good) return good;
    if (auto good = check_party(token, wanted.client_id); !good) return good;
    if (!token.claims.contains("iat")) return refused("jwt_malformed", "iat is missing.");
    if (!equal_in_constant_time(jwt::text_claim(token, "nonce"), wanted.nonce))
        return refused("id_token_nonce_wrong", "The token belongs to another sign-in.");
    if (auto good = check_access_token(token, wanted.access_token); !good) return good;
    const auto subject = jwt::text_claim(token, "sub");
    if (subject.empty() || !check_line(subject, subject_limits))
        return refused("jwt_malformed", "sub is missing or no line of up to 255 bytes.");
    return {};
}

}  // namespace parley::transport
