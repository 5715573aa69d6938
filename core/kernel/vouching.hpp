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

/// What happens to who comes for the first time.
enum class newcomer : std::uint8_t { made = 1, refused };

/// Who somebody is, as the caller has made sure.
struct vouched_identity {
    std::string external_id;   ///< of issued_external_id()
    std::string display_name;  ///< one that is none is not taken over
    std::string username;      ///< wished for a new account; another one when it is taken or none
    std::string role;          ///< of a new account
    newcomer unknown = newcomer::made;
};
/// As what an issuer's subject is known. No two issuers share an account, and none shares one with a site.
[[nodiscard]] std::string issued_external_id(std::string_view issuer, std::string_view subject);

/// The same for a provider at which people sign in with their browser: none shares an account with an issuer or a site.
[[nodiscard]] std::string provided_external_id(std::string_view issuer, std::string_view subject);

/// Signs in whom a trusted issuer's token names; `by` is nobody yet, with the peer's address and name. The session is
/// as `opens` says but for its owner; one of a provider is good for nothing before a second factor that is needed.
/// `unauthenticated` (vouch_refused) for a disabled account, and for a newcomer where none are made.
[[nodiscard]] result<arrival> let_identity_in(const environment&, writing&, const caller& by, vouched_identity,
                                              open_session_command opens);

}  // namespace parley::kernel
