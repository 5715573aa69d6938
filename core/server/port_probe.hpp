// Whether a port is free, and whether it is Parley that holds it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/error.hpp"

namespace parley::server {

/// Binds and lets go again; port 0 is always free. Error: port_taken (unavailable), with what the system says.
[[nodiscard]] result<void> check_port(const std::string& address, std::uint16_t port);

/// How a port is spoken to; under TLS no certificate is checked, because it is this machine's own port.
enum class probe_by : std::uint8_t { plain = 1, tls };

/// Asks GET /ready there; an unspecified address (0.0.0.0, ::) is asked on loopback. Answers the HTTP status, nothing
/// when no HTTP came back in time.
[[nodiscard]] std::optional<int> ask_ready(const std::string& address, std::uint16_t port,
                                           std::chrono::milliseconds patience, probe_by how = probe_by::plain);

}  // namespace parley::server
