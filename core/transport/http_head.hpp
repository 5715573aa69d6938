// The head of a response as bytes, and the id of a request.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "transport/http_message.hpp"

namespace parley::transport {

/// What becomes of the connection after a response.
enum class connection_fate : unsigned char { keep = 1, close };

/// Status line and headers up to the empty line: those of `answer`, and length, date, request id and security headers
/// where `answer` does not set them. A header whose name or value could not travel safely is left out.
[[nodiscard]] std::string response_head(const http_response& answer, std::string_view request_id, connection_fate fate,
                                        carriage came_by);

/// How long its body is.
[[nodiscard]] std::uint64_t body_bytes(const http_response& of);

/// Whether a response of this status has a body at all.
[[nodiscard]] bool may_have_body(int status);

/// `proposed` when it is 1 to 64 of [A-Za-z0-9._-], else a new one of 16 hexadecimal digits. Any thread.
[[nodiscard]] std::string request_id_from(std::string_view proposed);

}  // namespace parley::transport
