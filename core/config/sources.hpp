// The files of a configuration, found and read, not yet judged.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "config/problem.hpp"

namespace parley::config {

struct source_text {
    std::shared_ptr<const std::string> name;  ///< the path, as an operator would type it
    std::string text;
};

struct tenant_sources {
    std::optional<source_text> tenant;  ///< tenants/<tenant>.yaml; none when there are only models
    std::map<std::string, source_text, std::less<>> models;
};

/// By the tenant's name.
using sources_of_tenants = std::map<std::string, tenant_sources, std::less<>>;

struct source_set {
    std::filesystem::path file;    ///< parley.yaml
    std::filesystem::path folder;  ///< its folder, absolute; relative paths in settings start here
    source_text server;
    sources_of_tenants tenants;
    sources_of_tenants forms;  ///< what the server wrote for administrators, see form_file.hpp
};

/// Reads parley.yaml and everything under tenants/ and forms/ beside it. `path` is the file or its folder. Hidden files
/// and files that are not YAML are passed over; a .yml, a bad name or a folder that means nothing is a problem.
[[nodiscard]] source_set read_sources(const std::filesystem::path& path, problem_list& problems);

}  // namespace parley::config
