// From the merged configuration and the loaded plugins to what administrators read; secrets stay behind.
#include "server/tenant_office.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>

#include "config/form_file.hpp"
#include "config/json_schema.hpp"
#include "config/load.hpp"
#include "config/plugin_scopes.hpp"
#include "config/read_yaml.hpp"

namespace parley::server {
namespace json = boost::json;
namespace {

bool holds_secrets(const config::node& of) {
    return !of.secret.empty() || std::ranges::any_of(of.items, holds_secrets) ||
           std::ranges::any_of(of.members, [](const config::member& each) { return holds_secrets(each.value); });
}

/// A value with "…" in the place of what is secret in it.
config::node without_secrets(config::node of) {
    if (!of.secret.empty()) return config::node::string("…");
    for (auto& item : of.items) item = without_secrets(std::move(item));
    for (auto& each : of.members) each.value = without_secrets(std::move(each.value));
    return of;
}

bool is_empty(const config::node& of) { return of.text.empty() && of.items.empty() && of.members.empty(); }

std::string name_in(const std::filesystem::path& folder, const std::string& file) {
    return std::filesystem::path(file).lexically_normal().lexically_relative(folder).generic_string();
}

json::array model_names(const config::configuration& of, std::string_view tenant) {
    json::array made;
    const auto found = of.tenants.find(tenant);
    if (found != of.tenants.end())
        for (const auto& [name, ignored] : found->second.models) made.emplace_back(name);
    return made;
}

bool knows_model(const config::configuration& of, std::string_view tenant, std::string_view model) {
    return model.empty() || of.from.models.contains(fmt::format("{}/{}", tenant, model));
}

std::unexpected<error> no_such_model() {
    return failure(fault::not_found, "model_unknown", "This model has no settings of its own.", "model");
}

class page {
public:
    page(const config::configuration& of, std::string_view tenant, std::string_view model)
        : of_(of), model_(model), base_(of.file.lexically_normal().parent_path()) {
        file_ = model.empty() ? fmt::format("tenants/{}.yaml", tenant)
                              : fmt::format("tenants/{}/models/{}.yaml", tenant, model);
        form_file_ = config::form_file(tenant, model).generic_string();
        on_ = config::plugins_on(of, tenant, model);
    }

    json::object made(std::string_view tenant, const config::node& values) {
        const auto where = model_.empty() ? config::level::tenant : config::level::model;
        // In the order of the text that they come from, and not by name.
        const auto known = of_.known->known_to(where);
        for (const auto& one : of_.known->settings)
            if (known.contains(one.path) && !one.at_each_level) add(one, *values.find(one.path));
        return {{"tenant", tenant},
                {"model", model_.empty() ? json::value(nullptr) : json::value(model_)},
                {"models", model_names(of_, tenant)},
                {"file", file_},
                {"forms", forms_of(of_, tenant, model_)},
                {"sections", sections_}};
    }

private:
    void add(const config::setting& one, const config::node& value) {
        const auto dot = one.path.rfind('.');
        section(dot == one.path.npos ? "" : one.path.substr(0, dot))
            .at("settings")
            .as_array()
            .push_back(shown(one, value));
    }

    json::object& section(const std::string& name) {
        for (auto& one : sections_)
            if (one.at("name").as_string() == name) return one.as_object();
        const auto* plugin = of_.known->plugin(name);
        const auto said = std::ranges::find(of_.known->sections, name, &config::section::path);
        std::string sentence = said == of_.known->sections.end() ? "" : said->description;
        if (plugin != nullptr) sentence = plugin->sentence;
        sections_.push_back(json::object{{"name", name},
                                         {"sentence", sentence},
                                         {"plugin", plugin != nullptr},
                                         {"on", plugin == nullptr || on_.contains(name)},
                                         {"settings", json::array()}});
        return sections_.back().as_object();
    }

    json::object shown(const config::setting& one, const config::node& value) {
        json::object made{{"name", one.path},
                          {"sentence", one.description},
                          {"level", one.lowest == config::level::model ? "model" : "tenant"},
                          {"rules", config::json_of(one.rules)},
                          {"expects", one.expectation()},
                          {"default", one.secret ? json::value(nullptr) : config::json_of(one.fallback)}};
        made["value"] = one.secret ? json::value(!is_empty(value)) : config::json_of(without_secrets(value));
        made["secret"] = one.secret;
        made["masked"] = !one.secret && holds_secrets(value);
        made["live"] = one.live;
        made["source"] = source(value.where);
        made["place"] = place(value.where);
        made["writable"] = !config::kept_from_forms(of_.server.plugins, *of_.known, one);
        made["in_form"] = is_in_form(value.where);
        return made;
    }

    bool is_in_form(const config::origin& of) const {
        return of.kind == config::origin_kind::file && name_in(base_, *of.name) == form_file_;
    }

    std::string_view source(const config::origin& of) const {
        if (of.kind == config::origin_kind::built_in) return "default";
        if (of.kind == config::origin_kind::environment) return "server";
        const auto name = name_in(base_, *of.name);
        if (name.starts_with(fmt::format("{}/", config::forms_folder))) return "form";
        if (name == file_) return model_.empty() ? "tenant" : "model";
        return name.starts_with("tenants/") ? "tenant" : "server";
    }
    std::string place(const config::origin& of) const {
        return of.kind == config::origin_kind::file ? fmt::format("{}:{}", name_in(base_, *of.name), of.line) : "";
    }

