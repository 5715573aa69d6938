// Redirects by 308, so that a POST stays a POST.
#include "server/https_redirect.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/log.hpp"
#include "transport/authenticator.hpp"
#include "transport/problem.hpp"

namespace parley::server {
namespace {

constexpr std::string_view https = "https://";

/// "https://chat.example.org" with ":8443" behind it where that is said; empty when there is nowhere to go.
std::string origin_for(const std::string& host, const config_settings& settings, std::uint16_t port) {
    const auto& url = settings.now()->server.server.public_url;
    const bool is_public = url.starts_with(https);
    const bool is_ours = settings.tenant_of_host(host) || settings.is_content_host(host);
    if (host.empty() || !is_ours) return is_public ? url : std::string{};
    if (is_public) {
        // What people type is in front of whatever leads to our port.
        const auto authority = std::string_view(url).substr(https.size());
        const auto colon = authority.find(':', authority.find(']') == authority.npos ? 0 : authority.find(']'));
        const auto suffix = colon == authority.npos ? std::string_view{} : authority.substr(colon);
        return fmt::format("{}{}{}", https, host, suffix);
    }
    return port == 443 ? fmt::format("{}{}", https, host) : fmt::format("{}{}:{}", https, host, port);
}

}  // namespace

transport::http_response https_redirect::lead(const transport::http_request& request) const {
    const auto origin = origin_for(transport::host_of(request.header("Host")), settings_, port_);
    if (origin.empty())
        return transport::problem({fault::not_found, "host_unknown", "No tenant is served under this host name.", {}},
                                  request.request_id);
    transport::http_response made{.status = 308, .content_type = {}, .headers = {}, .body = {}, .tenant = {}};
    made.headers = {{"Location", origin + request.target}};
    return made;
}

void https_redirect::handle(transport::http_request request, transport::http_answer answer) { answer(lead(request)); }

void https_redirect::on_upgrade(transport::http_request request, transport::upgrade handshake) {
    handshake.refuse(lead(request));
}

void https_redirect::on_fault(std::string_view what, std::string_view request_id) {
    log::error("a session failed", {{"request", request_id}, {"what", what}});
}

}  // namespace parley::server
