// From files and environment variables to a configuration, or to everything that is wrong with them.
#include "config/load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "config/form_file.hpp"
#include "config/identity.hpp"
#include "config/json_schema.hpp"
#include "config/nearest.hpp"
#include "config/plugin_rules.hpp"
#include "config/read_yaml.hpp"
#include "config/typed.hpp"
#include "config/validate.hpp"

namespace parley::config {
namespace {

constexpr std::string_view plugins_key = "plugins";

/// What parley.yaml and the variables say about plugins to load; what is wrong with it is said later.
plugin_settings chosen_plugins(const source_text& server, const secret_sources& secrets) {
    problem_list ignored;
    const level_rules kernel(kernel_schema(), level::server);
    auto set = node::object();
    if (const auto tree = read_yaml(server.text, server.name, ignored))
        if (const auto* section = tree->child(plugins_key)) set.set(plugins_key, *section);
    const auto variables = read_environment(secrets.variables, kernel.known, ignored);
    if (const auto* section = variables.child(plugins_key)) {
        auto over = node::object();
        over.set(plugins_key, *section);
        set = merge(std::move(set), over);
    }
    const auto good = validate(set, kernel, secrets, ignored);
    return plugins_of(merge(kernel_schema().defaults(level::server, level::server), good), secrets.folder);
}

/// "https://chat.example.org:8443" -> "chat.example.org"
std::string_view host_in(std::string_view url) {
    const auto begin = url.find("://");
    if (begin == url.npos) return {};
    url.remove_prefix(begin + 3);
    const auto bracket = url.find(']');
    return url.substr(0, url.find(':', bracket == url.npos ? 0 : bracket));
}

class composition {
public:
    composition(const source_set& sources, const environment& variables, problem_list problems,
                const plugin_sections& plugins)
        : sources_(sources), secrets_{sources.folder, variables}, problems_(std::move(problems)) {
        if (plugins) learn(plugins);
        made_->known = known_;
        server_rules_.emplace(*known_, level::server);
        tenant_rules_.emplace(*known_, level::tenant);
        model_rules_.emplace(*known_, level::model);
    }

    loaded run() {
        made_->file = sources_.file;
        made_->folder = sources_.folder;
        add_server();
        made_->sources = std::make_shared<const source_set>(sources_);
        std::set<std::string_view> names;
        for (const auto* each : {&sources_.tenants, &sources_.forms})
            for (const auto& [name, files] : *each) names.insert(name);
        check_kept();
        for (const auto name : names) add_tenant(std::string(name));
        refuse_shared_hosts();
        check_content_hosts();
        check_plugin_rules(*made_, problems_);
        if (!problems_.empty()) return std::unexpected(problems_.take());
        return made_;
    }

private:
    void learn(const plugin_sections& plugins) {
        auto more = std::make_shared<schema>(kernel_schema());
        for (const auto& one : plugins(chosen_plugins(sources_.server, secrets_), cannot_load_))
            for (const auto& why : add_section(*more, one))
                cannot_load_.push_back(fmt::format("plugin {}: {}", one.id, why));
        known_ = std::move(more);
        knows_plugins_ = true;
    }

    [[nodiscard]] node layer(const source_text& source, const level_rules& by) {
        const auto tree = read_yaml(source.text, source.name, problems_);
        auto made = tree ? validate(*tree, by, secrets_, problems_) : node::object();
        check_switches(made);
        return made;
    }

    /// Names under plugins.enable and plugins.disable of one file.
    void check_switches(const node& of) {
        const node* on = of.find("plugins.enable");
        const node* off = of.find("plugins.disable");
        for (const auto& [path, list] : {std::pair("plugins.enable", on), std::pair("plugins.disable", off)}) {
            if (list == nullptr) continue;
            for (std::size_t i = 0; i < list->items.size(); ++i)
                check_plugin(list->items[i], fmt::format("{}[{}]", path, i));
        }
        if (on == nullptr || off == nullptr) return;
        for (const auto& one : off->items)
            for (const auto& other : on->items)
                if (one.text == other.text)
                    problems_.add(one.where.fault("plugins.disable", one.shown() + " is switched on here, too"));
    }

