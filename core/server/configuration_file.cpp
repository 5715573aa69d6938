// Where configuration and migrations are looked for.
#include "server/configuration_file.hpp"

#include <system_error>

namespace parley::server {
namespace {

bool is_there(const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::exists(path, ignored);
}

/// What stands in the repository or beside an installed program, known by something that is in it.
std::filesystem::path near_program(const std::filesystem::path& in_tree, const std::filesystem::path& installed_as,
                                   const std::filesystem::path& known_by) {
    std::error_code failed;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", failed);
    if (failed) return {};
    // From a build folder (build/debug/bin) up to the repository, but not up to the root of the machine.
    constexpr int highest = 4;
    auto folder = program.parent_path();
    for (int i = 0; i < highest && folder.has_relative_path(); ++i, folder = folder.parent_path())
        if (is_there(folder / in_tree / known_by)) return folder / in_tree;
    const auto installed = program.parent_path().parent_path() / installed_as;
    return is_there(installed / known_by) ? installed : std::filesystem::path{};
}

}  // namespace

std::filesystem::path configuration_file(const std::string& named, const config::environment& variables) {
    if (!named.empty()) return named;
    if (const auto found = variables.find("PARLEY_CONFIG"); found != variables.end() && !found->second.empty())
        return found->second;
    const std::filesystem::path here = "config/parley.yaml";
    return is_there(here) ? here : "/etc/parley/parley.yaml";
}

std::filesystem::path migrations_folder(const config::environment& variables) {
    if (const auto found = variables.find("PARLEY_MIGRATIONS"); found != variables.end()) return found->second;
    return near_program("migrations", "share/parley/migrations", "sqlite");
}

std::filesystem::path template_folder(const config::environment& variables) {
    if (const auto found = variables.find("PARLEY_TEMPLATE"); found != variables.end()) return found->second;
    return near_program("sdk/template", "share/parley/template", "plugin.yaml");
}

}  // namespace parley::server
