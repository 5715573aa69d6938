// An account of a tenant, and the tenant itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"

namespace parley {

struct tenant {
    tenant_id id;
    std::string name;  ///< as in the configuration: lower case, digits, dashes
    moment created_at;
};

/// What kind of account it is.
enum class user_kind : std::uint8_t { person = 1, bot, guest };

struct user {
    user_id id;
    tenant_id tenant;
    std::string username;       ///< unique in the tenant, see parse_username()
    std::string display_name;   ///< 1 to 80 graphemes
    std::string role;           ///< a role's name
    std::string password_hash;  ///< argon2id text; empty when nobody can sign in with a password
    std::string status_text;    ///< "in a meeting"; empty for none
    std::optional<moment> status_expires_at;
    moment created_at;
    moment updated_at;
    std::optional<moment> disabled_at;
    user_kind kind = user_kind::person;
    std::string
        external_id;  ///< what a site that vouches for the user calls it, unique in the tenant; empty: nobody does
    std::optional<moment> expires_at;  ///< a guest's account ends by itself
};

/// How somebody came in.
enum class token_kind : std::uint8_t {
    password = 1,  ///< signed in with a password
    personal,      ///< made by its owner for a device or a program
    service,       ///< made by an admin for a bot
    guest,         ///< came without an account
    vouched,       ///< a site said who it is
    provider       ///< signed in with a browser at an OpenID provider
};

/// What may be done before the second factor: nothing but setting one up where the tenant wants one, or nothing but
/// showing the one that is there.
enum class token_stage : std::uint8_t { full = 1, enrol_only, prove_only };

/// A session: a sign-in or a token made for a program. Of its secrets only digests are ever stored.
struct access_token {
    token_id id;
    tenant_id tenant;
    user_id user;
    std::string name;    ///< what its owner calls it
    std::string digest;  ///< SHA-256 of the token, hexadecimal
    moment created_at;
    moment expires_at;  ///< of the access token; one that is refreshed gets another
    std::optional<moment> revoked_at;
    token_kind kind = token_kind::personal;
    token_stage stage = token_stage::full;
    std::optional<std::string> scope;  ///< names of permissions with a space between; nothing: all that the role gives
    std::string user_agent;            ///< escaped and cut
    std::string address;               ///< where it was opened from
    moment ends_at;                    ///< of the session: from then on it cannot be refreshed
    std::optional<moment> used_at;     ///< about: noted once in a while
    std::string family;                ///< digest of what all its refresh tokens have in common; empty: it has none
    std::string refresh_digest;        ///< of the one refresh token that is good
};

/// What a one-time link is for.
enum class link_purpose : std::uint8_t {
    password_reset = 1,
    vouch  ///< a signature that was used, kept until it would be too old anyway
};

/// Something that is good once; only its digest is ever stored.
struct one_time_link {
    std::string digest;  ///< SHA-256, hexadecimal
    tenant_id tenant;
    user_id user;
    link_purpose purpose = link_purpose::password_reset;
    moment created_at;
    moment expires_at;
    std::optional<moment> used_at;
};

/// Codes from an app as a second factor (RFC 6238).
struct second_factor {
    user_id user;
    tenant_id tenant;
    std::string secret;  ///< base32, as the app was told
    moment created_at;
    std::optional<moment> confirmed_at;  ///< nothing: begun, and not asked for yet
    std::int64_t last_step = 0;          ///< the newest time step whose code was used: none is good twice
    std::vector<std::string> recovery;   ///< digests of the recovery codes that are left
};

}  // namespace parley
