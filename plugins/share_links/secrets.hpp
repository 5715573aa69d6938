// Tokens, passwords, and the cookie of a browser that opened a link.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace share_links {

/// 32 random bytes for a path: letters, digits, - and _.
[[nodiscard]] std::string new_token();
/// What is stored of it: 64 hexadecimal digits.
[[nodiscard]] std::string digest_of(std::string_view token);
/// 32 random bytes, in hex, to sign cookies with.
[[nodiscard]] std::string new_secret();

/// argon2id in its text form, 64 MiB; takes some 0.1 s. Nothing: there is no memory now.
[[nodiscard]] std::optional<std::string> hash_password(const std::string& password);
enum class password_is : std::uint8_t { right = 1, wrong, unknown /* no memory now */ };
[[nodiscard]] password_is check_password(const std::string& hash, const std::string& password);

/// A browser's stay: its name, which is random, and until when. Moments are milliseconds since 1970.
struct stay {
    std::string name;
    std::int64_t until = 0;
};
[[nodiscard]] stay new_stay(std::int64_t until);
/// The cookie's value: good for this link alone.
[[nodiscard]] std::string sign(const stay&, std::int64_t link, const std::string& secret);
/// Nothing when it was not made by sign() with the same, or is over.
[[nodiscard]] std::optional<stay> read_stay(std::string_view cookie, std::int64_t link, const std::string& secret,
                                            std::int64_t now);

/// The same without a signature, for where somebody else vouches for it.
[[nodiscard]] std::string vouched_text(const stay&);
/// Nothing when it is over.
[[nodiscard]] std::optional<stay> read_vouched_stay(std::string_view text, std::int64_t now);

}  // namespace share_links
