// valijson held at arm's length: its headers are heavy, so this is the only unit that includes them.
#include "config/json_schema.hpp"

#include <boost/json.hpp>
#include <valijson/adapters/boost_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include <utility>
#include <vector>

#include "base/json.hpp"

namespace parley::config {
namespace {

namespace json = boost::json;

/// Nests {"type": "object", "properties": ...} along a setting's path.
void add_rules(json::object& schema, std::string_view path, const setting& of) {
    schema["type"] = "object";
    auto& properties = schema["properties"];
    if (!properties.is_object()) properties.emplace_object();
    const auto [key, rest] = split_first(path);
    auto& inner = properties.as_object()[key];
    if (rest.empty()) {
        inner = json_of(of.rules);
        return;
    }
    if (!inner.is_object()) inner.emplace_object();
    add_rules(inner.as_object(), rest, of);
}

/// {"<root>", "[hosts]", "[2]"} -> "hosts[2]"; "" for the root.
std::string path_of(const std::vector<std::string>& context) {
    std::string path;
    for (const auto& step : context) {
        if (!step.starts_with('[')) continue;
        const bool index = step.size() > 2 && step[1] >= '0' && step[1] <= '9';
        if (index) {
            path += step;
        } else {
            path += (path.empty() ? "" : ".") + step.substr(1, step.size() - 2);
        }
    }
    return path;
}

/// valijson also reports every object and list around a fault; the innermost place is the one worth saying.
std::set<std::string> innermost(const std::set<std::string>& paths) {
    std::set<std::string> made;
    for (const auto& path : paths) {
        const auto inside = [&](const std::string& other) {
            return path.empty() ? !other.empty() : other.starts_with(path + ".") || other.starts_with(path + "[");
        };
        bool outer = false;
        for (const auto& other : paths) outer = outer || inside(other);
        if (!outer) made.insert(path);
    }
    return made;
}

}  // namespace

node node_of(const json::value& from) {  // NOLINT(misc-no-recursion): as deep as the JSON's reader allows
    if (const auto* text = from.if_string()) return node::string(std::string(*text));
    if (const auto* object = from.if_object()) {
        auto made = node::object();
        for (const auto& [key, value] : *object) made.members.push_back({std::string(key), {}, node_of(value)});
        return made;
    }
    if (const auto* array = from.if_array()) {
        node made;
        made.kind = node_kind::list;
        for (const auto& item : *array) made.items.push_back(node_of(item));
        return made;
    }
    if (from.is_null()) return {};
    return plain_scalar(to_text(from));
}

json::value json_of(const node& from) {
    switch (from.kind) {
        case node_kind::boolean:
            return from.flag;
        case node_kind::integer:
            return from.integer;
        case node_kind::real:
            return from.real;
        case node_kind::text:
            return json::value(from.text);
        case node_kind::list: {
            json::array made;
            for (const auto& item : from.items) made.push_back(json_of(item));
            return made;
        }
        case node_kind::object: {
            json::object made;
            for (const auto& each : from.members) made[each.key] = json_of(each.value);
            return made;
        }
        case node_kind::nothing:
            break;
    }
    return nullptr;
}

struct level_rules::compiled {
    explicit compiled(const known_settings& known) {
        json::object document;
        for (const auto& [path, of] : known) add_rules(document, path, *of);
        const json::value rules(std::move(document));
        valijson::SchemaParser().populateSchema(valijson::adapters::BoostJsonAdapter(rules), schema);
    }

    valijson::Schema schema;
};

level_rules::level_rules(const schema& of, level at)
    : all(of), where(at), known(of.known_to(at)), rules_(std::make_unique<const compiled>(known)) {}

level_rules::~level_rules() = default;

std::set<std::string> level_rules::violations(const node& values) const {
    const json::value target = json_of(values);
    valijson::ValidationResults results;
    valijson::Validator validator;  // strong types: "8080" is no number
    if (validator.validate(rules_->schema, valijson::adapters::BoostJsonAdapter(target), &results)) return {};
    std::set<std::string> paths;
    for (const auto& each : results) paths.insert(path_of(each.context));
    return innermost(paths);
}

std::set<std::string> schema_violations(const node& values, level where) {
    return level_rules(kernel_schema(), where).violations(values);
}

}  // namespace parley::config