    void check_plugin(const node& name, const std::string& path) {
        // One that cannot be loaded is said once, where it is to be loaded.
        if (!knows_plugins_ || !cannot_load_.empty() || known_->plugin(name.text) != nullptr) return;
        std::vector<std::string> names;
        for (const auto& one : known_->plugins) names.push_back(one.id);
        const auto meant = nearest(name.text, names);
        problems_.add(name.where.fault(
            path, meant
                      ? fmt::format("the plugin {} is not loaded; did you mean {}?", printable(name.text), *meant)
                      : fmt::format("the plugin {} is not loaded; plugins.load says which are", printable(name.text))));
    }

    void add_server() {
        const schema& known = *known_;
        const node variables = read_environment(secrets_.variables, server_rules_->known, problems_);
        node from_file = layer(sources_.server, *server_rules_);
        const node set = merge(std::move(from_file), validate(variables, *server_rules_, secrets_, problems_));
        node values = merge(known.defaults(level::server, level::server), set);
        for (const auto& [path, of] : server_rules_->known) {
            if (values.find(path) == nullptr) values.set(path, of->fallback);
        }
        const node* defaults = set.child(tenant_defaults_key);
        made_->from.tenant = merge(known.defaults(level::tenant, level::model), defaults ? *defaults : node::object());
        made_->server = server_of(values, sources_.folder);
        made_->tenant_defaults = tenant_of(made_->from.tenant);
        made_->identity = read_identity(made_->server.server.tls, values, problems_);
        for (auto& why : cannot_load_)
            problems_.add(values.find("plugins.load")->where.fault("plugins.load", std::move(why)));
        made_->from.server = std::move(values);
    }

    /// A word that keeps nothing would leave open what somebody meant to keep.
    void check_kept() {
        const node* list = made_->from.server.find("plugins.keep");
        for (std::size_t i = 0; i < list->items.size(); ++i) {
            const auto& one = list->items[i];
            const auto path = fmt::format("plugins.keep[{}]", i);
            const auto [id, name] = split_first(one.text);
            auto plugin = node::string(std::string(id));
            plugin.where = one.where;
            check_plugin(plugin, path);
            if (knows_plugins_ && !name.empty() && known_->plugin(id) != nullptr && known_->find(one.text) == nullptr)
                problems_.add(one.where.fault(path, fmt::format("the plugin {} has no such setting", id)));
        }
    }

    /// What still holds of a file of forms. The rest is no reason to refuse everything else: neither the operator nor
    /// who set it can help that a plugin has other settings now, or is gone.
    [[nodiscard]] node form_layer(const source_text& source, const level_rules& by) {
        const auto tree = read_yaml(source.text, source.name, problems_);
        if (!tree) return node::object();
        problem_list wrong;
        auto made = validate(*tree, by, secrets_, wrong);
        const auto& chosen = made_->server.plugins;
        const bool of_tenant = &by == &*tenant_rules_;
        for (const auto& [path, of] : by.known) {
            const bool may_stand = of->at_each_level || (of_tenant && is_operators_word(path));
            const node* value = may_stand ? nullptr : made.find(path);
            const auto why = value == nullptr ? std::nullopt : kept_from_forms(chosen, *known_, *of);
            if (!why) continue;
            wrong.add(value->where.fault(path, *why));
            made.erase(path);
        }
        for (const auto* const path : {"plugins.enable", "plugins.disable"})
            if (const node* list = made.find(path); list != nullptr && knows_plugins_ && cannot_load_.empty())
                made.set(path, usable_switches(*list, path, wrong));
        for (auto& one : wrong.take()) made_->passed_over.push_back(std::move(one));
        return made;
    }

    [[nodiscard]] node usable_switches(node list, std::string_view path, problem_list& wrong) const {
        std::erase_if(list.items, [&](const node& one) {
            const auto why = kept_from_forms(made_->server.plugins, *known_, one.text);
            if (why) wrong.add(one.where.fault(std::string(path), fmt::format("{} {}", printable(one.text), *why)));
            return why.has_value();
        });
        return list;
    }

    [[nodiscard]] node both_layers(const source_text* of_operator, const source_text* of_forms, const level_rules& by) {
        auto own = of_operator == nullptr ? node::object() : layer(*of_operator, by);
        return of_forms == nullptr ? own : under_forms(std::move(own), form_layer(*of_forms, by));
    }

