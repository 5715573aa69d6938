// Plugins as the configuration has them, and what is measured of them.
#pragma once

#include "config/configuration.hpp"
#include "metrics/exposition.hpp"
#include "plugins/child_process.hpp"
#include "plugins/plugins.hpp"

namespace parley::server {

/// What is loaded at the start.
[[nodiscard]] plugins::load_choice load_choice_of(const config::configuration&);

/// How the plugin's own process is run.
[[nodiscard]] plugins::child_options child_options_of(const config::configuration&, const plugins::plugin&);

/// What is on where; settings that the configuration does not give are the manifest's defaults.
[[nodiscard]] plugins::choices choices_of(const config::configuration&, const plugins::plugin_list&);

void write_plugins(metrics::exposition&, const plugins::plugins&);

}  // namespace parley::server
