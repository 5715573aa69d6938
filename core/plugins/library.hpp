// A plugin's library, loaded into this process after its manifest was judged, and never let go of.
#pragma once

#include <parley/abi/plugin.h>

#include <expected>
#include <filesystem>

#include "plugins/manifest.hpp"

namespace parley::plugins {

/// What this server can take.
struct judged_by {
    unsigned abi_major = PARLEY_ABI_MAJOR;
    unsigned abi_minor = PARLEY_ABI_MINOR;
    std::string odb = own_odb();  ///< the version of ODB that the server is bound to

    [[nodiscard]] static std::string own_odb();
};

/// Everything that one plugin's file says and this server cannot take: ABI, id against file name, the ODB it is built
/// with. Runs nothing of it.
[[nodiscard]] problems judge(const std::filesystem::path& file, const embedded&, const judged_by& = {});

/// Runs the library's initialisers and its entry function; the table is static and stays good. Problems: what the
/// loader says, no entry, an id or version other than the manifest's, tables too short.
[[nodiscard]] std::expected<const parley_plugin*, problems> load_library(const std::filesystem::path& file,
                                                                         const manifest&);

/// The table "parley.plugin/1"; null when it has none that is whole.
[[nodiscard]] const parley_plugin_life* life_of(const parley_plugin&);

}  // namespace parley::plugins
