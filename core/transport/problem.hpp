// Errors on the wire: RFC 9457 problem documents.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "transport/http_message.hpp"

namespace parley::transport {

/// The HTTP status of a class of failure.
[[nodiscard]] int status_of(fault kind);

/// The standard phrase of a status, "Not Found" for 404.
[[nodiscard]] std::string_view phrase_of(int status);

/// The problem document {type,title,status,code,detail,field?,retry_after?,request_id} as JSON text, for WebSocket
/// answers too.
[[nodiscard]] std::string problem_json(const error& why, std::string_view request_id);

/// The same as a whole response of type application/problem+json.
[[nodiscard]] http_response problem(const error& why, std::string_view request_id);

/// A refusal with a status of its own.
struct refusal {
    int status;
    error why;
};
[[nodiscard]] refusal refuse(int status, fault kind, std::string code, std::string message);

/// For refusals that have a status of their own (405, 415, 431 ...) instead of their class's.
[[nodiscard]] http_response problem(int status, const error& why, std::string_view request_id);

}  // namespace parley::transport
