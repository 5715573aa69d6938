// Parley as a client of OpenID providers: what they say of themselves, and what they give for a code.
#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "model/settings.hpp"
#include "transport/issuer_keys.hpp"
#include "transport/web_client.hpp"

namespace parley::transport {

/// What a provider publishes of itself (OpenID Connect Discovery), checked.
struct provider_document {
    std::string authorization_endpoint;
    std::string token_endpoint;
    std::string jwks_uri;
    std::string userinfo_endpoint;  ///< empty: there is none
    bool names_itself = false;      ///< its answers have `iss` (RFC 9207)
    bool secret_in_header = true;   ///< a client shows its secret by HTTP's basic scheme, or else in the form
};
/// Of this very issuer, with all addresses of the kind that the settings allow, and with S256 unless it says nothing of
/// PKCE. Errors (invalid): those of parse_object, provider_unfit.
[[nodiscard]] result<provider_document> read_provider_document(std::string_view text, const sign_in_provider_settings&);

/// What is exchanged for tokens; all three as the provider knows them.
struct code_grant {
    std::string code;
    std::string verifier;
    std::string redirect_uri;
};
struct redeemed_code {
    std::string id_token;
    std::string access_token;  ///< may be empty
};

/// Any thread. Answers come on any thread, possibly before a call returns.
class oidc_client {
public:
    using fetch = issuer_keys::fetch;
    using known = std::shared_ptr<const provider_document>;
    template <class Value>
    using answered = std::move_only_function<void(result<Value>)>;

    /// `time` outlives this; no answer of `by` may come after it is gone. `public_url` as in the settings.
    oidc_client(const clock& time, fetch by, std::string public_url)
        : time_(time), fetch_(std::move(by)), public_url_(std::move(public_url)) {}

    [[nodiscard]] const std::string& public_url() const { return public_url_; }

    /// Kept for as long as the provider says, within bounds, and asked for once at a time. Error: provider_away
    /// (unavailable) while nothing fit to use was ever had.
    void discover(const sign_in_provider_settings&, answered<known>);

    /// Errors: provider_away (unavailable); code_refused, id_token_missing (unauthenticated).
    void redeem(const sign_in_provider_settings&, const provider_document&, const code_grant&, answered<redeemed_code>);

    /// What the userinfo endpoint tells. Errors: provider_away (unavailable).
    void look_up(const sign_in_provider_settings&, const provider_document&, std::string_view access_token,
                 answered<boost::json::object>);

private:
    struct entry {
        known had;
        moment good_until{};
        std::optional<moment> tried_at;
        bool under_way = false;
        std::vector<answered<known>> waiting;
    };
    void arrived(const issuer_keys::place&, const sign_in_provider_settings&, result<web_answer>);

    const clock& time_;
    fetch fetch_;
    std::string public_url_;
    std::mutex guard_;
    std::map<issuer_keys::place, entry> entries_;
};

/// What the provider may be reached by.
[[nodiscard]] reach reach_of(const sign_in_provider_settings&);

}  // namespace parley::transport
