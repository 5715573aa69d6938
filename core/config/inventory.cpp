// What a configuration sets, as text by scope and setting.
#include "config/inventory.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <stdexcept>
#include <utility>

#include "base/json.hpp"

namespace parley::config {
namespace {

namespace json = boost::json;

constexpr std::string_view tenant_prefix = "tenant/", model_infix = "/model/";

json::value whole(const node& of) {
    if (!of.secret.empty()) return json::string(of.shown());
    switch (of.kind) {
        case node_kind::boolean:
            return of.flag;
        case node_kind::integer:
            return of.integer;
        case node_kind::real:
            return of.real;
        case node_kind::text:
            return json::string(of.text);
        case node_kind::list: {
            json::array made;
            for (const auto& item : of.items) made.push_back(whole(item));
            return made;
        }
        case node_kind::object: {
            json::object made;
            for (const auto& each : of.members) made[each.key] = whole(each.value);
            return made;
        }
        case node_kind::nothing:
            break;
    }
    return nullptr;  // no setting's value
}

/// The secrets in a value and below it, one after the other.
void collect_secrets(const node& of, std::string& into) {
    if (!of.secret.empty()) into += of.text + '\n';
    for (const auto& item : of.items) collect_secrets(item, into);
    for (const auto& each : of.members) collect_secrets(each.value, into);
}

std::string place_of(const origin& of) {
    const std::string name = of.name ? printable(*of.name) : std::string();
    switch (of.kind) {
        case origin_kind::file:
            return fmt::format("{}:{}:{}", name, of.line, of.column);
        case origin_kind::environment:
            return "environment variable " + name;
        case origin_kind::built_in:
            break;
    }
    return "default";
}

listed_value listed(const node& of) {
    listed_value made;
    made.shown = of.shown();
    made.place = place_of(of.where);
    collect_secrets(of, made.hidden);
    made.secret = !made.hidden.empty();
    made.value = of.secret.empty() ? to_text(whole(of)) : made.shown;
    return made;
}

bool same_place(const origin& a, const origin& b) {
    const bool same_name = (a.name == nullptr) == (b.name == nullptr) && (a.name == nullptr || *a.name == *b.name);
    return a.kind == b.kind && same_name && a.line == b.line && a.column == b.column;
}

/// A new certificate in the same file is a change like any other.
void name_identity(listed_value& file, const key_pair& found) {
    const auto shown = fmt::format(" (good until {}, {})", rfc3339(found.good_until()).substr(0, 10),
                                   found.fingerprint().substr(0, 16));
    file.shown += shown;
    file.value += shown;
}

/// What is set in this tree itself: neither a default nor the value above.
listed_values own_values(const node& values, const node& above, const known_settings& known) {
    listed_values made;
    for (const auto& [path, of] : known) {
        const node* value = values.find(path);
        if (value == nullptr || value->where.kind == origin_kind::built_in) continue;
        const node* inherited = of->inherited ? above.find(path) : nullptr;
        if (inherited != nullptr && same_place(inherited->where, value->where)) continue;
        made.emplace(path, listed(*value));
    }
    return made;
}

/// The scope from which a tenant or model inherits a setting, and the setting's name there.
std::pair<std::string, std::string> above(std::string_view scope, std::string_view path) {
    if (const auto infix = scope.find(model_infix); infix != scope.npos) {
        return {std::string(scope.substr(0, infix)), std::string(path)};
    }
    return {"server", fmt::format("{}.{}", tenant_defaults_key, path)};
}

error unreadable() {
    return {fault::invalid, "inventory_unreadable", "This is no list of settings that this program understands.", {}};
}

const std::string* text_in(const json::object& of, std::string_view key, std::string& room) {
    const auto* found = of.if_contains(key);
    if (found == nullptr || !found->is_string()) return nullptr;
    room.assign(found->get_string());
    return &room;
}

result<listed_value> value_from(const json::value& written) {
    const auto* fields = written.if_object();
    listed_value made;
    const bool whole = fields != nullptr && text_in(*fields, "value", made.value) != nullptr &&
                       text_in(*fields, "shown", made.shown) != nullptr &&
                       text_in(*fields, "set_by", made.place) != nullptr;
    if (!whole) return std::unexpected(unreadable());
    made.secret = fields->contains("secret");
    return made;
}

}  // namespace

level level_of(std::string_view scope) {
    if (scope == "server") return level::server;
    return scope.find(model_infix) == scope.npos ? level::tenant : level::model;
}

inventory take_inventory(const configuration& of) {
    inventory made;
    auto& server = made["server"];
    for (const auto& [path, known] : of.known->known_to(level::server)) {
        server.emplace(path, listed(*of.from.server.find(path)));
    }
    if (of.identity != nullptr) name_identity(server["server.tls.certificate"], *of.identity);
    const auto of_tenants = of.known->known_to(level::tenant);
    const auto of_models = of.known->known_to(level::model);
    for (const auto& [name, values] : of.from.tenants) {
        made.emplace(fmt::format("{}{}", tenant_prefix, name), own_values(values, of.from.tenant, of_tenants));
    }
    for (const auto& [name, values] : of.from.models) {
        const auto slash = name.find('/');
        const auto tenant = name.substr(0, slash);
        made.emplace(fmt::format("{}{}{}{}", tenant_prefix, tenant, model_infix, name.substr(slash + 1)),
                     own_values(values, of.from.tenants.find(tenant)->second, of_models));
    }
    return made;
}

listed_value value_in(const inventory& of, std::string_view scope, std::string_view path, const schema& all) {
    if (const auto values = of.find(scope); values != of.end()) {
        if (const auto own = values->second.find(path); own != values->second.end()) return own->second;
    }
    auto plain = path;
    const std::string defaults = fmt::format("{}.", tenant_defaults_key);
    if (scope == "server" && plain.starts_with(defaults)) plain.remove_prefix(defaults.size());
    const setting* known = all.find(plain);
    if (known == nullptr) throw std::logic_error("no setting " + std::string(path));
    if (scope == "server" || !known->inherited) return listed(known->fallback);
    const auto [upper, name] = above(scope, path);
    return value_in(of, upper, name, all);
}

json::object to_json(const inventory& of) {
    json::object made;
    for (const auto& [scope, values] : of) {
        json::object written;
        for (const auto& [path, one] : values) {
            json::object fields{{"value", one.value}, {"shown", one.shown}, {"set_by", one.place}};
            if (one.secret) fields["secret"] = true;
            written[path] = std::move(fields);
        }
        made[scope] = std::move(written);
    }
    return made;
}

result<inventory> inventory_of(const json::object& written) {
    inventory made;
    for (const auto& [scope, values] : written) {
        const auto* fields = values.if_object();
        if (fields == nullptr) return std::unexpected(unreadable());
        auto& into = made[std::string(scope)];
        for (const auto& [path, one] : *fields) {
            auto value = value_from(one);
            if (!value) return std::unexpected(value.error());
            into.emplace(std::string(path), std::move(*value));
        }
    }
    if (!made.contains("server")) return std::unexpected(unreadable());
    return made;
}

}  // namespace parley::config
