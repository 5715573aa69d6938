// From the short form to the whole schema.
#include "transport/schema_text.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <string>

namespace parley::transport {
namespace json = boost::json;
namespace {

json::value named(std::string_view name) {
    if (name.ends_with('?')) {
        auto without = named(name.substr(0, name.size() - 1));
        return json::object{{"anyOf", json::array{std::move(without), json::object{{"type", "null"}}}}};
    }
    if (name.starts_with('['))
        return json::object{{"type", "array"}, {"items", named(name.substr(1, name.size() - 2))}};
    if (name.front() >= 'a' && name.front() <= 'z') return json::object{{"type", name}};
    return json::object{{"$ref", "#/components/schemas/" + std::string(name)}};
}

bool lists(const json::value* names, std::string_view name) {
    if (names == nullptr) return false;
    return std::ranges::any_of(names->as_array(), [&](const json::value& one) { return one.as_string() == name; });
}

json::object exact_object(json::object of) {
    json::object properties;
    json::array needed;
    const auto* optional = of.if_contains("optional");
    for (const auto& [name, schema] : of.at("properties").as_object()) {
        properties[name] = whole_schema(schema);
        if (!lists(optional, name)) needed.emplace_back(name);
    }
    of.erase("optional");
    of["type"] = "object";
    of["properties"] = std::move(properties);
    if (!needed.empty()) of["required"] = std::move(needed);
    of["additionalProperties"] = false;
    return of;
}

}  // namespace

json::value whole_schema(const json::value& shortened) {
    if (const auto* name = shortened.if_string()) return named({name->data(), name->size()});
    auto of = shortened.as_object();
    if (of.contains("properties")) return exact_object(std::move(of));
    if (auto* choices = of.if_contains("oneOf"))
        for (auto& one : choices->as_array()) one = whole_schema(one);
    for (const char* inner : {"items", "additionalProperties"})
        if (auto* schema = of.if_contains(inner); schema != nullptr && !schema->is_bool())
            *schema = whole_schema(*schema);
    return of;
}

json::value read_schema(std::string_view text) { return whole_schema(json::parse({text.data(), text.size()})); }

}  // namespace parley::transport
