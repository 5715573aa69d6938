// A plugin's code tried against a host that writes down what it does: the contract, as far as calls can show it.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "plugins/manifest.hpp"

namespace parley::server {

/// Loads the library with what it needs from the same folder, sets it up, calls everything it bound with harmless input
/// and with garbage, and stops it. Rows are kept in `folder`, in which plugins/<id> is there already. `step` is told
/// what comes next, before it happens; `finding` what was wrong, in a sentence. Runs foreign code: call it in a process
/// of its own, whose end then says how that went.
void try_plugin(const std::filesystem::path& file, const plugins::manifest&, const std::filesystem::path& folder,
                const std::function<void(const std::string&)>& step,
                const std::function<void(const std::string&)>& finding);

}  // namespace parley::server
