// Reference pages that need the whole house: hooks, metrics, and what shipped plugins bring.
#pragma once

#include <boost/json/object.hpp>
#include <span>
#include <string>
#include <string_view>

#include "plugins/manifest.hpp"
#include "transport/operation_catalogue.hpp"

namespace parley::server {

/// docs/reference/hooks.md; `abi_header` is the text of parley/abi/ext/hooks.h, whose draft is told member by member.
[[nodiscard]] std::string hooks_reference(const transport::operation_catalogue&, std::string_view abi_header);

/// docs/reference/metrics.md from what a server exposes; metrics of single plugins are left out.
[[nodiscard]] std::string metrics_reference(std::string_view exposition);

/// docs/reference/plugins.md; `openapi` and `exposition` of a server where all of them are on.
[[nodiscard]] std::string plugins_reference(std::span<const plugins::embedded>, const boost::json::object& openapi,
                                            std::string_view exposition);

}  // namespace parley::server
