// One HTTP/1.1 connection, from its first byte to its end or to its change into a WebSocket.
#pragma once

#include <string>

#include "transport/http_server.hpp"
#include "transport/io_thread.hpp"

namespace parley::transport {

/// Runs the connection until it ends. To be called on the thread of `home`; `options` and `handler` outlive it.
void start_http(io_thread& home, tcp_socket socket, const http_options& options, http_handler& handler);

}  // namespace parley::transport
