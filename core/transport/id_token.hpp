// What an OpenID provider's ID token has to say before somebody is signed in by it.
#pragma once

#include <span>
#include <string_view>

#include "base/jwt.hpp"

namespace parley::transport {

struct id_token_expectation {
    std::string_view issuer;
    std::string_view client_id;
    std::string_view nonce;
    std::string_view access_token;  ///< that came with it; empty: none
};
/// Signed by one of the keys with a public-key algorithm, of this issuer, for this client and no other, for this
/// sign-in, and good now (OpenID Connect Core, 3.1.3.7). Errors (unauthenticated): those of jwt::verify;
/// id_token_party_wrong, id_token_nonce_wrong, id_token_hash_wrong, jwt_malformed.
[[nodiscard]] result<void> check_id_token(const jwt::unverified&, const id_token_expectation&,
                                          std::span<const jwt::key>, moment now);

}  // namespace parley::transport
