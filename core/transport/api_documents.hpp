// The API documents, made from the operations and the table of shapes, so that they cannot say what is not so.
#pragma once

#include <string>

#include "transport/operation_catalogue.hpp"

namespace parley::transport {

/// OpenAPI 3.1 of everything under /api/v1 where these plugins are on, as JSON text.
[[nodiscard]] std::string openapi_document(const operation_catalogue&, const operation_catalogue::plugin_set& on = {});

/// AsyncAPI 3.0 of the WebSocket at /api/v1/socket where these plugins are on, as JSON text.
[[nodiscard]] std::string asyncapi_document(const operation_catalogue&, const operation_catalogue::plugin_set& on = {});

}  // namespace parley::transport
