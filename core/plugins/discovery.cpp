// Folders, then manifests, then what they say about each other.
#include "plugins/discovery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <system_error>

#include "base/text.hpp"
#include "plugins/hook_order.hpp"

namespace parley::plugins {
namespace {

std::string shown(const std::filesystem::path& file) { return escape_and_cut(file.string(), 300); }

std::string id_by_name(const std::filesystem::path& file) {
    const auto stem = file.stem().string();
    return stem.starts_with("lib") ? stem.substr(3) : stem;
}

void add(problems& to, std::string_view who, const problems& more) {
    for (const auto& one : more) to.push_back(fmt::format("{}: {}", who, one));
}

/// Files by the id that their names claim; only those that are wanted are looked at further.
std::vector<found_file*> wanted(std::vector<found_file>& all, const load_choice& by, problems& wrong) {
    std::vector<found_file*> made;
    for (const auto& id : by.load) {
        const auto before = made.size();
        for (auto& one : all)
            if (id_by_name(one.file) == id) made.push_back(&one);
        if (made.size() == before)
            wrong.push_back(fmt::format("plugin {}: there is no {}.so in the folders of plugins",
                                        escape_and_cut(id, 40), escape_and_cut(id, 40)));
    }
    for (auto& one : all)
        if (by.load_all && std::ranges::find(by.load, id_by_name(one.file)) == by.load.end()) made.push_back(&one);
    return made;
}

void check_ids(const plugin_list& all, problems& wrong) {
    std::map<std::string_view, const plugin*> seen;
    for (const auto& one : all) {
        const auto [first, fresh] = seen.emplace(one->id(), one.get());
        if (!fresh)
            wrong.push_back(fmt::format("plugin {}: two files have this id: {} and {}", one->id(),
                                        shown(first->second->file), shown(one->file)));
    }
}

void check_needs(const plugin_list& all, problems& wrong) {
    for (const auto& one : all)
        for (const auto& need : one->says().needs) {
            const auto found = std::ranges::find_if(all, [&](const auto& other) { return other->id() == need.plugin; });
            if (found == all.end())
                wrong.push_back(fmt::format("plugin {}: it needs {} {}, which is not loaded", one->id(), need.plugin,
                                            need.versions.text()));
            else if (!need.versions.has((*found)->says().number))
                wrong.push_back(fmt::format("plugin {}: it needs {} {}, and {} is loaded", one->id(), need.plugin,
                                            need.versions.text(), (*found)->says().version_text));
        }
}

/// No two plugins have a command, an event or a type of message of the same name.
void check_claims(const plugin_list& all, problems& wrong) {
    std::map<std::string, std::string> claimed;
    const auto claim = [&](const plugin& by, std::string_view what, std::string_view name) {
        const auto [first, fresh] = claimed.emplace(fmt::format("{} {}", what, name), by.id());
        if (!fresh && first->second != by.id())
            wrong.push_back(fmt::format("plugin {}: the {} {} is {}'s already", by.id(), what, name, first->second));
    };
    for (const auto& one : all) {
        for (const auto& name : one->says().commands) claim(*one, "command", name);
        for (const auto& name : one->says().services) claim(*one, "service", name);
        for (const auto& said : one->says().says) claim(*one, "event", said.type);
        for (const auto& kind : one->says().kinds) claim(*one, "kind of conversation", kind.name);
        for (const auto& type : one->says().message_types) claim(*one, "type of message", type.name);
    }
}

std::expected<plugin_list, problems> in_order_of_needs(plugin_list all) {
    std::vector<std::vector<std::string>> needs;
    for (const auto& one : all) {
        needs.emplace_back();
        for (const auto& need : one->says().needs) needs.back().push_back(need.plugin);
    }
    std::vector<ordered> nodes;
    for (std::size_t i = 0; i < all.size(); ++i) nodes.push_back({.id = all[i]->id(), .after = needs[i], .before = {}});
    const auto order = solve_order(nodes);
    if (!order)
        return std::unexpected(problems{fmt::format("These plugins need each other in a circle: {}", order.error())});
    plugin_list made;
    for (const auto i : *order) {
        const auto& one = *all[i];
        made.push_back(std::make_unique<plugin>(static_cast<std::uint32_t>(made.size()), one.file, one.from));
        made.back()->runs_from(one.running());
    }
    return made;
}

}  // namespace

std::vector<found_file> find_files(const std::vector<std::filesystem::path>& folders) {
    std::vector<found_file> made;
    for (const auto& folder : folders) {
        std::error_code failed;
        std::vector<std::filesystem::path> files;
        for (const auto& entry : std::filesystem::directory_iterator(folder, failed))
            if (entry.path().extension() == ".so") files.push_back(entry.path());
        if (failed)
            made.push_back(
                {folder,
                 {},
                 std::unexpected(problems{fmt::format("The folder cannot be read: {}.", failed.message())})});
        std::ranges::sort(files, {}, [](const auto& file) { return file.filename(); });
        for (auto& file : files) {
            const auto stamp = stamp_of(file).value_or(file_stamp{});
            auto read = read_library(file);
            made.push_back({std::move(file), stamp, std::move(read)});
        }
    }
    return made;
}

std::expected<plugin_list, problems> discover(const load_choice& by, const judged_by& server) {
    problems wrong;
    if (by.load.empty() && !by.load_all) return plugin_list{};
    auto files = find_files(by.folders);
    for (const auto& one : files)
        if (one.file.extension() != ".so") add(wrong, shown(one.file), one.read.error());
    plugin_list all;
    for (auto* one : wanted(files, by, wrong)) {
        if (one->file.extension() != ".so") continue;
        if (!one->read) {
            add(wrong, shown(one->file), one->read.error());
            continue;
        }
        add(wrong, fmt::format("plugin {}", one->read->says.id), judge(one->file, *one->read, server));
        all.push_back(std::make_unique<plugin>(0, std::filesystem::absolute(one->file), std::move(*one->read)));
        all.back()->runs_from({all.back()->says().version_text, one->stamp});
    }
    check_ids(all, wrong);
    check_needs(all, wrong);
    check_claims(all, wrong);
    auto made = in_order_of_needs(std::move(all));
    if (!made) add(wrong, "plugins", made.error());
    if (!wrong.empty()) return std::unexpected(std::move(wrong));
    for (auto& one : *made) {
        const auto chosen = by.isolation_of.find(one->id());
        one->runs_as = chosen == by.isolation_of.end() ? one->says().runs : chosen->second;
    }
    return made;
}

bindings as_said(const manifest& says) {
    bindings made;
    for (const auto& one : says.hooks) made.hooks.push_back({.event = one.event, .when = one.when});
    for (const auto& one : says.changes) made.changes.push_back(one.change);
    made.events = says.hears;
    for (const auto& one : says.commands) made.commands.push_back({.name = one});
    for (const auto& one : says.jobs) made.jobs.push_back({.name = one});
    made.services = says.services;
    for (const auto& one : says.metrics) made.metrics.push_back({.name = one});
    return made;
}

}  // namespace parley::plugins
