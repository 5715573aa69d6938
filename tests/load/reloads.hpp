// Changes of the configuration while people talk: settings and the set of plugins that are on, some of them wrong.
#pragma once

#include <string>

#include "load/crowd.hpp"
#include "load/server_process.hpp"

namespace parley::load {

/// What came of them.
struct reload_count {
    unsigned applied = 0;
    unsigned refused = 0;
    double longest_ms = 0;  ///< from the signal until the server had it, or had refused it, as far as was looked
    double all_ms = 0;
};

/// Lines of parley.yaml that load the pair of plugins (pair.c), in this isolation.
[[nodiscard]] std::string with_the_pair(const std::string& isolation);

/// Changes the tenant's file so many times, each tenth time wrongly, and lets them talk meanwhile. Throws
/// std::runtime_error when the server made something else of a change than it should.
[[nodiscard]] reload_count talk_through_reloads(unsigned times, const std::string& tenant, const pace& how,
                                                server_process& server, crowd& all);

}  // namespace parley::load
