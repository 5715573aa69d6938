// The reference page of the settings, made from the same text that validates them.
#pragma once

#include <string>

#include "config/schema.hpp"

namespace parley::config {

/// The whole of docs/reference/settings.md, in Markdown; with plugins, their sections, too.
[[nodiscard]] std::string settings_reference(const schema& known = kernel_schema());

}  // namespace parley::config
