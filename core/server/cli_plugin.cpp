// parley plugin and parley hooks: which plugins there are, where they are on, who judges in which order.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <ostream>

#include "base/text.hpp"
#include "config/plugin_scopes.hpp"
#include "plugins/snapshot.hpp"
#include "server/cli_commands.hpp"
#include "server/plugin_sections.hpp"
#include "server/plugin_wiring.hpp"
#include "server/plugin_words.hpp"
#include "server/table.hpp"
#include "server/workspace.hpp"

namespace parley::server {
namespace {

namespace json = boost::json;

/// "everywhere", or the tenants and models; "nowhere".
std::string places_of(const config::configuration& of, const std::string& id) {
    std::string made;
    const auto add = [&](std::string_view place) { made += fmt::format("{}{}", made.empty() ? "" : ", ", place); };
    const bool everywhere = config::plugins_on(of, "", "").contains(id);
    if (everywhere) add("everywhere");
    for (const auto& [tenant, settings] : of.tenants) {
        const bool here = config::plugins_on(of, tenant, "").contains(id);
        if (here != everywhere) add(fmt::format("{}{}", here ? "" : "not ", tenant));
        for (const auto& [model, ignored] : settings.models) {
            const bool in_model = config::plugins_on(of, tenant, model).contains(id);
            if (in_model != here) add(fmt::format("{}{}/{}", in_model ? "" : "not ", tenant, model));
        }
    }
    return made.empty() ? "nowhere" : made;
}

/// The library of a plugin that is named by its id, or the file itself.
result<std::filesystem::path> file_named(const command_context& with, const std::string& name) {
    if (!plugins::is_plugin_id(name)) return std::filesystem::path(name);
    const auto configured = config::load(with.config, with.variables, sections_in_files());
    if (!configured)
        return failure(fault::invalid, "configuration",
                       "The configuration is not valid, so that nobody knows where plugins lie; name the file.");
    for (const auto& one : plugins::find_files((*configured)->server.plugins.folders))
        if (one.read && one.read->says.id == name) return one.file;
    return failure(fault::not_found, "no_plugin", fmt::format("There is no plugin {} in plugins.folders.", name));
}

/// Where a tenant's or a model's settings are written.
std::string file_of(const config::configuration& of, const plugin_place& at) {
    auto folder = of.folder / "tenants";
    if (at.model.empty()) return (folder / (at.tenant + ".yaml")).string();
    return (folder / at.tenant / "models" / (at.model + ".yaml")).string();
}

struct switching {
    std::string_view list;
    std::string_view other;
    bool on;
};

/// The list as it has to be.
std::vector<std::string> list_in(const config::configuration& of, const plugin_place& at, std::string_view list) {
    const config::node* tree = nullptr;
    if (at.model.empty()) {
        if (const auto found = of.from.tenants.find(at.tenant); found != of.from.tenants.end()) tree = &found->second;
    } else {
        const auto found = of.from.models.find(fmt::format("{}/{}", at.tenant, at.model));
        if (found != of.from.models.end()) tree = &found->second;
    }
    std::vector<std::string> made;
    const auto* value = tree == nullptr ? nullptr : tree->find(fmt::format("plugins.{}", list));
    if (value != nullptr)
        for (const auto& one : value->items) made.push_back(one.text);
    return made;
}

outcome say_how(const command_context& with, const std::string& id, const plugin_place& at, const switching& to) {
    const auto configured = load_configuration(with);
    if (!configured) return configured.error();
    const auto& of = **configured;
    if (of.known->plugin(id) == nullptr)
        return with.misuse(
            fmt::format("The plugin {} is not loaded; put it into plugins.load of {} and start the "
                        "server again first",
                        id, of.file.string()));
    if (config::plugins_on(of, at.tenant, at.model).contains(id) == to.on) {
        with.out << fmt::format("{} is {} there already.\n", id, to.on ? "on" : "off");
        return outcome::done;
    }
    auto list = list_in(of, at, to.list), other = list_in(of, at, to.other);
    // What is only switched off here comes back when that line goes.
    const bool was_turned_here = std::erase(other, id) > 0;
    auto above = at;
    (at.model.empty() ? above.tenant : above.model).clear();
    const bool needs_line = config::plugins_on(of, above.tenant, above.model).contains(id) != to.on;
    if (needs_line) list.push_back(id);
    with.out << fmt::format("In {}, so that it has (comments stay yours; nothing was written):\n\nplugins:\n",
                            escape_controls(file_of(of, at)));
    if (needs_line || !list.empty()) with.out << fmt::format("  {}: [{}]\n", to.list, fmt::join(list, ", "));
    if (was_turned_here || !other.empty()) with.out << fmt::format("  {}: [{}]\n", to.other, fmt::join(other, ", "));
    with.out << "\nThen: parley config plan, and parley config reload.\n";
    return outcome::done;
}

std::string policy_place(const config::configuration& of, const std::string& id, const std::string& hook,
                         std::string_view word) {
    const auto* chosen = of.from.server.find(id + ".hooks");
    const auto* one = chosen == nullptr ? nullptr : chosen->child(hook);
    const auto* value = one == nullptr ? nullptr : one->child(word);
    if (value == nullptr || !value->where.name) return "manifest";
    return fmt::format("{}:{}:{}", *value->where.name, value->where.line, value->where.column);
}

void add_hooks(table& to, const config::configuration& of, const std::string& what, const plugins::hook_list& all) {
    std::map<plugins::phase, int> places;
    for (const auto& one : all) {
        const bool message = what == "message.send" || what == "message.edit";
        const auto name = message ? fmt::format("{} {}", what, plugins::name_of(one.when)) : what;
        to.add({name, std::to_string(++places[one.when]), one.of->id(), std::string(plugins::name_of(one.on_failure)),
                policy_place(of, one.of->id(), name, "on_failure"),
                fmt::format("{} ms", std::chrono::duration_cast<std::chrono::milliseconds>(one.deadline).count()),
                policy_place(of, one.of->id(), name, "deadline_ms"), one.security ? "guards" : ""});
    }
}

}  // namespace

outcome plugin_list(const command_context& with) {
    const auto configured = load_configuration(with);
    if (!configured) return configured.error();
    const auto& of = **configured;
    table all({"plugin", "version", "loaded", "on", "file"});
    for (const auto& one : plugins::find_files(of.server.plugins.folders)) {
        if (!one.read) {
            for (const auto& why : one.read.error()) with.hint(fmt::format("{}: {}", one.file.string(), why));
            continue;
        }
        const auto& says = one.read->says;
        const bool loaded = of.known->plugin(says.id) != nullptr;
        all.add({says.id, says.version_text, loaded ? "yes" : "no", loaded ? places_of(of, says.id) : "nowhere",
                 one.file.string()});
    }
    all.print(with);
    return outcome::done;
}

outcome plugin_describe(const command_context& with, const std::string& name) {
    const auto file = file_named(with, name);
    if (!file) return with.fail(file.error());
    const auto read = plugins::read_library(*file);
    if (!read) {
        for (const auto& why : read.error()) with.hint(fmt::format("{}: {}", file->string(), why));
        return outcome::failed;
    }
    for (const auto& line : words_about(*read)) with.out << escape_controls(line) << '\n';
    return outcome::done;
}

outcome plugin_enable(const command_context& with, const std::string& id, const plugin_place& at) {
    return say_how(with, id, at, {.list = "enable", .other = "disable", .on = true});
}

outcome plugin_disable(const command_context& with, const std::string& id, const plugin_place& at) {
    return say_how(with, id, at, {.list = "disable", .other = "enable", .on = false});
}

outcome hooks_show(const command_context& with, const plugin_place& at) {
    const auto configured = load_configuration(with);
    if (!configured) return configured.error();
    const auto& of = **configured;
    auto found = plugins::discover(load_choice_of(of));
    if (!found) {
        for (const auto& why : found.error()) with.hint(why);
        return outcome::unusable;
    }
    // What the manifests promise is what a server binds, or it does not start.
    for (const auto& one : *found) one->bind(plugins::as_said(one->says()));
    plugins::settings_pool pool;
    const auto made = plugins::snapshot::make(*found, choices_of(of, *found), pool);
    if (!made) {
        for (const auto& why : made.error()) with.hint(why);
        return outcome::unusable;
    }
    table all({"hook", "place", "plugin", "on_failure", "from", "deadline", "set_by", "kind"});
    const auto& scope = (*made)->at(at.tenant, at.model);
    if (scope.route)
        for (const auto& [what, list] : scope.route->lists) add_hooks(all, of, what, list);
    all.print(with);
    return outcome::done;
}

}  // namespace parley::server
