// Under which address a browser reaches this server, for links back.
#pragma once

#include <string>
#include <string_view>

#include "model/settings.hpp"
#include "transport/http_message.hpp"

namespace parley::transport {

/// "https://chat.example.org": the host that the browser asked, which is the one that gets its cookies, when it is a
/// name of the tenant; else what the settings say, if anything. `public_url` decides scheme and port where it has the
/// same host. Plain HTTP only on this machine: elsewhere browsers keep no cookie of it.
[[nodiscard]] std::string own_origin(const http_request&, const tenant_settings&, std::string_view public_url);

}  // namespace parley::transport
