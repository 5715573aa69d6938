// Which plugins are on in a scope, and with which settings.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/configuration.hpp"
#include "config/inventory.hpp"

namespace parley::config {

using plugin_ids = std::set<std::string, std::less<>>;

// From the server down to the model, each level adds what it enables and takes away what it disables.

/// An empty tenant is one without a file; an empty model is the tenant itself.
[[nodiscard]] plugin_ids plugins_on(const configuration&, std::string_view tenant, std::string_view model);
/// The same of a scope as `parley config explain` names it; "server" is every tenant that says nothing.
[[nodiscard]] plugin_ids plugins_on(const inventory&, std::string_view scope);

/// A plugin's settings there as one JSON object, with defaults and with secrets as themselves. Never print it.
[[nodiscard]] std::string plugin_settings_in(const configuration&, const plugin_section&, std::string_view tenant,
                                             std::string_view model);

}  // namespace parley::config
