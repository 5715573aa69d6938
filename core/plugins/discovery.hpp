// Which plugins there are: found, read, judged and put in order, without running anything of theirs.
#pragma once

#include <expected>
#include <memory>
#include <vector>

#include "plugins/choices.hpp"
#include "plugins/library.hpp"
#include "plugins/plugin.hpp"

namespace parley::plugins {

using plugin_list = std::vector<std::unique_ptr<plugin>>;

/// A file in one of the folders, and what became of reading it.
struct found_file {
    std::filesystem::path file;
    file_stamp stamp;  ///< from before it was read
    std::expected<embedded, problems> read;
};

/// Every file *.so in the folders, by name. A folder that cannot be read is a problem of an entry of its own.
[[nodiscard]] std::vector<found_file> find_files(const std::vector<std::filesystem::path>& folders);

/// Those that are to be loaded, each after the plugins that it needs and otherwise in the order of the choice; or every
/// problem of all of them: unreadable, missing, of the same id, not for this server, needs that nobody meets or that
/// go round in a circle, names that two of them claim.
[[nodiscard]] std::expected<plugin_list, problems> discover(const load_choice&, const judged_by& = {});

/// What setup must bind, from the manifest alone: for looking at hooks without running anything.
[[nodiscard]] bindings as_said(const manifest&);

}  // namespace parley::plugins
