// The host of a request, and what is known besides.
#include "transport/own_address.hpp"

#include <algorithm>

#include "transport/authenticator.hpp"
#include "transport/ip_address.hpp"

namespace parley::transport {
namespace {

bool is_this_machine(std::string_view host) {
    static const auto loopback = ip_network::parse("127.0.0.0/8").value();
    const auto address = ip_address::parse(host);
    return host == "localhost" || host == "[::1]" || host.ends_with(".localhost") ||
           (address && loopback.contains(*address));
}

std::string_view without_scheme(std::string_view url) {
    const auto colon = url.find("://");
    return colon == std::string_view::npos ? url : url.substr(colon + 3);
}

}  // namespace

std::string own_origin(const http_request& request, const tenant_settings& of, std::string_view public_url) {
    const auto given = request.header("Host");
    const auto host = host_of(given);
    const bool ours = std::ranges::find(of.hosts, host) != of.hosts.end();
    if (!public_url.empty() && (!ours || host_of(without_scheme(public_url)) == host)) return std::string(public_url);
    const bool plain = request.came_by == carriage::plain && is_this_machine(host);
    return (plain ? "http://" : "https://") + std::string(given);
}

}  // namespace parley::transport
