// Loading through Boost.DLL, and holding what the library says against its manifest.
#include "plugins/library.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <boost/dll/shared_library.hpp>
#include <exception>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "plugins/abi_text.hpp"

namespace parley::plugins {
namespace {

constexpr auto mode = static_cast<boost::dll::load_mode::type>(RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);

/// Kept for ever: ODB and C++ runtimes keep addresses inside of what was loaded once.
boost::dll::shared_library* open_for_ever(const std::filesystem::path& file, std::string& why) {
    auto opened = std::make_unique<boost::dll::shared_library>();
    std::error_code failed;
    try {
        opened->load(std::filesystem::absolute(file), failed, mode);
        if (!failed) {
            // Reachable to the end, and not destroyed then either: what is kept on purpose is no leak.
            static auto& kept = *new std::vector<std::unique_ptr<boost::dll::shared_library>>;
            return kept.emplace_back(std::move(opened)).get();
        }
        // The loader's own words are better than the error's.
        const auto* said = ::dlerror();
        why = said != nullptr ? said : failed.message();
    } catch (const std::exception& thrown) {
        why = thrown.what();
    } catch (...) {
        why = "an initialiser of it threw";
    }
    return nullptr;
}

const parley_plugin* enter(boost::dll::shared_library& from) {
    auto* entry = reinterpret_cast<parley_plugin_entry_function>(::dlsym(from.native(), PARLEY_PLUGIN_ENTRY));
    try {
        return entry();
    } catch (...) {
        return nullptr;
    }
}

}  // namespace

std::string judged_by::own_odb() { return PARLEY_ODB_VERSION; }

problems judge(const std::filesystem::path& file, const embedded& from, const judged_by& by) {
    problems wrong;
    const auto& says = from.says;
    const auto stem = file.stem().string();
    if (stem != says.id && stem != "lib" + says.id)
        wrong.push_back(fmt::format("The file is called {} and the plugin {}; they must be the same.",
                                    escape_and_cut(file.filename().string(), 80), says.id));
    if (says.abi_major != by.abi_major || says.abi_minor > by.abi_minor)
        wrong.push_back(fmt::format("It needs ABI {}.{}; this server has {}.{}.", says.abi_major, says.abi_minor,
                                    by.abi_major, by.abi_minor));
    if (says.storage && !from.odb.empty() && from.odb != by.odb)
        wrong.push_back(
            fmt::format("It is built with ODB {}; this server has {}.", escape_and_cut(from.odb, 40), by.odb));
    return wrong;
}

std::expected<const parley_plugin*, problems> load_library(const std::filesystem::path& file, const manifest& says) {
    const auto refuse = [](std::string why) { return std::unexpected(problems{std::move(why)}); };
    std::string why;
    auto* library = open_for_ever(file, why);
    if (library == nullptr) return refuse(fmt::format("It cannot be loaded: {}", escape_and_cut(why, 500)));
    if (!library->has(PARLEY_PLUGIN_ENTRY)) return refuse("It does not export " PARLEY_PLUGIN_ENTRY ".");
    const auto* made = enter(*library);
    if (made == nullptr || !PARLEY_HAS(made, parley_plugin, extension) || made->extension == nullptr)
        return refuse(PARLEY_PLUGIN_ENTRY " gives no table, or one that is too short.");
    problems wrong;
    if (view(made->id) != says.id)
        wrong.push_back(fmt::format("Its code says that it is {}; its manifest says {}.",
                                    escape_and_cut(view(made->id), 40), says.id));
    if (view(made->version) != says.version_text)
        wrong.push_back(fmt::format("Its code is of version {}; its manifest says {}.",
                                    escape_and_cut(view(made->version), 40), says.version_text));
    if (made->abi_major != says.abi_major || made->abi_minor != says.abi_minor)
        wrong.push_back(fmt::format("Its code is built for ABI {}.{}; its manifest says {}.{}.", made->abi_major,
                                    made->abi_minor, says.abi_major, says.abi_minor));
    if (life_of(*made) == nullptr) wrong.push_back("It has no table " PARLEY_PLUGIN_LIFE ", or one that is too short.");
    if (!wrong.empty()) return std::unexpected(std::move(wrong));
    return made;
}

const parley_plugin_life* life_of(const parley_plugin& of) {
    const auto* life = static_cast<const parley_plugin_life*>(of.extension(lend(PARLEY_PLUGIN_LIFE)));
    if (life == nullptr || !PARLEY_HAS(life, parley_plugin_life, stop)) return nullptr;
    return life->setup == nullptr ? nullptr : life;
}

}  // namespace parley::plugins
