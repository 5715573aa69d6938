// An account of a tenant, and the tenant itself.
#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/id.hpp"

namespace parley {

struct tenant {
    tenant_id id;
    std::string name;  ///< as in the configuration: lower case, digits, dashes
    moment created_at;
};

struct user {
    user_id id;
    tenant_id tenant;
    std::string username;      ///< unique in the tenant, see parse_username()
    std::string display_name;  ///< 1 to 80 graphemes
    std::string role;          ///< a role's name
    std::string password_hash;  ///< argon2id text; empty when nobody can sign in with a password
    std::string status_text;   ///< "in a meeting"; empty for none
    std::optional<moment> status_expires_at;
    moment created_at;
    moment updated_at;
    std::optional<moment> disabled_at;
};

/// A bearer token; only its digest is ever stored.
struct access_token {
    token_id id;
    tenant_id tenant;
    user_id user;
    std::string name;    ///< what its owner calls it
    std::string digest;  ///< SHA-256 of the token, hexadecimal
    moment created_at;
    moment expires_at;
    std::optional<moment> revoked_at;
};

}  // namespace parley
