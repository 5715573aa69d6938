// What both API documents are put together from. Seen by openapi.cpp, asyncapi.cpp and their test only.
#pragma once

#include <boost/json/object.hpp>
#include <span>
#include <string>
#include <string_view>

#include "transport/api_schemas.hpp"
#include "transport/operation_catalogue.hpp"

namespace parley::transport {

/// The schema of a field's values, with its sentence.
[[nodiscard]] boost::json::object schema_of(const field&);

/// An object of those fields of the operation that `wanted` picks.
template <class Wanted>
[[nodiscard]] boost::json::object schema_of_fields(const operation& of, Wanted wanted) {
    boost::json::object properties;
    boost::json::array needed;
    for (const auto& one : of.fields) {
        if (!wanted(one)) continue;
        properties[one.name] = schema_of(one);
        if (one.needed == field::presence::required) needed.emplace_back(one.name);
    }
    boost::json::object schema{{"type", "object"}, {"properties", std::move(properties)}};
    if (!needed.empty()) schema["required"] = std::move(needed);
    return schema;
}

/// {"$ref": "#/components/schemas/<name>"}
[[nodiscard]] boost::json::object reference_to(std::string_view schema);
/// The schema of what an operation answers, by reference.
[[nodiscard]] boost::json::object answer_of(const operation&);

/// The operations that are there where these plugins are on.
template <class Take>
void each_operation(const operation_catalogue& of, const operation_catalogue::plugin_set& on, Take take) {
    for (const auto& one : of.all())
        if (!one.is_there || on.contains(one.group)) take(one);
}

/// All components; with each log event as "Event.<type>" and any of them as "Event".
[[nodiscard]] boost::json::object all_schemas(const operation_catalogue&,
                                              const operation_catalogue::plugin_set& on = {});

/// Title, version, licence; `description` in Markdown.
[[nodiscard]] boost::json::object info_of(std::string_view title, std::string_view description);

/// A whole input of the operation as an example; empty where none is written.
[[nodiscard]] boost::json::object example_of(std::string_view operation_name);

/// The groups of the kernel's operations with a sentence each.
[[nodiscard]] std::span<const named_schema> kernel_tags();
/// All groups, as both documents' tags; a plugin is one.
[[nodiscard]] boost::json::array all_tags(const operation_catalogue&, const operation_catalogue::plugin_set& on = {});

}  // namespace parley::transport
