// valijson held at arm's length: a tree of values against a level's settings, as paths that fail.
#pragma once

#include <set>
#include <string>

#include "config/node.hpp"
#include "config/schema.hpp"

namespace parley::config {

/// Paths, such as "server.port" or "hosts[2]", of the values that break their setting's type or range.
[[nodiscard]] std::set<std::string> schema_violations(const node& values, level where);

}  // namespace parley::config
