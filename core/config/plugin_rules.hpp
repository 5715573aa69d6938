// What settings of two plugins must have to do with each other.
#pragma once

#include "config/configuration.hpp"
#include "config/problem.hpp"

namespace parley::config {

/// Holds the rules of all plugins against every scope in which both are on. A broken one is a problem at the value
/// that somebody set; none of a scope above is said again.
void check_plugin_rules(const configuration&, problem_list&);

}  // namespace parley::config
