// Our server's side of one connection, on the caller's thread: bytes go in, the answer comes out, and nothing waits.
#pragma once

#include <string>
#include <string_view>

#include "transport/http_session.hpp"

namespace parley::fuzz {

/// What the server says to these bytes until it has said all, when they come in pieces of so many bytes. The
/// connection is over afterwards; one that stays is a finding.
[[nodiscard]] std::string converse(std::string_view bytes, std::size_t at_once, const transport::http_options&,
                                   transport::http_handler&);

}  // namespace parley::fuzz
