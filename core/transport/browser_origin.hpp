// Which sites' pages may use a tenant's API from a browser (CORS, and the Origin of a WebSocket handshake).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "transport/http_message.hpp"

namespace parley::transport {

/// Whether a page of `origin` ("https://chat.example.org:8443") belongs to the host that it asks (a Host header's
/// value). Asked over TLS, only over TLS: a page that came without it could be anybody's. Otherwise the scheme is not
/// compared, because behind a proxy the server may not know what the browser speaks. False for "null".
[[nodiscard]] bool is_own_origin(std::string_view origin, std::string_view host, carriage came_by = carriage::plain);

/// Whether it stands in the list, exactly; browsers write origins in one way only.
[[nodiscard]] bool is_allowed_origin(std::string_view origin, std::span<const std::string> allowed);

/// Whether a browser asks in advance what it may send.
[[nodiscard]] bool is_preflight(const http_request&);

/// What pages of allowed origins may send; allow_reading() adds to whom it is said.
[[nodiscard]] http_response preflight_answer();

/// Lets the page read an answer. Cookies of this server are never sent from other sites, so there are no credentials.
void allow_reading(http_response&, std::string_view origin);

/// What pages of anywhere may send to a host of files; whoever has a grant may read.
[[nodiscard]] http_response content_preflight_answer();

/// An answer of a host of files: pages of other hosts may show and read it, and by itself nothing of it runs. Files
/// have a policy of their own.
void let_pages_show(http_response&);

/// Tells caches that the answer is another for other origins.
void vary_by_origin(http_response&);

}  // namespace parley::transport
