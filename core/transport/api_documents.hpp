// The API documents, made from the operations and the table of shapes, so that they cannot say what is not so.
#pragma once

#include <string>

namespace parley::transport {

class operation_catalogue;

/// OpenAPI 3.1 of everything under /api/v1, as JSON text.
[[nodiscard]] std::string openapi_document(const operation_catalogue&);

/// AsyncAPI 3.0 of the WebSocket at /api/v1/socket, as JSON text.
[[nodiscard]] std::string asyncapi_document(const operation_catalogue&);

}  // namespace parley::transport
