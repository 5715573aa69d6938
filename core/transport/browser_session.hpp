// Sessions that a browser carries in a cookie, and what keeps other sites from using them.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "transport/http_message.hpp"

namespace parley::transport {

/// "__Host-": over TLS only, for the whole of this host and no other, and no script can read it.
inline constexpr std::string_view session_cookie = "__Host-parley";

/// What a browser keeps while its user is away at a provider; as long-lived as that.
inline constexpr std::string_view sign_in_cookie = "__Host-parley-sign-in";

/// The value of the request's first cookie of this name; empty when there is none.
[[nodiscard]] std::string_view cookie_named(std::string_view name, const http_request&);
/// The same for the session's token.
[[nodiscard]] std::string_view cookie_token(const http_request&);

/// A Set-Cookie header for a token that is good until then.
[[nodiscard]] http_header keep_cookie(std::string_view token, std::chrono::seconds lasts,
                                      std::string_view name = session_cookie);
/// A Set-Cookie header that takes the cookie away.
[[nodiscard]] http_header drop_cookie(std::string_view name = session_cookie);

/// What a page of ours sends along as X-CSRF-Token; derived from the session's token, so that nobody knows it who does
/// not know that. Not a secret to the page.
[[nodiscard]] std::string csrf_token(std::string_view token);

/// Whether a request that shows who it is by cookie alone may do what it asks: reading always, anything else with the
/// CSRF token. `forbidden`, code csrf_token_wrong.
[[nodiscard]] result<void> check_csrf(const http_request&, std::string_view token);

/// Whether a WebSocket handshake by cookie comes from a page of this very host: browsers send cookies with handshakes
/// from anywhere. `forbidden`, code origin_refused.
[[nodiscard]] result<void> check_same_origin(const http_request&);

}  // namespace parley::transport
