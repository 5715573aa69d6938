// Where configuration and migrations are looked for.
#include "server/configuration_file.hpp"

#include <system_error>

namespace parley::server {
namespace {

bool is_there(const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::exists(path, ignored);
}

bool holds_migrations(const std::filesystem::path& folder) { return is_there(folder / "sqlite"); }

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
    std::error_code failed;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", failed);
    if (failed) return {};
    // From a build folder (build/debug/bin) up to the repository, but not up to the root of the machine.
    constexpr int highest = 4;
    auto folder = program.parent_path();
    for (int i = 0; i < highest && folder.has_relative_path(); ++i, folder = folder.parent_path())
        if (holds_migrations(folder / "migrations")) return folder / "migrations";
    const auto installed = program.parent_path().parent_path() / "share/parley/migrations";
    return holds_migrations(installed) ? installed : std::filesystem::path{};
}

}  // namespace parley::server
