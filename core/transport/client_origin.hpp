// Who is behind a connection: the peer itself, or whom a trusted proxy speaks for.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "transport/http_message.hpp"
#include "transport/ip_address.hpp"

namespace parley::transport {

/// In which headers trusted proxies say whom they speak for. The others are never read.
enum class forwarded_form : unsigned char {
    x_forwarded = 1,  ///< X-Forwarded-For and X-Forwarded-Proto
    rfc7239           ///< Forwarded
};

struct proxy_rules {
    std::vector<ip_network> trusted;
    forwarded_form form = forwarded_form::x_forwarded;

    [[nodiscard]] bool trusts(const ip_address&) const;
};

struct client_origin {
    ip_address address;
    carriage came_by = carriage::plain;
    bearer brought_by = bearer::anybody;
};

/// The nearest address in the chain of proxies that is not trusted. What stands before it was written by strangers, and
/// what is no address ends the chain.
/// `spoken` is what the peer itself speaks; a trusted one's word on what the client spoke goes before it.
[[nodiscard]] client_origin origin_of(const ip_address& peer, std::span<const http_header> headers, const proxy_rules&,
                                      carriage spoken = carriage::plain);

}  // namespace parley::transport
