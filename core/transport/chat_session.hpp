// One WebSocket client: who it is, what it asks, what it hears.
#pragma once

#include <memory>
#include <optional>

#include "transport/authenticator.hpp"
#include "transport/connection.hpp"
#include "transport/gatekeeper.hpp"
#include "transport/hub.hpp"
#include "transport/operation.hpp"

namespace parley::transport {

struct chat_options {
    std::size_t json_bytes = 64 * 1024;
    std::size_t json_depth = 32;
    std::chrono::seconds authenticate_within{10};
    std::size_t catch_up_bytes = 256 * 1024;  ///< while more than this waits in the queue, the log is not read further
};

/// What every session works with; outlives them all.
struct chat_parts {
    services& with;
    authenticator& who;
    hub& room;
    gatekeeper& gate;
    chat_options options;
};

/// The handler of a connection. Without `who` the client showed no token in the handshake, and its first command must
/// be `authenticate`.
[[nodiscard]] std::unique_ptr<connection_handler> make_chat_session(chat_parts&, std::optional<session> who, peer from,
                                                                    arrival at, std::string request_id);

}  // namespace parley::transport
