// The one encoding inside tokens and keys. Seen by jwt.cpp and jwt_keys.cpp only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace parley::jwt {

/// Base64url without padding (RFC 7515, 2), in its only form: no other characters, no bits left over.
[[nodiscard]] std::optional<std::string> from_base64url(std::string_view text);

}  // namespace parley::jwt
