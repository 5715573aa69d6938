// From files and environment variables to a configuration, or to everything that is wrong with them.
#include "config/load.hpp"

#include <fmt/format.h>

#include <utility>

#include "config/identity.hpp"
#include "config/read_yaml.hpp"
#include "config/typed.hpp"
#include "config/validate.hpp"

namespace parley::config {
namespace {

class composition {
public:
    composition(const source_set& sources, const environment& variables, problem_list problems)
        : sources_(sources), secrets_{sources.folder, variables}, problems_(std::move(problems)) {}

    loaded run() {
        made_->file = sources_.file;
        made_->folder = sources_.folder;
        add_server();
        for (const auto& [name, files] : sources_.tenants) add_tenant(name, files);
        refuse_shared_hosts();
        if (!problems_.empty()) return std::unexpected(problems_.take());
        return made_;
    }

private:
    [[nodiscard]] node layer(const source_text& source, level where) {
        const auto tree = read_yaml(source.text, source.name, problems_);
        return tree ? validate(*tree, where, secrets_, problems_) : node::object();
    }

    void add_server() {
        const schema& known = kernel_schema();
        const node variables = read_environment(secrets_.variables, known.known_to(level::server), problems_);
        node from_file = layer(sources_.server, level::server);
        const node set = merge(std::move(from_file), validate(variables, level::server, secrets_, problems_));
        node values = merge(known.defaults(level::server, level::server), set);
        for (const auto& [path, of] : known.known_to(level::server)) {
            if (values.find(path) == nullptr) values.set(path, of->fallback);
        }
        const node* defaults = set.child(tenant_defaults_key);
        made_->from.tenant = merge(known.defaults(level::tenant, level::model), defaults ? *defaults : node::object());
        made_->server = server_of(values, sources_.folder);
        made_->tenant_defaults = tenant_of(made_->from.tenant);
        made_->identity = read_identity(made_->server.server.tls, values, problems_);
        made_->from.server = std::move(values);
    }

    void add_tenant(const std::string& name, const tenant_sources& files) {
        const node own = files.tenant ? layer(*files.tenant, level::tenant) : node::object();
        const node& values = made_->from.tenants[name] = merge(made_->from.tenant, own);
        tenant_settings& tenant = made_->tenants[name] = tenant_of(values);
        for (const auto& [model, source] : files.models) {
            node merged = model_values(values, layer(source, level::model));
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

node model_values(const node& tenant_values, const node& layer) {
    const schema& known = kernel_schema();
    node made = known.defaults(level::model, level::model);
    for (const auto& [path, of] : known.known_to(level::model)) {
        if (of->inherited) made.set(path, *tenant_values.find(path));
    }
    return merge(std::move(made), layer);
}

loaded load(const std::filesystem::path& path, const environment& variables) {
    problem_list problems;
    const source_set sources = read_sources(path, problems);
    return compose(sources, variables, std::move(problems));
}

loaded compose(const source_set& sources, const environment& variables, problem_list problems) {
    return composition(sources, variables, std::move(problems)).run();
}

}  // namespace parley::config
