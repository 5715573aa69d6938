// What the operator's addresses ask and answer alike.
#pragma once

#include <string>
#include <string_view>

#include "server/reload.hpp"
#include "transport/http_message.hpp"

namespace parley::server {

/// 415 not_json, and 405 method_not_allowed with what is allowed.
[[nodiscard]] transport::http_response not_json(const transport::http_request&);
[[nodiscard]] transport::http_response method_not_allowed(const transport::http_request&, std::string_view allowed);

/// 422 configuration_invalid with every one of the problems.
[[nodiscard]] transport::http_response problems_of(const reload_outcome&, const std::string& request_id);

[[nodiscard]] reload_asker asker_of(const transport::http_request&);

}  // namespace parley::server
