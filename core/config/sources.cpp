// The files of a configuration, found and read, not yet judged.
#include "config/sources.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>
#include <vector>

#include "config/checks.hpp"
#include "config/form_file.hpp"
#include "config/read_file.hpp"
#include "config/read_yaml.hpp"

namespace parley::config {
namespace {

namespace fs = std::filesystem;

void complain(problem_list& problems, const fs::path& about, std::string message) {
    problems.add({about.string(), 0, 0, "", std::move(message)});
}

source_text read_source(const fs::path& path, problem_list& problems) {
    source_text made{std::make_shared<const std::string>(path.string()), {}};
    if (auto content = read_file(path, yaml_limits::bytes)) {
        made.text = std::move(*content);
    } else {
        complain(problems, path, "cannot be read: " + content.error());
    }
    return made;
}

/// Entries of a folder by name, without hidden ones; none when there is no such folder.
std::vector<fs::path> entries_of(const fs::path& folder, problem_list& problems) {
    std::vector<fs::path> made;
    std::error_code failure;
    if (fs::status(folder, failure).type() == fs::file_type::not_found) return made;
    for (fs::directory_iterator at(folder, failure), end; !failure && at != end; at.increment(failure)) {
        if (!at->path().filename().string().starts_with('.')) made.push_back(at->path());
    }
    if (failure) complain(problems, folder, "cannot be read: " + failure.message());
    std::ranges::sort(made);
    return made;
}

bool is_folder(const fs::path& path) {
    std::error_code failure;
    return fs::is_directory(path, failure);
}

/// Whether this is a YAML file whose name can be a tenant's or model's; says so when it nearly is.
bool is_named_yaml(const fs::path& path, problem_list& problems) {
    const auto extension = path.extension();
    if (extension == ".yml") complain(problems, path, "is not read; rename it so that it ends in .yaml");
    if (extension != ".yaml") return false;
    if (is_name(path.stem().string())) return true;
    complain(problems, path, "its name may have a to z, 0 to 9, _ and -, a letter or digit first, 63 at most");
    return false;
}

void read_tenant_folder(const fs::path& folder, sources_of_tenants& into, problem_list& problems) {
    const std::string tenant = folder.filename().string();
    if (!is_name(tenant)) {
        complain(problems, folder, "its name cannot be a tenant's");
        return;
    }
    for (const auto& entry : entries_of(folder, problems)) {
        if (entry.filename() == "models") continue;
        if (is_folder(entry) || entry.extension() == ".yaml") {
            complain(problems, entry, "is not read; the files of models are in " + (folder / "models").string());
        }
    }
    for (const auto& entry : entries_of(folder / "models", problems)) {
        if (!is_named_yaml(entry, problems)) continue;
        into[tenant].models.emplace(entry.stem().string(), read_source(entry, problems));
    }
}

sources_of_tenants read_tenants(const fs::path& folder, problem_list& problems) {
    sources_of_tenants made;
    for (const auto& entry : entries_of(folder, problems)) {
        if (is_folder(entry)) {
            read_tenant_folder(entry, made, problems);
        } else if (is_named_yaml(entry, problems)) {
            made[entry.stem().string()].tenant = read_source(entry, problems);
        }
    }
    return made;
}

}  // namespace

source_set read_sources(const fs::path& path, problem_list& problems) {
    source_set made;
    made.file = is_folder(path) ? path / "parley.yaml" : path;
    std::error_code failure;
    made.folder = fs::absolute(made.file, failure).lexically_normal().parent_path();
    made.server = read_source(made.file, problems);
    made.tenants = read_tenants(made.file.parent_path() / "tenants", problems);
    made.forms = read_tenants(made.file.parent_path() / forms_folder, problems);
    return made;
}

}  // namespace parley::config
