// JSON Web Tokens of outside issuers (RFC 7515, 7517, 7519, 8037), read and verified strictly.
#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace parley::jwt {

/// What a token may be signed with. There is no `none`, and no other will be guessed.
enum class algorithm : std::uint8_t { hs256 = 1, rs256, es256, eddsa };

/// "HS256", "RS256", "ES256" or "EdDSA", exactly.
[[nodiscard]] std::optional<algorithm> find_algorithm(std::string_view name);
[[nodiscard]] std::string_view name_of(algorithm);

/// A key that verifies, and the one algorithm it is good for: the key decides, never the token. Immutable; copies
/// share.
class key {
public:
    [[nodiscard]] algorithm good_for() const;
    /// What its issuer calls it; empty for a key without a name.
    [[nodiscard]] const std::string& id() const;
    /// Whether this is the signature of the text.
    [[nodiscard]] bool verifies(std::string_view text, std::string_view signature) const;

    struct material;
    explicit key(std::shared_ptr<const material> of) : of_(std::move(of)) {}

private:
    std::shared_ptr<const material> of_;
};

/// Keys as somebody configured them: a JWK (oct of 32 bytes or more, RSA of 2048 to 8192 bits, EC P-256, OKP Ed25519),
/// a JWK set, or one public key in PEM. Every one must be good. Errors: key_unreadable, key_kind, key_weak,
/// key_private; the message never has a part of the key.
[[nodiscard]] result<std::vector<key>> parse_keys(std::string_view text);

/// A JWK set as an issuer publishes it: asymmetric keys that are good for signatures; what is of another kind or use,
/// or is not good, is left out. Errors: key_unreadable, also when nothing is left.
[[nodiscard]] result<std::vector<key>> parse_published_keys(std::string_view text);

/// The longest token that is looked at.
inline constexpr std::size_t max_bytes = 8 * 1024;
/// How far an issuer's clock and ours may be apart.
inline constexpr std::chrono::seconds leeway{60};

/// A token in its parts. Nothing in it is true before verify() says so.
struct unverified {
    algorithm signed_with = algorithm::hs256;
    std::string key_id;  ///< a name to compare, nothing to look up files or addresses by; may be empty
    std::string issuer;
    std::vector<std::string> audience;
    std::string signed_text;
    std::string signature;
    boost::json::object claims;
};
/// Takes the compact form apart. Refuses all that two readers could understand differently, every header that would
/// bring its own key or rule (crit, jku, jwk, x5u, x5c, zip, ...), and types of token that are not for signing in.
/// Errors (unauthenticated): jwt_too_large, jwt_malformed, jwt_header_refused, jwt_algorithm_refused.
[[nodiscard]] result<unverified> read(std::string_view compact);

struct expectation {
    std::string_view issuer;    ///< exactly
    std::string_view audience;  ///< exactly, or one of a list
    std::span<const algorithm> algorithms;
};
/// Whether one of the keys signed the token, it says what is expected, and it is good now: exp is needed, nbf and iat
/// count where they stand. A key with a name is tried only for tokens that name it or none. Errors (unauthenticated):
/// jwt_algorithm_refused, jwt_key_unknown, jwt_signature_wrong, jwt_issuer_wrong, jwt_audience_wrong, jwt_expired,
/// jwt_too_early, jwt_malformed.
[[nodiscard]] result<void> verify(const unverified&, const expectation&, std::span<const key>, moment now);

/// Whether a token may be meant for this key, by kind and name.
[[nodiscard]] bool may_fit(const unverified&, const key&);

/// What at_hash says of an access token that came along (OpenID Connect Core, 3.1.3.6), for a token signed so.
[[nodiscard]] std::string half_hash(algorithm, std::string_view text);

/// A claim that is a text; empty when it is absent or of another type.
[[nodiscard]] std::string text_claim(const unverified&, std::string_view name);

}  // namespace parley::jwt
