// What plugins' manifests bring into the configuration.
#include "server/plugin_sections.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace parley::server {
namespace {

config::hook_words words_of(const plugins::judging_said& of, std::string name) {
    return {.name = std::move(name),
            .on_failure = std::string(plugins::name_of(of.on_failure)),
            .deadline_ms = of.deadline.count(),
            .security = of.security};
}

plugins::load_choice choice_of(const config::plugin_settings& from) {
    plugins::load_choice made;
    made.folders = from.folders;
    made.load = from.load;
    return made;
}

std::string id_by_name(const std::filesystem::path& file) {
    const auto stem = file.stem().string();
    return stem.starts_with("lib") ? stem.substr(3) : stem;
}

/// A plugin that the next start is to load; what it needs is looked at then.
void add_from_file(std::vector<config::plugin_section>& to, const std::string& id,
                   const std::vector<plugins::found_file>& files, std::vector<std::string>& wrong) {
    const auto found = std::ranges::find_if(files, [&](const auto& one) { return id_by_name(one.file) == id; });
    if (found == files.end())
        return wrong.push_back(fmt::format("plugin {0}: there is no {0}.so in the folders of plugins", id));
    if (!found->read) {
        for (const auto& why : found->read.error()) wrong.push_back(fmt::format("plugin {}: {}", id, why));
        return;
    }
    to.push_back(section_of(found->read->says));
}

}  // namespace

config::plugin_section section_of(const plugins::manifest& of) {
    config::plugin_section made{.id = of.id,
                                .sentence = of.sentence,
                                .isolation = std::string(plugins::name_of(of.runs)),
                                .memory_mib = of.memory_mib,
                                .settings = of.settings,
                                .hooks = {}};
    for (const auto& one : of.hooks) {
        made.hooks.push_back(words_of(one, fmt::format("{} {}", one.event, plugins::name_of(one.when))));
        made.hooks.back().can_hold = one.event == "message.send";
    }
    for (const auto& one : of.rules) made.rules.push_back({one.setting, one.at_least});
    for (const auto& one : of.changes) made.hooks.push_back(words_of(one, one.change));
    return made;
}

config::plugin_sections sections_in_files() {
    return [](const config::plugin_settings& chosen, std::vector<std::string>& wrong) {
        std::vector<config::plugin_section> made;
        const auto found = plugins::discover(choice_of(chosen));
        if (!found)
            wrong.insert(wrong.end(), found.error().begin(), found.error().end());
        else
            for (const auto& one : *found) made.push_back(section_of(one->says()));
        return made;
    };
}

config::plugin_sections sections_of(const plugins::plugin_list& loaded) {
    return [&loaded](const config::plugin_settings& chosen, std::vector<std::string>& wrong) {
        std::vector<config::plugin_section> made;
        std::optional<std::vector<plugins::found_file>> files;
        for (const auto& id : chosen.load) {
            const auto running = std::ranges::find_if(loaded, [&](const auto& one) { return one->id() == id; });
            if (running != loaded.end()) {
                made.push_back(section_of((*running)->says()));
                continue;
            }
            if (!files) files = plugins::find_files(chosen.folders);
            add_from_file(made, id, *files, wrong);
        }
        return made;
    };
}

config::loaded load_with_plugins(const std::filesystem::path& path, const config::environment& variables) {
    return config::load(path, variables, sections_in_files());
}

}  // namespace parley::server