    void add_tenant(const std::string& name) {
        const auto found = sources_.tenants.find(name);
        const tenant_sources files = found == sources_.tenants.end() ? tenant_sources{} : found->second;
        const auto* forms = form_source(sources_, name, "");
        const node own = both_layers(files.tenant ? &*files.tenant : nullptr, forms, *tenant_rules_);
        const node& values = made_->from.tenants[name] = merge(made_->from.tenant, own);
        tenant_settings& tenant = made_->tenants[name] = tenant_of(values);
        std::set<std::string> models;
        for (const auto& [model, source] : files.models) models.insert(model);
        if (const auto written = sources_.forms.find(name); written != sources_.forms.end())
            for (const auto& [model, source] : written->second.models) models.insert(model);
        for (const auto& model : models) {
            const auto one = files.models.find(model);
            const auto* source = one == files.models.end() ? nullptr : &one->second;
            const auto layer = both_layers(source, form_source(sources_, name, model), *model_rules_);
            node merged = model_values(*known_, values, layer);
            tenant.models.emplace(model, model_of(merged));
            made_->from.models.emplace(fmt::format("{}/{}", name, model), std::move(merged));
        }
    }

    /// A host that leads to two tenants would lead one's people to the other.
    void refuse_shared_hosts() {
        std::map<std::string, std::string, std::less<>> tenant_of_host;
        for (const auto& [name, values] : made_->from.tenants) {
            for (const auto& host : values.find("hosts")->items) {
                const auto [first, fresh] = tenant_of_host.emplace(host.text, name);
                if (fresh) continue;
                problems_.add(host.where.fault(
                    "hosts", fmt::format("{} already leads to the tenant {}", host.shown(), first->second)));
            }
        }
    }

    /// Where a tenant's pages are, what people uploaded would be one of them.
    void check_content_hosts() {
        std::set<std::string, std::less<>> taken;
        for (const auto& [name, tenant] : made_->tenants) taken.insert(tenant.hosts.begin(), tenant.hosts.end());
        const std::string_view url = made_->server.server.public_url;
        for (const auto& [name, values] : made_->from.tenants) {
            const node& host = *values.find("content.host");
            if (host.text.empty()) continue;
            if (taken.contains(host.text) || host_in(url) == host.text)
                problems_.add(host.where.fault(
                    "content.host",
                    fmt::format("{} is where pages of this server are; files need a name of their own", host.shown())));
            if (values.find("content.secret")->text.empty())
                problems_.add(host.where.fault("content.host", "content.secret is missing, which it needs"));
        }
    }

    const source_set& sources_;
    secret_sources secrets_;
    problem_list problems_;
    std::shared_ptr<const schema> known_ = shared_kernel_schema();
    bool knows_plugins_ = false;
    std::vector<std::string> cannot_load_;
    std::optional<level_rules> server_rules_, tenant_rules_, model_rules_;
    std::shared_ptr<configuration> made_ = std::make_shared<configuration>();
};

}  // namespace

std::string_view configuration::tenant_of_host(std::string_view host) const {
    for (const auto& [name, settings] : tenants) {
        for (const auto& each : settings.hosts) {
            if (each == host) return name;
        }
    }
    return {};
}

bool configuration::is_content_host(std::string_view host) const {
    return !host.empty() &&
           std::ranges::any_of(tenants, [&](const auto& one) { return one.second.content.host == host; });
}

node model_values(const schema& known, const node& tenant_values, const node& layer) {
    node made = known.defaults(level::model, level::model);
    for (const auto& [path, of] : known.known_to(level::model)) {
        if (of->inherited) made.set(path, *tenant_values.find(path));
    }
    return merge(std::move(made), layer);
}

loaded load(const std::filesystem::path& path, const environment& variables, const plugin_sections& plugins) {
    problem_list problems;
    const source_set sources = read_sources(path, problems);
    return compose(sources, variables, std::move(problems), plugins);
}

loaded compose(const source_set& sources, const environment& variables, problem_list problems,
               const plugin_sections& plugins) {
    return composition(sources, variables, std::move(problems), plugins).run();
}

}  // namespace parley::config
