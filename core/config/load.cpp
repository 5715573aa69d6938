// From files and environment variables to a configuration, or to everything that is wrong with them.
#include "config/load.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

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
        for (const auto& [name, files] : sources_.tenants) add_tenant(name, files);
        refuse_shared_hosts();
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

    void add_tenant(const std::string& name, const tenant_sources& files) {
        const node own = files.tenant ? layer(*files.tenant, *tenant_rules_) : node::object();
        const node& values = made_->from.tenants[name] = merge(made_->from.tenant, own);
        tenant_settings& tenant = made_->tenants[name] = tenant_of(values);
        for (const auto& [model, source] : files.models) {
            node merged = model_values(*known_, values, layer(source, *model_rules_));
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
