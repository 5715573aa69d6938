// A site says who its user is, and signs that with a key it shares with the tenant.
#pragma once

#include <string>
#include <string_view>

#include "kernel/guests.hpp"

namespace parley::kernel {

struct vouch_command {
    std::string user;  ///< what the site calls the user: 1 to 255 bytes, one line
    std::string display_name;
    std::int64_t expires = 0;  ///< seconds since 1970, at most an hour ahead
    std::string nonce;         ///< tells two signatures of one second apart; may be empty
    std::string signature;     ///< HMAC-SHA256 of the text below in hexadecimal
};
/// What is signed: "parley-vouch-1", tenant, user, display name, expires and nonce, with a line feed between.
[[nodiscard]] std::string vouched_text(std::string_view tenant, const vouch_command&);

/// Signs the user in, and makes the account at the first time; a name that changed is taken over. A signature is good
/// once. `forbidden` where no site may; `unauthenticated` for a signature that is wrong, too old, or used.
[[nodiscard]] result<arrival> let_vouched_in(const environment&, writing&, const caller& by, const vouch_command&);

}  // namespace parley::kernel
