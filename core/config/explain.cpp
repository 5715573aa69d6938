// What a setting's value is, who set it, and what it means.
#include "config/explain.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "config/checks.hpp"
#include "config/load.hpp"
#include "config/nearest.hpp"
#include "config/schema.hpp"

namespace parley::config {
namespace {

/// The complete values of a scope and what may be set there.
struct scope_values {
    node values;
    known_settings known;
};

std::optional<scope_values> model_scope(const configuration& of, std::string_view tenant, std::string_view model) {
    if (!is_name(tenant) || !is_name(model)) return std::nullopt;
    const auto known = of.known->known_to(level::model);
    const auto found = of.from.models.find(fmt::format("{}/{}", tenant, model));
    if (found != of.from.models.end()) return scope_values{found->second, known};
    const auto above = of.from.tenants.find(tenant);
    const node& inherited = above == of.from.tenants.end() ? of.from.tenant : above->second;
    return scope_values{model_values(*of.known, inherited, node::object()), known};
}

std::optional<scope_values> find_scope(const configuration& of, std::string_view scope) {
    static constexpr std::string_view tenant_prefix = "tenant/", model_infix = "/model/";
    if (scope == "server") return scope_values{of.from.server, of.known->known_to(level::server)};
    if (!scope.starts_with(tenant_prefix)) return std::nullopt;
    scope.remove_prefix(tenant_prefix.size());
    if (const auto infix = scope.find(model_infix); infix != scope.npos) {
        return model_scope(of, scope.substr(0, infix), scope.substr(infix + model_infix.size()));
    }
    if (!is_name(scope)) return std::nullopt;
    const auto found = of.from.tenants.find(scope);
    const node& values = found == of.from.tenants.end() ? of.from.tenant : found->second;
    return scope_values{values, of.known->known_to(level::tenant)};
}

explanation explain_one(const std::string& path, const setting& known, const node& value) {
    explanation made;
    made.path = path;
    made.value = value.shown();
    made.source = value.where.kind;
    const std::string name = value.where.name ? printable(*value.where.name) : std::string();
    (made.source == origin_kind::environment ? made.variable : made.file) = name;
    made.line = value.where.line;
    made.column = value.where.column;
    made.description = known.description;
    made.allowed = known.expectation();
    made.fallback = known.fallback.shown();
    made.live = known.live;
    return made;
}

error unknown_setting(const schema& all, std::string_view scope, std::string_view path, const known_settings& known) {
    std::vector<std::string> names;
    for (const auto& [name, of] : known) names.push_back(name);
    const auto meant = nearest(path, names);
    std::string message = fmt::format("{} has no setting {}", scope, printable(path));
    const setting* elsewhere = all.find(path);
    if (elsewhere != nullptr && elsewhere->lowest == level::server) {
        message += "; it is the server's: ask for server " + elsewhere->path;
    } else if (elsewhere != nullptr && scope == "server" && elsewhere->inherited) {
        message += fmt::format("; ask for {}.{}, or for a tenant's", tenant_defaults_key, elsewhere->path);
    } else if (elsewhere != nullptr) {
        message += "; it belongs to a tenant: ask for tenant/<name> " + elsewhere->path;
    } else if (meant) {
        message += fmt::format("; did you mean {}?", *meant);
    }
    return {fault::not_found, "unknown_setting", std::move(message), ""};
}

}  // namespace

std::string explanation::place() const {
    switch (source) {
        case origin_kind::file:
            return fmt::format("{}:{}:{}", file, line, column);
        case origin_kind::environment:
            return "environment variable " + variable;
        case origin_kind::built_in:
            break;
    }
    return "default";
}

std::string explanation::text() const {
    return fmt::format("{} = {}\n  from {}\n  {}\n  {}; default {}; a new value takes effect {}\n", path, value,
                       place(), description, allowed, fallback,
                       live ? "when the configuration is reloaded" : "after a restart");
}

result<std::vector<explanation>> explain(const configuration& of, std::string_view scope, std::string_view path) {
    const auto found = find_scope(of, scope);
    if (!found) {
        return failure(
            fault::not_found, "unknown_scope",
            fmt::format("{} is no scope; write server, tenant/<name> or tenant/<name>/model/<name>", printable(scope)));
    }
    const std::string below = std::string(path) + ".";
    std::vector<explanation> made;
    for (const auto& [name, known] : found->known) {
        if (path.empty() || name == path || name.starts_with(below)) {
            made.push_back(explain_one(name, *known, *found->values.find(name)));
        }
    }
    if (made.empty()) return std::unexpected(unknown_setting(*of.known, scope, path, found->known));
    return made;
}

}  // namespace parley::config
