// What an operator may decide for a tenant and for a model: plain values with their defaults.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace parley {

// The same defaults stand, with ranges and sentences, in config/settings_text.cpp; a test keeps the two equal.

/// Limits of one message; a model may set its own.
struct message_settings {
    std::size_t max_graphemes = 8000;          ///< characters as people see them
    std::size_t max_bytes = 64 * 1024;         ///< the text's UTF-8
    std::int64_t edit_window_seconds = 86400;  ///< after sending; 0: never editable, no_edit_window: always

    static constexpr std::int64_t no_edit_window = -1;

    friend bool operator==(const message_settings&, const message_settings&) = default;
};

struct conversation_settings {
    std::size_t max_members = 10000;
    std::size_t max_direct = 1000;  ///< open direct conversations that one user may have and still open another
    std::size_t name_graphemes = 80;
    std::size_t topic_graphemes = 250;
    std::size_t description_graphemes = 2000;

    friend bool operator==(const conversation_settings&, const conversation_settings&) = default;
};

/// How far back the event log reaches; whichever limit is met first cuts it.
struct event_settings {
    std::int64_t retention_days = 30;
    std::int64_t retention_count = 1000000;  ///< newest events of the tenant that are kept

    friend bool operator==(const event_settings&, const event_settings&) = default;
};

struct session_settings {
    std::int64_t access_minutes = 60;  ///< life of the access token of a sign-in, until it is refreshed
    std::int64_t session_days = 30;    ///< a sign-in that is not refreshed for so long has ended
    std::int64_t token_days = 90;      ///< life of a token of one's own made without an expiry
    bool guests = false;               ///< whether anybody may come in without an account
    std::int64_t guest_hours = 24;     ///< life of a guest's account
    std::string vouch_secret;          ///< the key with which a site vouches for its users; empty: none may
    bool require_totp = false;         ///< whether signing in with a password takes a second factor

    friend bool operator==(const session_settings&, const session_settings&) = default;
};

/// Somebody else whose signed tokens (JWT) say who a user is. Texts are as configured and were checked then.
struct issuer_settings {
    std::string issuer;                   ///< "iss", exactly
    std::string audience;                 ///< "aud", exactly
    std::vector<std::string> algorithms;  ///< "HS256", "RS256", "ES256", "EdDSA"
    std::string jwks_url;                 ///< where the issuer publishes its keys; empty: they are below
    std::vector<std::string> keys;        ///< each a JWK, a JWK set or PEM; may be secret
    std::string username_claim = "preferred_username";
    std::string name_claim = "name";
    std::string role = "guest";  ///< of accounts that are made
    bool create_users = true;    ///< whether an account is made for who comes the first time
    bool allow_private = false;  ///< whether keys may come from addresses that are not public, and without TLS

    friend bool operator==(const issuer_settings&, const issuer_settings&) = default;
};

/// An OpenID provider at which people sign in with their browser. Texts are as configured and were checked then.
struct sign_in_provider_settings {
    std::string name;   ///< in addresses: lower case, digits, dashes; the first of a name counts
    std::string title;  ///< what people read; empty: the name
    std::string issuer;
    std::string client_id;
    std::string client_secret;  ///< secret; empty: a client that cannot keep one
    std::string scopes = "openid profile";
    std::string username_claim = "preferred_username";
    std::string name_claim = "name";
    std::string role = "guest";       ///< of accounts that are made
    bool create_users = true;         ///< whether an account is made for who comes the first time
    bool allow_private = false;       ///< whether it may be at an address that is not public, and without TLS
    std::int64_t session_hours = 24;  ///< life of a session, sessions.session_days at most

    friend bool operator==(const sign_in_provider_settings&, const sign_in_provider_settings&) = default;
};

struct presence_settings {
    std::int64_t typing_seconds = 6;        ///< a "typing" not repeated for so long has ended
    std::int64_t away_after_seconds = 600;  ///< without activity, online becomes away

    friend bool operator==(const presence_settings&, const presence_settings&) = default;
};

/// How often something may happen.
struct rate {
    std::int64_t per_minute = 0;  ///< in the long run; 0: without limit
    std::int64_t burst = 1;       ///< at once, after a time of quiet

    friend bool operator==(const rate&, const rate&) = default;
};

/// Kinds of requests that are counted apart from each other.
enum class route_class : unsigned char { read = 1, write, message, upload, sign_in, live };

/// How much one user may ask for, by kind of request, and the whole tenant together. Who is not signed in is counted
/// by address instead.
struct limit_settings {
    rate read{.per_minute = 1200, .burst = 300};
    rate write{.per_minute = 300, .burst = 100};
    rate message{.per_minute = 600, .burst = 120};
    rate upload{.per_minute = 120, .burst = 40};
    rate sign_in{.per_minute = 30, .burst = 20};
    rate live{.per_minute = 600, .burst = 200};
    rate tenant{.per_minute = 120000, .burst = 20000};

    [[nodiscard]] const rate& of(route_class which) const {
        switch (which) {
            case route_class::write:
                return write;
            case route_class::message:
                return message;
            case route_class::upload:
                return upload;
            case route_class::sign_in:
                return sign_in;
            case route_class::live:
                return live;
            case route_class::read:
                break;
        }
        return read;
    }

    friend bool operator==(const limit_settings&, const limit_settings&) = default;
};

/// Where browsers get files from, when not from the tenant's own hosts.
struct content_settings {
    std::string host;                  ///< lower case, without port; empty: the tenant's own
    std::string secret;                ///< the key of grants
    std::int64_t grant_seconds = 240;  ///< the longest life of a grant

    friend bool operator==(const content_settings&, const content_settings&) = default;
};

/// Settings of one model, the tenant's already merged in.
struct model_settings {
    std::string display_name;  ///< empty: show the model's name
    std::string description;
    message_settings messages;

    friend bool operator==(const model_settings&, const model_settings&) = default;
};

/// Settings of one tenant, the server's tenant defaults already merged in.
struct tenant_settings {
    std::string display_name;  ///< empty: show the tenant's name
    std::string description;
    std::vector<std::string> hosts;  ///< host names, lower case, without port, that lead to this tenant
    bool enabled = true;             ///< false: every request is refused
    /// Other sites whose pages may use the API from a browser: "https://www.example.org", as browsers write origins.
    std::vector<std::string> allowed_origins;
    content_settings content;
    message_settings messages;
    conversation_settings conversations;
    event_settings events;
    session_settings sessions;
    std::vector<issuer_settings> issuers;
    std::vector<sign_in_provider_settings> sign_in_providers;
    presence_settings presence;
    limit_settings limits;
    std::map<std::string, model_settings, std::less<>> models;  ///< by the model's name

    /// The limits for a message in a conversation of this model; of the tenant when the model has no settings.
    [[nodiscard]] const message_settings& messages_of(std::string_view model) const {
        const auto found = models.find(model);
        return found == models.end() ? messages : found->second.messages;
    }

    friend bool operator==(const tenant_settings&, const tenant_settings&) = default;
};

}  // namespace parley
