// Validation by valijson, which knows nothing of how we write schemas.
#include "transport/testing/schema_check.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <map>
#include <valijson/adapters/boost_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "transport/api_parts.hpp"
#include "transport/testing/kernel_catalogue.hpp"

namespace parley::transport::testing {
namespace json = boost::json;
namespace {

using adapter = valijson::adapters::BoostJsonAdapter;

/// valijson ends the program when a format meets a value that is no text. Patterns say the same here.
void drop_formats(json::value& in) {
    if (auto* all = in.if_array())
        for (auto& one : *all) drop_formats(one);
    if (auto* object = in.if_object()) {
        object->erase("format");
        for (auto& [name, value] : *object) drop_formats(value);
    }
}

const valijson::Schema& compiled(const json::object& schema) {
    static std::map<std::string, valijson::Schema> known;
    const auto [found, is_new] = known.try_emplace(json::serialize(schema));
    if (is_new) {
        auto whole = schema;
        whole["components"] = json::object{{"schemas", all_schemas(kernel_catalogue())}};
        json::value root(std::move(whole));
        drop_formats(root);
        valijson::SchemaParser().populateSchema(adapter(root), found->second);
    }
    return found->second;
}

}  // namespace

std::string misfit(const json::object& schema, const json::value& value) {
    // What counts is what a client reads.
    auto text = json::serialize(value);
    const auto read = json::parse(text);
    valijson::Validator validator;
    valijson::ValidationResults why;
    if (validator.validate(compiled(schema), adapter(read), &why)) return {};
    for (valijson::ValidationResults::Error one; why.popError(one);) {
        text += "\n";
        for (const auto& step : one.context) text += step;
        text += ": " + one.description;
    }
    return text;
}

std::string misfit(std::string_view component, const json::value& value) {
    return misfit(json::object{{"allOf", json::array{reference_to(component)}}}, value);
}

}  // namespace parley::transport::testing
