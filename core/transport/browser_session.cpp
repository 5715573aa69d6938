// Cookies in, cookies out.
#include "transport/browser_session.hpp"

#include <fmt/format.h>

#include "base/secret.hpp"
#include "transport/browser_origin.hpp"

namespace parley::transport {
namespace {

constexpr std::string_view attributes = "; Path=/; Secure; HttpOnly; SameSite=Lax";

std::string_view without_spaces(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

}  // namespace

std::string_view cookie_named(std::string_view name, const http_request& request) {
    for (const auto& header : request.headers) {
        if (!same_token(header.name, "Cookie")) continue;
        for (std::string_view rest = header.value; !rest.empty();) {
            const auto end = rest.find(';');
            const auto pair = without_spaces(rest.substr(0, end));
            const auto equals = pair.find('=');
            if (equals != std::string_view::npos && pair.substr(0, equals) == name) return pair.substr(equals + 1);
            rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        }
    }
    return {};
}

std::string_view cookie_token(const http_request& request) { return cookie_named(session_cookie, request); }

http_header keep_cookie(std::string_view token, std::chrono::seconds lasts, std::string_view name) {
    return {"Set-Cookie", fmt::format("{}={}; Max-Age={}{}", name, token, lasts.count(), attributes)};
}

http_header drop_cookie(std::string_view name) {
    return {"Set-Cookie", fmt::format("{}=; Max-Age=0{}", name, attributes)};
}

std::string csrf_token(std::string_view token) { return keyed_digest(token, "parley csrf 1"); }

result<void> check_csrf(const http_request& request, std::string_view token) {
    if (request.method == "GET" || request.method == "HEAD") return {};
    if (equal_in_constant_time(request.header("X-CSRF-Token"), csrf_token(token))) return {};
    return failure(fault::forbidden, "csrf_token_wrong",
                   "A request by cookie that changes something needs the session's CSRF token in X-CSRF-Token.");
}

result<void> check_same_origin(const http_request& request) {
    if (is_own_origin(request.header("Origin"), request.header("Host"), request.came_by)) return {};
    return failure(fault::forbidden, "origin_refused", "A WebSocket by cookie is opened by pages of this host only.");
}

}  // namespace parley::transport
