// A sign-in that somebody has begun with a browser and has not come back from.
#pragma once

#include <string>

#include "base/clock.hpp"
#include "base/id.hpp"

namespace parley {

/// Kept here and not in the browser, so that every server on the database can finish it, and only once.
struct started_sign_in {
    std::string digest;  ///< of what the provider brings back as `state`; SHA-256, hexadecimal
    tenant_id tenant;
    std::string provider;  ///< its name in the settings
    std::string browser;   ///< digest of what only the browser that began has
    std::string nonce;
    std::string verifier;      ///< of PKCE (RFC 7636)
    std::string redirect_uri;  ///< as the provider was told
    std::string return_to;     ///< a path of this host
    moment created_at;
    moment expires_at;
};

}  // namespace parley
