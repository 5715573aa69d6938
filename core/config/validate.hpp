// One layer of settings held against the schema.
#pragma once

#include "config/json_schema.hpp"
#include "config/node.hpp"
#include "config/schema.hpp"
#include "config/secret.hpp"

namespace parley::config {

/// What is good of a layer that a file (or the environment) of this level gives: known settings of the right type and
/// range, secrets resolved. Everything else becomes a problem and is left out, so that later steps may rely on types.
[[nodiscard]] node validate(const node& layer, const level_rules& by, const secret_sources& sources,
                            problem_list& problems);

}  // namespace parley::config
