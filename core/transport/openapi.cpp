// The OpenAPI document.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "transport/api_documents.hpp"
#include "transport/api_parts.hpp"
#include "transport/browser_session.hpp"
#include "transport/problem.hpp"

namespace parley::transport {
namespace json = boost::json;
namespace {

constexpr std::string_view about =
    "Everything Parley can do over HTTP. Ids are texts; sequences and positions are numbers; moments are UTC. "
    "Pages have cursors: `before`, `after`, `limit`. Members of a request that nobody knows are reported back as "
    "`ignored`. The same operations are commands of the WebSocket at `/api/v1/socket`, see `/api/v1/asyncapi.json`.";

/// What every operation may answer besides its own problems.
constexpr std::array usual_problems{400, 413, 429, 503};

bool in_body(const field& one) { return one.in == place::body; }

std::string_view place_name(place of) { return of == place::path ? "path" : of == place::header ? "header" : "query"; }

/// What a transfer takes and sends besides JSON.
json::object any_bytes() { return {{"schema", {{"type", "string"}, {"format", "binary"}}}}; }

json::object streamed_body_of(const operation& of) {
    if (of.carries == kernel::carried::takes_bytes)
        return {{"required", true}, {"content", {{"application/octet-stream", any_bytes()}}}};
    return {
        {"required", true},
        {"content",
         {{"multipart/form-data",
           {{"schema", {{"type", "object"}, {"additionalProperties", {{"type", "string"}, {"format", "binary"}}}}}}}}}};
}

json::array parameters_of(const operation& of, const json::object& example) {
    json::array all;
    for (const auto& one : of.fields) {
        if (in_body(one)) continue;
        auto schema = schema_of(one);
        schema.erase("description");
        json::object parameter{{"name", one.in == place::header ? one.header : one.name},
                               {"in", place_name(one.in)},
                               {"required", one.needed == field::presence::required},
                               {"description", one.sentence},
                               {"schema", std::move(schema)}};
        if (one.type == field_type::ids) parameter["explode"] = false;
        if (const auto* value = example.if_contains(one.name)) parameter["example"] = *value;
        all.emplace_back(std::move(parameter));
    }
    if (find_field(of, "client_key") != nullptr)
        all.emplace_back(json::object{{"$ref", "#/components/parameters/IdempotencyKey"}});
    return all;
}

json::object body_of(const operation& of, json::object example) {
    auto schema = schema_of_fields(of, in_body);
    const bool needed = schema.contains("required");
    json::object content{{"schema", std::move(schema)}};
    for (const auto& one : of.fields)
        if (!in_body(one)) example.erase(one.name);
    if (!example.empty()) content["example"] = std::move(example);
    return {{"required", needed}, {"content", {{"application/json", std::move(content)}}}};
}

/// A transfer answers with what its plugin replies: anything, as far as the server knows.
void add_transfer_responses(const operation& of, json::object& to) {
    for (const int status : {200, 201, 206})
        to[std::to_string(status)] =
            json::object{{"description", phrase_of(status)}, {"content", {{"*/*", any_bytes()}}}};
    std::vector<int> empty{204};
    if (of.carries == kernel::carried::sends) empty.insert(empty.end(), {302, 303, 304});
    for (const int status : empty) to[std::to_string(status)] = json::object{{"description", phrase_of(status)}};
    if (of.carries == kernel::carried::sends) to["416"] = json::object{{"$ref", "#/components/responses/Problem416"}};
    to["410"] = json::object{{"$ref", "#/components/responses/Problem410"}};
    to["507"] = json::object{{"$ref", "#/components/responses/Problem507"}};
}

json::object responses_of(const operation& of) {
    json::object all;
    if (sends_elsewhere(of.success))
        all[std::to_string(of.success)] = json::object{
            {"description", phrase_of(of.success)},
            {"headers",
             {{"Location", {{"description", "Where the browser goes on."}, {"schema", {{"type", "string"}}}}}}}};
    for (const int status : {of.success, of.existing})
        if (status != 0 && !sends_elsewhere(status))
            all[std::to_string(status)] =
                json::object{{"description", status == of.existing ? "It was there already." : phrase_of(status)},
                             {"content", {{"application/json", {{"schema", answer_of(of)}}}}}};
    if (of.carries != kernel::carried::json) add_transfer_responses(of, all);
    std::vector<int> problems(usual_problems.begin(), usual_problems.end());
    problems.insert(problems.end(), of.problems.begin(), of.problems.end());
    if (of.access == access_level::signed_in || of.answers == "SignedIn") problems.push_back(401);
    // By cookie without a CSRF token, before a second factor that is needed, with a token whose scope is too narrow.
    if (of.access == access_level::signed_in) problems.push_back(403);
    problems.push_back(404);
    std::ranges::sort(problems);
    for (const int status : problems) {
        const auto text = std::to_string(status);
        all[text] = json::object{{"$ref", "#/components/responses/Problem" + text}};
    }
    if (std::ranges::any_of(of.fields, in_body))
        all["415"] = json::object{{"$ref", "#/components/responses/Problem415"}};
    all["500"] = json::object{{"$ref", "#/components/responses/Problem500"}};
    return all;
}

json::array ways_to_ask() { return {json::object{{"token", json::array{}}}, json::object{{"cookie", json::array{}}}}; }

json::object item_of(const operation& of) {
    auto example = example_of(of.name);
    json::object item{{"operationId", of.name},
                      {"summary", of.sentence},
                      {"tags", json::array{of.group}},
                      {"responses", responses_of(of)}};
    if (auto parameters = parameters_of(of, example); !parameters.empty()) item["parameters"] = std::move(parameters);
    if (std::ranges::any_of(of.fields, in_body)) item["requestBody"] = body_of(of, std::move(example));
    if (takes_stream(of)) item["requestBody"] = streamed_body_of(of);
    item["security"] = of.access == access_level::anybody ? json::array{} : ways_to_ask();
    return item;
}

json::object paths(const operation_catalogue& catalogue, const operation_catalogue::plugin_set& on) {
    json::object all;
    each_operation(catalogue, on, [&](const operation& of) {
        std::string method(of.method);
        std::ranges::transform(method, method.begin(), [](char c) { return static_cast<char>(c - 'A' + 'a'); });
        if (!all.contains(of.path)) all[of.path] = json::object{};
        all.at(of.path).as_object()[method] = item_of(of);
    });
    return all;
}

json::object problem_responses() {
    json::object all;
    for (const int status : {400, 401, 403, 404, 409, 410, 413, 415, 416, 429, 500, 503, 507})
        all["Problem" + std::to_string(status)] =
            json::object{{"description", phrase_of(status)},
                         {"content", {{"application/problem+json", {{"schema", reference_to("Problem")}}}}}};
    all.at("Problem429").as_object()["headers"] = json::object{
        {"Retry-After",
         {{"description", "How many seconds to wait, where waiting helps; also `retry_after` in the problem."},
          {"schema", {{"type", "integer"}, {"minimum", 1}}}}}};
    return all;
}

/// Over HTTP, what an operation answers tells the ignored members too.
json::object schemas(const operation_catalogue& catalogue, const operation_catalogue::plugin_set& on) {
    auto all = all_schemas(catalogue, on);
    all.erase("CommandId");
    const auto allow_ignored = [&all](std::string_view name) {
        all.at(name).at("properties").as_object()["ignored"] = reference_to("Ignored");
    };
    allow_ignored("Nothing");
    each_operation(catalogue, on, [&](const operation& of) {
        if (!of.answers.empty()) allow_ignored(of.answers);
    });
    return all;
}

}  // namespace

std::string openapi_document(const operation_catalogue& catalogue, const operation_catalogue::plugin_set& on) {
    json::object document{
        {"openapi", "3.1.0"},
        {"info", info_of("Parley over HTTP", about)},
        {"servers", {{{"url", "/"}, {"description", "The server that gave this document."}}}},
        {"tags", all_tags(catalogue, on)},
        {"security", ways_to_ask()},
        {"paths", paths(catalogue, on)},
        {"components",
         {{"securitySchemes",
           {{"token", {{"type", "http"}, {"scheme", "bearer"}, {"description", "The token that session.open gave."}}},
            {"cookie",
             {{"type", "apiKey"},
              {"in", "cookie"},
              {"name", session_cookie},
              {"description",
               "What session.open gave a browser. Everything but reading takes the X-CSRF-Token too."}}}}},
          {"parameters",
           {{"IdempotencyKey",
             {{"name", "Idempotency-Key"},
              {"in", "header"},
              {"required", false},
              {"description", "The same as `client_key` in the body, which wins."},
              {"schema", {{"type", "string"}, {"maxLength", 64}}}}}}},
          {"responses", problem_responses()},
          {"schemas", schemas(catalogue, on)}}}};
    return json::serialize(document);
}

}  // namespace parley::transport
