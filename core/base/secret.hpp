// Passwords and tokens: how they are hashed, made and compared.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace parley {

/// Whether this may be a password at all: 1 to 1,024 bytes without NUL. Bytes are taken as given, without any Unicode
/// normal form. Errors (field "password"): password_empty, password_too_long, password_has_nul.
[[nodiscard]] result<void> check_password(std::string_view password);

/// Argon2id with 64 MiB and 2 passes, in the PHC text form; takes about a tenth of a second and 64 MiB, so callers
/// bound how many run at once and never run it on a thread that serves connections.
/// Errors: those of check_password; memory_short (unavailable).
[[nodiscard]] result<std::string> hash_password(std::string_view password);

/// Succeeds when `password` is the one behind `hash`. Costs what hash_password costs, unless `hash` is none.
/// Errors: those of check_password, before any work; password_wrong (unauthenticated), also for a hash that is none;
/// memory_short (unavailable).
[[nodiscard]] result<void> verify_password(std::string_view hash, std::string_view password);

/// For a user who does not exist: costs the same time and gives the same errors as a wrong password. Never succeeds.
[[nodiscard]] result<void> dummy_verify(std::string_view password);

/// `prefix` and 43 characters (A-Z a-z 0-9 - _) from 32 random bytes.
[[nodiscard]] std::string random_token(std::string_view prefix);

/// SHA-256 of the token in lower-case hexadecimal: what is stored. A token is random, so a slow hash buys nothing.
[[nodiscard]] std::string token_digest(std::string_view token);

/// HMAC-SHA256 of the text in lower-case hexadecimal. The key may have any length.
[[nodiscard]] std::string keyed_digest(std::string_view key, std::string_view text);

/// Compares in time that depends on the lengths only.
[[nodiscard]] bool equal_in_constant_time(std::string_view left, std::string_view right);

}  // namespace parley