    const config::configuration& of_;
    std::string model_;
    std::filesystem::path base_;
    std::string file_;
    std::string form_file_;
    config::plugin_ids on_;
    json::array sections_;
};

json::object shown(const plugins::watch& of) {
    using plugins::call_end;
    const auto failures = of.count(call_end::failed) + of.count(call_end::timed_out);
    return {{"name", of.name()},
            {"paused", of.is_open()},
            {"calls", failures + of.count(call_end::done)},
            {"failures", failures}};
}

json::array parts_of(const plugins::plugin& of) {
    json::array made;
    for (const auto& one : of.hooks) made.push_back(shown(one));
    for (const auto& kind : of.calls)
        for (const auto& one : kind) made.push_back(shown(one));
    return made;
}

json::array models_of(const config::configuration& of, std::string_view tenant, const std::string& id, bool on) {
    json::array made;
    const auto found = of.tenants.find(tenant);
    if (found == of.tenants.end()) return made;
    for (const auto& [model, ignored] : found->second.models)
        if (const bool here = config::plugins_on(of, tenant, model).contains(id); here != on)
            made.push_back(json::object{{"name", model}, {"on", here}});
    return made;
}

/// How a form has switched it; null: not.
json::value switched_in_form(const config::configuration& of, std::string_view tenant, std::string_view model,
                             std::string_view id) {
    const auto* source = of.sources ? config::form_source(*of.sources, tenant, model) : nullptr;
    if (source == nullptr) return nullptr;
    config::problem_list ignored;
    const auto tree = config::read_yaml(source->text, source->name, ignored);
    for (const auto& [path, on] : {std::pair("plugins.disable", false), std::pair("plugins.enable", true)})
        if (const auto* list = tree ? tree->find(path) : nullptr; list != nullptr)
            for (const auto& one : list->items)
                if (one.text == id) return on;
    return nullptr;
}

std::string why_off(const config::configuration& of, std::string_view tenant, std::string_view model,
                    const std::string& id) {
    if (switched_in_form(of, tenant, model, id) == json::value(false)) return "It was switched off in this form.";
    if (!model.empty()) {
        if (!config::plugins_on(of, tenant, "").contains(id)) return "It is off in the whole tenant.";
        return fmt::format("tenants/{}/models/{}.yaml switches it off.", tenant, model);
    }
    if (config::plugins_on(of, "", "").contains(id)) return fmt::format("tenants/{}.yaml switches it off.", tenant);
    return "It is loaded, and nothing switches it on here: plugins.enable does.";
}

json::object switch_of(const config::configuration& of, std::string_view tenant, std::string_view model,
                       const std::string& id) {
    const bool is_on = config::plugins_on(of, tenant, model).contains(id);
    json::object made{{"on", is_on}};
    made["inherited"] =
        model.empty() ? json::value(nullptr) : json::value(config::plugins_on(of, tenant, "").contains(id));
    made["models"] = model.empty() ? models_of(of, tenant, id, is_on) : json::array();
    made["writable"] = !config::kept_from_forms(of.server.plugins, *of.known, id);
    made["in_form"] = switched_in_form(of, tenant, model, id);
    made["why_off"] = is_on ? std::string() : why_off(of, tenant, model, id);
    return made;
}

}  // namespace

result<json::object> settings_page(const config::configuration& of, std::string_view tenant, std::string_view model) {
    const auto found = of.from.tenants.find(tenant);
    const auto& values = found == of.from.tenants.end() ? of.from.tenant : found->second;
    if (model.empty()) return page(of, tenant, model).made(tenant, values);
    if (!knows_model(of, tenant, model)) return no_such_model();
    return page(of, tenant, model).made(tenant, of.from.models.find(fmt::format("{}/{}", tenant, model))->second);
}

result<json::object> tenant_office::plugins(std::string_view tenant, std::string_view model) {
    const auto configured = in_force_.now();
    if (!knows_model(*configured, tenant, model)) return no_such_model();
    const auto trouble = plugged_.trouble();
    json::array all;
    for (const auto& one : plugged_.all()) {
        auto made = switch_of(*configured, tenant, model, one->id());
        made["id"] = one->id();
        made["title"] = one->says().title.empty() ? one->id() : one->says().title;
        made["sentence"] = one->says().sentence;
        made["version"] = one->running().version;
        made["licence"] = one->says().licence;
        made["isolation"] = plugins::name_of(one->runs_as);
        json::array wrong;
        for (const auto& said : trouble)
            if (const auto begin = fmt::format("The plugin {}", one->id());
                said.starts_with(begin + " ") || said.starts_with(begin + ":"))
                wrong.emplace_back(said);
        made["trouble"] = std::move(wrong);
        made["restarts"] = one->runs->restarts();
        made["parts"] = parts_of(*one);
        all.push_back(std::move(made));
    }
    return json::object{{"model", model.empty() ? json::value(nullptr) : json::value(model)},
                        {"models", model_names(*configured, tenant)},
                        {"plugins", std::move(all)},
                        {"forms", forms_of(*configured, tenant, model)}};
}

}  // namespace parley::server
