// What plugins' manifests bring into the configuration, read without running anything of theirs.
#pragma once

#include "config/load.hpp"
#include "plugins/discovery.hpp"

namespace parley::server {

[[nodiscard]] config::plugin_section section_of(const plugins::manifest&);

/// From the files that the configuration names: for a server that starts, and for the tool.
[[nodiscard]] config::plugin_sections sections_in_files();

/// What is loaded as it is loaded, whatever lies on the disk now; what is to be loaded at the next start from its
/// file. The list must outlive it.
[[nodiscard]] config::plugin_sections sections_of(const plugins::plugin_list& loaded);

/// `load` with the sections of the plugins' files.
[[nodiscard]] config::loaded load_with_plugins(const std::filesystem::path& path, const config::environment& variables);

}  // namespace parley::server
