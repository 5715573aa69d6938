// Chains of proxies, read from their near end.
#include "transport/client_origin.hpp"

#include <algorithm>

namespace parley::transport {
namespace {

constexpr std::size_t longest_chain = 64;

/// One proxy's word about who came to it.
struct hop {
    std::string_view from;
    std::string_view protocol;
};

std::string_view without_quotes(std::string_view text) {
    if (text.size() >= 2 && text.starts_with('"') && text.ends_with('"')) return text.substr(1, text.size() - 2);
    return text;
}

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
    while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
    return text;
}

/// An address, perhaps with a port: 192.0.2.1, 192.0.2.1:80, 2001:db8::1, [2001:db8::1], [2001:db8::1]:80.
std::optional<ip_address> address_in(std::string_view text) {
    text = without_quotes(text);
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == text.npos || (end + 1 < text.size() && text[end + 1] != ':')) return std::nullopt;
        return ip_address::parse(text.substr(1, end - 1));
    }
    const auto colon = text.find(':');
    const bool has_port = colon != text.npos && text.find(':', colon + 1) == text.npos;
    return ip_address::parse(has_port ? text.substr(0, colon) : text);
}

/// for=192.0.2.43;proto=https;by=203.0.113.60
hop hop_in(std::string_view element) {
    hop made;
    while (!element.empty()) {
        const auto semicolon = element.find(';');
        const auto pair = trimmed(element.substr(0, semicolon));
        element = semicolon == element.npos ? std::string_view{} : element.substr(semicolon + 1);
        const auto equals = pair.find('=');
        if (equals == pair.npos) continue;
        const auto name = trimmed(pair.substr(0, equals));
        const auto value = trimmed(pair.substr(equals + 1));
        if (same_token(name, "for")) made.from = value;
        if (same_token(name, "proto")) made.protocol = without_quotes(value);
    }
    return made;
}

/// The members of all headers of that name, in order, as if they were one; the last ones, when there are too many.
std::vector<std::string_view> chain(std::span<const http_header> headers, std::string_view name) {
    std::vector<std::string_view> all;
    for (const auto& one : headers)
        if (same_token(one.name, name)) std::ranges::copy(list_members(one.value), std::back_inserter(all));
    if (all.size() > longest_chain) all.erase(all.begin(), all.end() - longest_chain);
    return all;
}

std::vector<hop> hops_in(std::span<const http_header> headers, forwarded_form form) {
    std::vector<hop> all;
    if (form == forwarded_form::rfc7239) {
        for (const auto element : chain(headers, "Forwarded")) all.push_back(hop_in(element));
        return all;
    }
    for (const auto member : chain(headers, "X-Forwarded-For")) all.push_back({.from = member, .protocol = {}});
    const auto protocols = chain(headers, "X-Forwarded-Proto");
    // Most proxies keep one protocol for the whole chain; then it is the nearest proxy's word.
    for (std::size_t back = 1; back <= std::min(all.size(), protocols.size()); ++back)
        all[all.size() - back].protocol = protocols[protocols.size() - back];
    return all;
}

}  // namespace

bool proxy_rules::trusts(const ip_address& one) const {
    return std::ranges::any_of(trusted, [&](const ip_network& net) { return net.contains(one); });
}

client_origin origin_of(const ip_address& peer, std::span<const http_header> headers, const proxy_rules& rules,
                        carriage spoken) {
    client_origin made{.address = peer, .came_by = spoken};
    if (rules.trusted.empty() || !rules.trusts(peer)) return made;
    made.brought_by = bearer::trusted_proxy;
    auto hops = hops_in(headers, rules.form);
    for (; !hops.empty() && rules.trusts(made.address); hops.pop_back()) {
        const auto before = address_in(hops.back().from);
        // Only whole chains say how the first one was spoken to; a gap leaves what was known of the nearer one.
        if (!hops.back().protocol.empty())
            made.came_by = same_token(hops.back().protocol, "https") ? carriage::tls : carriage::plain;
        if (!before) break;
        made.address = *before;
    }
    return made;
}

}  // namespace parley::transport
