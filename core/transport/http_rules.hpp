// What is refused before a handler hears of it. Includes Beast: for http_session.cpp and its own unit only.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/system/error_code.hpp>

#include "base/error.hpp"
#include "transport/http_server.hpp"
#include "transport/problem.hpp"

namespace parley::transport {

using request_parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

/// Judges complete headers: what Beast lets pass and we do not, because it can be read in two ways or is not for an
/// origin server, and a body that says itself that it is too long.
[[nodiscard]] std::optional<refusal> judge_head(const request_parser& parsed, std::size_t body_limit);

/// What to say about a failed read; nothing when there is nobody to say it to.
[[nodiscard]] std::optional<refusal> refusal_of(boost::system::error_code why, const http_options& options);

/// Whether the request asks for a WebSocket, well or badly.
[[nodiscard]] bool wants_websocket(const http_request& request);

/// Judges a request that asks for a WebSocket.
[[nodiscard]] std::optional<refusal> judge_handshake(const http_request& request);

}  // namespace parley::transport
