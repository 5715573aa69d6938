// Secrets by reference: {secret: {file: path}}, {secret: {env: NAME}} or {secret: {credential: name}}.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "config/environment.hpp"
#include "config/node.hpp"

namespace parley::config {

/// What references are looked up in.
struct secret_sources {
    std::filesystem::path folder;  ///< relative files start here: the folder of parley.yaml
    const environment& variables;  ///< also CREDENTIALS_DIRECTORY, as systemd sets it
};

/// Whether an object is meant as a reference.
[[nodiscard]] bool is_reference(const node& value);

/// The text a reference leads to, marked as a secret, without one line end at its end; a problem and nothing when it is
/// misspelt, absent, unreadable, empty or not text.
[[nodiscard]] std::optional<node> resolve(const node& reference, const std::string& path, const secret_sources& sources,
                                          problem_list& problems);

}  // namespace parley::config
