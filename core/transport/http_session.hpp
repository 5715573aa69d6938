// One HTTP/1.1 connection, from its first byte to its end or to its change into a WebSocket.
#pragma once

#include <optional>

#include "transport/http_server.hpp"
#include "transport/io_thread.hpp"
#include "transport/problem.hpp"
#include "transport/seat_table.hpp"
#include "transport/tls_context.hpp"

namespace parley::transport {

/// A connection's right to be open, until it ends.
struct admission {
    seat_table::seat seat;
    std::optional<refusal> refused{};          ///< all that it is told, without being asked
    std::shared_ptr<const tls_context> tls{};  ///< null: it speaks HTTP without TLS
};

/// Runs the connection until it ends. To be called on the thread of `home`; `options` and `handler` outlive it.
void start_http(io_thread& home, tcp_socket socket, const http_options& options, http_handler& handler, admission by);

/// Who is at the other end; nobody's address, and `gone`, when it has left.
[[nodiscard]] ip_address peer_address(const tcp_socket& socket, boost::system::error_code& gone);

}  // namespace parley::transport
