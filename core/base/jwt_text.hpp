// The one encoding inside tokens and keys, and of PKCE.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace parley::jwt {

/// Base64url without padding (RFC 7515, 2), in its only form: no other characters, no bits left over.
[[nodiscard]] std::optional<std::string> from_base64url(std::string_view text);
[[nodiscard]] std::string to_base64url(std::string_view bytes);

/// The code_challenge that S256 makes of a code_verifier (RFC 7636, 4.2).
[[nodiscard]] std::string challenge_of(std::string_view verifier);

}  // namespace parley::jwt
