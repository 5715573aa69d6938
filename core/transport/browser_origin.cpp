// Exact comparison, and the headers of CORS.
#include "transport/browser_origin.hpp"

#include <algorithm>
#include <utility>

namespace parley::transport {
namespace {

std::string_view without_port(std::string_view authority, std::string_view port) {
    if (authority.ends_with(port)) authority.remove_suffix(port.size());
    return authority;
}

}  // namespace

bool is_own_origin(std::string_view origin, std::string_view host, carriage came_by) {
    if (came_by == carriage::tls && !origin.starts_with("https://")) return false;
    for (const auto& [scheme, port] : {std::pair{std::string_view("https://"), std::string_view(":443")},
                                       std::pair{std::string_view("http://"), std::string_view(":80")}})
        if (origin.starts_with(scheme))
            return !host.empty() &&
                   same_token(without_port(origin.substr(scheme.size()), port), without_port(host, port));
    return false;
}

bool is_allowed_origin(std::string_view origin, std::span<const std::string> allowed) {
    return std::ranges::find(allowed, origin) != allowed.end();
}

bool is_preflight(const http_request& request) {
    return request.method == "OPTIONS" && !request.header("Origin").empty() &&
           !request.header("Access-Control-Request-Method").empty();
}

http_response preflight_answer() {
    http_response made{.status = 204, .content_type = {}, .headers = {}, .body = {}, .tenant = {}};
    made.headers = {{"Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE"},
                    {"Access-Control-Allow-Headers",
                     "Authorization, Content-Type, Idempotency-Key, If-None-Match, If-Range, Range, X-Request-Id, "
                     // tus, with which files are brought
                     "Tus-Resumable, Upload-Length, Upload-Metadata, Upload-Offset"},
                    {"Access-Control-Max-Age", "600"}};
    return made;
}

void allow_reading(http_response& answer, std::string_view origin) {
    answer.headers.push_back({"Access-Control-Allow-Origin", std::string(origin)});
    answer.headers.push_back({"Access-Control-Expose-Headers",
                              "Content-Disposition, Content-Range, ETag, Location, Retry-After, X-Request-Id, "
                              "Tus-Extension, Tus-Max-Size, Tus-Resumable, Tus-Version, Upload-Expires, "
                              "Upload-Length, Upload-Metadata, Upload-Offset"});
}

http_response content_preflight_answer() {
    http_response made{.status = 204, .content_type = {}, .headers = {}, .body = {}, .tenant = {}};
    // Authorization is what older browsers take along from where they were sent here; nobody looks at it.
    made.headers = {{"Access-Control-Allow-Methods", "GET, HEAD"},
                    {"Access-Control-Allow-Headers", "Authorization, If-None-Match, If-Range, Range, X-Request-Id"},
                    {"Access-Control-Max-Age", "600"}};
    return made;
}

void let_pages_show(http_response& answer) {
    answer.headers.push_back({"Cross-Origin-Resource-Policy", "cross-origin"});
    // Nobody's cookies come here, so there is nothing that one page could read and another could not.
    answer.headers.push_back({"Access-Control-Allow-Origin", "*"});
    answer.headers.push_back(
        {"Access-Control-Expose-Headers",
         "Accept-Ranges, Content-Disposition, Content-Length, Content-Range, ETag, Retry-After, X-Request-Id"});
    const bool has_policy = std::ranges::any_of(
        answer.headers, [](const auto& one) { return same_token(one.name, "Content-Security-Policy"); });
    if (!has_policy)
        answer.headers.push_back({"Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'"});
}

void vary_by_origin(http_response& answer) { answer.headers.push_back({"Vary", "Origin"}); }

}  // namespace parley::transport
