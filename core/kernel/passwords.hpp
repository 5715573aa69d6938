// Changing a password, and getting a new one by a link that is good once. Hashing is done before: it takes long.
#pragma once

#include <string>

#include "kernel/access.hpp"

namespace parley::kernel {

/// `verified_hash` is the stored one that the old password was held against: when it is another one by now, `conflict`.
/// Ends all other sessions of the caller.
[[nodiscard]] result<void> change_password(const environment&, writing&, const caller&, std::string_view verified_hash,
                                           std::string new_hash);

struct reset_link {
    std::string token;  ///< shown once, never stored
    moment expires_at;
};
/// By the system or users.manage. Good for a day, once, and while the password is the one it is now.
[[nodiscard]] result<reset_link> make_reset_link(const environment&, writing&, const caller&, user_id);

/// Whether the token is good, before hashing costs anything. `gone` for whatever it is not good for.
[[nodiscard]] result<user_id> check_reset_link(const environment&, reading&, std::string_view token);
/// Takes the token and ends all sessions of its user. Errors as of check_reset_link.
[[nodiscard]] result<user_id> use_reset_link(const environment&, writing&, const caller&, std::string_view token,
                                             std::string new_hash);

}  // namespace parley::kernel
