// Turns a connection whose upgrade request has been accepted into an open WebSocket.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "transport/connection.hpp"
#include "transport/http_server.hpp"
#include "transport/io_thread.hpp"
#include "transport/seat_table.hpp"
#include "transport/wire.hpp"

namespace parley::transport {

/// What is left of the upgrade request once it has been judged.
struct websocket_offer {
    std::string key;          ///< Sec-WebSocket-Key
    std::string extensions;   ///< Sec-WebSocket-Extensions, empty when absent
    std::string subprotocol;  ///< the chosen one, empty for none
    std::string remote;
    std::string request_id;
    std::string read_before;  ///< bytes that came behind the request
    seat_table::seat seat;    ///< the connection's, until it ends
};

/// Answers the handshake and runs the connection until it ends. To be called on the thread of `home`.
/// `limits` and `server` outlive the connection.
void start_websocket(io_thread& home, wire line, websocket_offer offer, const websocket_limits& limits,
                     http_handler& server, std::unique_ptr<connection_handler> handler);

}  // namespace parley::transport
