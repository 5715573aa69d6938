// A plugin's manifest in words.
#pragma once

#include <string>
#include <vector>

#include "plugins/manifest.hpp"

namespace parley::server {

/// Line by line; not yet safe to print.
[[nodiscard]] std::vector<std::string> words_about(const plugins::embedded&);

}  // namespace parley::server
