// Which plugins are on in a scope, and with which settings: level over level.
#include "config/plugin_scopes.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include "base/json.hpp"
#include "config/json_schema.hpp"

namespace parley::config {
namespace {

namespace json = boost::json;

const node& tenant_tree(const configuration& of, std::string_view tenant) {
    const auto found = of.from.tenants.find(tenant);
    return found == of.from.tenants.end() ? of.from.tenant : found->second;
}

/// Null for a model without a file.
const node* model_tree(const configuration& of, std::string_view tenant, std::string_view model) {
    if (model.empty()) return nullptr;
    const auto found = of.from.models.find(fmt::format("{}/{}", tenant, model));
    return found == of.from.models.end() ? nullptr : &found->second;
}

void turn(plugin_ids& on, const node& level) {
    if (const auto* list = level.find("plugins.enable"))
        for (const auto& one : list->items) on.insert(one.text);
    if (const auto* list = level.find("plugins.disable"))
        for (const auto& one : list->items) on.erase(one.text);
}

template <class Each>
void each_text(const inventory& of, std::string_view scope, std::string_view path, Each each) {
    const auto values = of.find(scope);
    if (values == of.end()) return;
    const auto found = values->second.find(path);
    if (found == values->second.end()) return;
    // Written by us; another version may have written something else.
    boost::system::error_code failed;
    const auto read = json::parse(found->second.value, failed);
    if (failed || !read.is_array()) return;
    for (const auto& one : read.get_array())
        if (const auto* text = one.if_string()) each(std::string(*text));
}

void put(json::object& into, const node* section) {
    if (section == nullptr) return;
    for (const auto& each : section->members) into[each.key] = json_of(each.value);
}

}  // namespace

plugin_ids plugins_on(const configuration& of, std::string_view tenant, std::string_view model) {
    plugin_ids made;
    turn(made, of.from.server);
    turn(made, tenant_tree(of, tenant));
    if (const auto* values = model_tree(of, tenant, model)) turn(made, *values);
    return made;
}

plugin_ids plugins_on(const inventory& of, std::string_view scope) {
    plugin_ids made;
    if (scope != "server") {
        const auto model = scope.find("/model/");
        made = plugins_on(of, model == scope.npos ? "server" : scope.substr(0, model));
    }
    each_text(of, scope, "plugins.enable", [&](std::string id) { made.insert(std::move(id)); });
    each_text(of, scope, "plugins.disable", [&](const std::string& id) { made.erase(id); });
    return made;
}

std::string plugin_settings_in(const configuration& of, const plugin_section& plugin, std::string_view tenant,
                               std::string_view model) {
    json::object made;
    put(made, of.from.server.child(plugin.id));
    made.erase("isolation");
    made.erase("hooks");
    made.erase("memory_mib");
    put(made, tenant_tree(of, tenant).child(plugin.id));
    if (const auto* values = model_tree(of, tenant, model)) put(made, values->child(plugin.id));
    return to_text(made);
}

}  // namespace parley::config
