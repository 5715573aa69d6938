// The reference page of the settings, made from the same text that validates them.
#pragma once

#include <string>

namespace parley::config {

/// The whole of docs/reference/settings.md, in Markdown.
[[nodiscard]] std::string settings_reference();

}  // namespace parley::config
