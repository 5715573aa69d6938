// The API documents, made from the operations and the table of shapes, so that they cannot say what is not so.
#pragma once

#include <string>

namespace parley::transport {

/// OpenAPI 3.1 of everything under /api/v1, as JSON text. Made once.
[[nodiscard]] const std::string& openapi_document();

/// AsyncAPI 3.0 of the WebSocket at /api/v1/socket, as JSON text. Made once.
[[nodiscard]] const std::string& asyncapi_document();

}  // namespace parley::transport
