// The second, plain port: sends everybody to HTTPS and serves nothing.
#pragma once

#include <cstdint>

#include "server/config_settings.hpp"
#include "transport/http_server.hpp"

namespace parley::server {

/// Only to where this server is: the host asked for, when it leads to a tenant, else server.public_url; without either,
/// 404. The client's word alone would make it a way to send people anywhere.
class https_redirect final : public transport::http_handler {
public:
    /// `settings` outlives it; `port` is where HTTPS is spoken.
    https_redirect(const config_settings& settings, std::uint16_t port) : settings_(settings), port_(port) {}

    void handle(transport::http_request request, transport::http_answer answer) override;
    void on_upgrade(transport::http_request request, transport::upgrade handshake) override;
    void on_fault(std::string_view what, std::string_view request_id) override;

private:
    [[nodiscard]] transport::http_response lead(const transport::http_request&) const;

    const config_settings& settings_;
    std::uint16_t port_;
};

}  // namespace parley::server
