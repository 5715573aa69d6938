// What a client of ours would send over a WebSocket, as bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace parley::transport::testing {

/// Up to its last header; an empty line is still to come.
inline constexpr std::string_view handshake =
    "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/// A client's frame: masked, with a mask of zeros, which leaves the payload readable here.
[[nodiscard]] inline std::string masked(unsigned char first, std::string_view payload) {
    std::string made{static_cast<char>(first)};
    if (payload.size() < 126) {
        made.push_back(static_cast<char>(0x80 | payload.size()));
    } else {
        made.append(
            {static_cast<char>(0x80 | 126), static_cast<char>(payload.size() >> 8), static_cast<char>(payload.size())});
    }
    return made.append(4, '\0').append(payload);
}

/// A close frame as the server sends it.
[[nodiscard]] inline std::string close_frame(std::uint16_t code, std::string_view reason = {}) {
    std::string made{"\x88", 1};
    made.push_back(static_cast<char>(2 + reason.size()));
    made.push_back(static_cast<char>(code >> 8));
    made.push_back(static_cast<char>(code));
    return made.append(reason);
}

}  // namespace parley::transport::testing
