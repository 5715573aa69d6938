// From what a form wants to YAML that reads like an operator's, and from there to one layer.
#include "config/form_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/json.hpp"
#include "config/json_schema.hpp"
#include "config/read_yaml.hpp"

namespace parley::config {
namespace json = boost::json;
namespace {

constexpr std::string_view head =
    "# Written by the Parley server: what administrators set in the web client's forms, and what the operator said of\n"
    "# the tenant over the API. It holds over the file of the same name under tenants/. Whoever edits it by hand tells "
    "the server, with parley config reload.\n";
constexpr std::string_view switched_on = "plugins.enable";
constexpr std::string_view switched_off = "plugins.disable";

bool is_kept(const plugin_settings& of, std::string_view name) {
    return std::ranges::find(of.keep, name) != of.keep.end();
}

bool names(const node& list, std::string_view id) {
    return std::ranges::any_of(list.items, [&](const node& one) { return one.text == id; });
}

node empty_list() {
    node made;
    made.kind = node_kind::list;
    return made;
}

node list_at(const node& of, std::string_view path) {
    const node* found = of.find(path);
    return found == nullptr || found->kind != node_kind::list ? empty_list() : *found;
}

/// One of both lists of switches: what the operator's has, without what the form turns the other way.
void join_switches(node& into, const node& below, const node& forms, std::string_view path, std::string_view other) {
    const node added = list_at(forms, path), taken = list_at(forms, other);
    if (added.items.empty() && taken.items.empty()) return;
    if (added.items.empty() && below.find(path) == nullptr) return into.erase(path);
    node made = list_at(below, path);
    std::erase_if(made.items, [&](const node& one) { return names(taken, one.text); });
    for (const auto& one : added.items)
        if (!names(made, one.text)) made.items.push_back(one);
    if (!added.items.empty()) made.where = added.where;
    into.set(path, std::move(made));
}

void turn(node& tree, const std::string& id, const json::value& wanted) {
    for (const auto path : {switched_on, switched_off}) {
        node list = list_at(tree, path);
        std::erase_if(list.items, [&](const node& one) { return one.text == id; });
        const bool here = wanted.is_bool() && wanted.get_bool() == (path == switched_on);
        if (here) list.items.push_back(node::string(id));
        if (list.items.empty())
            tree.erase(path);
        else
            tree.set(path, std::move(list));
    }
}

bool is_plain_key(std::string_view key) {
    return !key.empty() && key.front() >= 'a' && key.front() <= 'z' && std::ranges::all_of(key, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

/// JSON of one line is YAML; numbers stay as they were written.
std::string in_one_line(const node& of) {  // NOLINT(misc-no-recursion): as deep as YAML is read
    std::string made;
    switch (of.kind) {
        case node_kind::text:
            return to_text(json::value(of.text));
        case node_kind::list:
            for (const auto& one : of.items) made += (made.empty() ? "" : ", ") + in_one_line(one);
            return "[" + made + "]";
        case node_kind::object:
            for (const auto& one : of.members)
                made += fmt::format("{}{}: {}", made.empty() ? "" : ", ", to_text(json::value(one.key)),
                                    in_one_line(one.value));
            return "{" + made + "}";
        case node_kind::nothing:
            return "null";
        case node_kind::boolean:
        case node_kind::integer:
        case node_kind::real:
            break;
    }
    return of.text;
}

/// A section to a line each, below one another.
void write(const node& of, const std::string& indent, std::string& to) {  // NOLINT(misc-no-recursion): likewise
    for (const auto& one : of.members) {
        const auto key = is_plain_key(one.key) ? one.key : to_text(json::value(one.key));
        if (one.value.kind != node_kind::object) {
            to += fmt::format("{}{}: {}\n", indent, key, in_one_line(one.value));
        } else if (!one.value.members.empty()) {
            to += fmt::format("{}{}:\n", indent, key);
            write(one.value, indent + "  ", to);
        }
    }
}

source_text* place_of(source_set& of, std::string_view tenant, std::string_view model) {
    auto& files = of.forms[std::string(tenant)];
    if (!model.empty()) return &files.models[std::string(model)];
    if (!files.tenant) files.tenant.emplace();
    return &*files.tenant;
}

}  // namespace

bool is_operators_word(std::string_view setting) {
    return setting == "hosts" || setting == "display_name" || setting == "enabled";
}

std::filesystem::path form_file(std::string_view tenant, std::string_view model) {
    const std::filesystem::path folder(forms_folder);
    if (model.empty()) return folder / fmt::format("{}.yaml", tenant);
    return folder / tenant / "models" / fmt::format("{}.yaml", model);
}

const source_text* form_source(const source_set& of, std::string_view tenant, std::string_view model) {
    const auto found = of.forms.find(tenant);
    if (found == of.forms.end()) return nullptr;
    if (model.empty()) return found->second.tenant ? &*found->second.tenant : nullptr;
    const auto one = found->second.models.find(model);
    return one == found->second.models.end() ? nullptr : &one->second;
}

void put_form_source(source_set& into, std::string_view tenant, std::string_view model, std::string text) {
    const auto name = into.file.parent_path() / form_file(tenant, model);
    *place_of(into, tenant, model) = {std::make_shared<const std::string>(name.string()), std::move(text)};
}

std::optional<std::string> kept_from_forms(const plugin_settings& chosen, const schema& known, const setting& of) {
    const auto id = split_first(of.path).first;
    if (known.plugin(id) == nullptr) return "is no plugin's, and the operator's to set";
    if (of.lowest == level::server) return "is the whole server's, and the operator's to set";
    if (of.secret) return "is a secret, and the operator's to set";
    if (!of.live) return "takes a restart, and is the operator's to set";
    if (!of.from_forms || is_kept(chosen, of.path)) return "is the operator's to set";
    return kept_from_forms(chosen, known, id);
}

std::optional<std::string> kept_from_forms(const plugin_settings& chosen, const schema& known,
                                           std::string_view plugin) {
    if (!chosen.forms) return "is not set in forms on this server";
    if (known.plugin(plugin) == nullptr) return "is no plugin that is loaded";
    if (is_kept(chosen, plugin)) return "is the operator's to set";
    return std::nullopt;
}

node under_forms(node of_operator, const node& of_forms) {
    auto made = merge(of_operator, of_forms);
    join_switches(made, of_operator, of_forms, switched_on, switched_off);
    join_switches(made, of_operator, of_forms, switched_off, switched_on);
    return made;
}

std::string form_text(std::string_view text, const form_wish& wish) {
    problem_list ignored;  // whoever loads the text hears of them
    auto tree = read_yaml(text, std::make_shared<const std::string>(forms_folder), ignored).value_or(node::object());
    for (const auto& [path, value] : wish.settings) {
        if (value.is_null())
            tree.erase(path);
        else
            tree.set(path, node_of(value));
    }
    for (const auto& [id, wanted] : wish.plugins) turn(tree, std::string(id), wanted);
    std::string made(head);
    write(tree, "", made);
    return made;
}

}  // namespace parley::config
