// The AsyncAPI document.
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "kernel/events.hpp"
#include "transport/api_documents.hpp"
#include "transport/api_parts.hpp"
#include "transport/api_schemas.hpp"
#include "transport/schema_text.hpp"

namespace parley::transport {
namespace json = boost::json;
namespace {

constexpr std::string_view about =
    "One frame is one JSON text. A client shows its token in the `Authorization` header of the handshake or, from a "
    "browser, as its first command `authenticate`; then comes `hello`. It goes on with `snapshot`, or with `resume` "
    "when it was here before; after `resumed` it hears what happens. Every command has an id, which its answer "
    "repeats. "
    "Every event has its position in the log: a client keeps the last one for `resume`.";

/// Commands of the connection itself, which are no operations.
struct connection_command {
    std::string_view name;
    std::string_view sentence;
    std::string_view data;    ///< schema in the short form
    std::string_view answer;  ///< schema in the short form
};
constexpr std::array connection_commands{
    connection_command{"authenticate", "Says who is there, when the handshake did not. Answered, and then comes hello.",
                       R"({"properties": {"token": "string"}})", R"("Nothing")"},
    connection_command{"resume",
                       "Sends the events after the last position that is known, then resumed, then what happens. When "
                       "the log does not reach back that far: snapshot_needed and a problem.",
                       R"({"properties": {"since": "Position"}})", R"({"properties": {"log_end": "Position"}})"},
    connection_command{"ping",
                       "Answered, and nothing else: for clients that cannot send the protocol's own pings and want to "
                       "know whether the connection lives. It does not count as activity.",
                       R"({"properties": {}})", R"("Nothing")"},
    connection_command{"snapshot",
                       "Answers with everything at one position, then sends the events from there as resume does.",
                       R"({"properties": {}})", R"("Snapshot")"},
};

json::object point_to(std::string_view message) {
    return {{"$ref", "#/channels/socket/messages/" + std::string(message)}};
}

/// A message of the channel; its name is also its key.
json::object message_of(std::string_view name, std::string_view sentence, json::value payload) {
    return {{"name", name}, {"summary", sentence}, {"payload", std::move(payload)}};
}

json::object command_frame(std::string_view name, json::object data) {
    json::array needed{"id", "command"};
    if (data.contains("required")) needed.emplace_back("data");
    return {
        {"type", "object"},
        {"required", std::move(needed)},
        {"properties", {{"id", reference_to("CommandId")}, {"command", {{"const", name}}}, {"data", std::move(data)}}}};
}

json::object answer_frame(json::array statuses, json::value data) {
    return {{"type", "object"},
            {"required", {"type", "id", "status", "data"}},
            {"additionalProperties", false},
            {"properties",
             {{"type", {{"const", "answer"}}},
              {"id", reference_to("CommandId")},
              {"status", {{"enum", std::move(statuses)}}},
              {"data", std::move(data)},
              {"ignored", reference_to("Ignored")}}}};
}

std::string answer_name(std::string_view command) { return std::string(command) + ".answer"; }

/// The document while it is put together.
struct parts {
    json::object messages;
    json::object operations;

    void add(json::object message) {
        const std::string name(message.at("name").as_string());
        messages[name] = std::move(message);
    }

    void add_command(std::string_view name, std::string_view sentence, std::string_view group) {
        json::object operation{{"action", "receive"},
                               {"channel", {{"$ref", "#/channels/socket"}}},
                               {"summary", sentence},
                               {"messages", {point_to(name)}},
                               {"reply",
                                {{"channel", {{"$ref", "#/channels/socket"}}},
                                 {"messages", {point_to(answer_name(name)), point_to("problem")}}}}};
        if (!group.empty()) operation["tags"] = json::array{{{"name", group}}};
        operations[name] = std::move(operation);
    }

    void add_sending(std::string_view name, std::string_view sentence, json::array sent) {
        operations[name] = json::object{{"action", "send"},
                                        {"channel", {{"$ref", "#/channels/socket"}}},
                                        {"summary", sentence},
                                        {"messages", std::move(sent)}};
    }
};

void add_operations(parts& to, const operation_catalogue& catalogue, const operation_catalogue::plugin_set& on) {
    each_operation(catalogue, on, [&](const operation& of) {
        if (of.over == wires::http_alone) return;
        auto data = schema_of_fields(of, [](const field&) { return true; });
        auto command = message_of(of.name, of.sentence, command_frame(of.name, std::move(data)));
        if (auto example = example_of(of.name); !example.empty())
            command["examples"] =
                json::array{{{"payload", {{"id", "1"}, {"command", of.name}, {"data", std::move(example)}}}}};
        to.add(std::move(command));
        json::array statuses{of.success};
        if (of.existing != 0) statuses.emplace_back(of.existing);
        to.add(message_of(answer_name(of.name), "It is done.", answer_frame(std::move(statuses), answer_of(of))));
        to.add_command(of.name, of.sentence, of.group);
    });
}

void add_connection_commands(parts& to) {
    for (const auto& one : connection_commands) {
        to.add(message_of(one.name, one.sentence, command_frame(one.name, read_schema(one.data).as_object())));
        to.add(message_of(answer_name(one.name), "It is done.", answer_frame({200}, read_schema(one.answer))));
        to.add_command(one.name, one.sentence, {});
    }
}

void add_events_and_frames(parts& to, const operation_catalogue& catalogue, const operation_catalogue::plugin_set& on) {
    json::array events;
    for (const auto& one : kernel::events::all()) {
        to.add(message_of(one.type, one.sentence, reference_to("Event." + std::string(one.type))));
        events.emplace_back(point_to(one.type));
    }
    for (const auto& one : catalogue.events()) {
        if (!on.contains(one.plugin)) continue;
        to.add(message_of(one.type, one.sentence, reference_to("Event." + one.type)));
        events.emplace_back(point_to(one.type));
    }
    to.add_sending("events", "What happens where the client may hear it, in the order of the log.", std::move(events));
    json::array frames;
    for (const auto& one : frame_schemas()) {
        auto payload = read_schema(one.text).as_object();
        const auto sentence = payload.at("description").as_string();
        to.add(message_of(one.name, sentence, std::move(payload)));
        if (one.name != "problem") frames.emplace_back(point_to(one.name));
    }
    to.add_sending("frames", "What is not in the log: the connection's own state, presence and typing.",
                   std::move(frames));
}

}  // namespace

std::string asyncapi_document(const operation_catalogue& catalogue, const operation_catalogue::plugin_set& on) {
    parts made;
    add_operations(made, catalogue, on);
    add_connection_commands(made);
    add_events_and_frames(made, catalogue, on);
    auto info = info_of("Parley over a WebSocket", about);
    info["tags"] = all_tags(catalogue, on);
    json::object document{
        {"asyncapi", "3.0.0"},
        {"info", std::move(info)},
        {"defaultContentType", "application/json"},
        {"servers",
         {{"here",
           {{"host", "{host}"},
            {"protocol", "wss"},
            {"description", "The server that gave this document."},
            {"variables", {{"host", {{"default", "localhost"}, {"description", "Host and port."}}}}},
            {"security", {{{"$ref", "#/components/securitySchemes/token"}}}}}}}},
        {"channels",
         {{"socket",
           {{"address", "/api/v1/socket"},
            {"description", "The one connection of a client; the subprotocol, if one is offered, is parley.v1."},
            {"messages", std::move(made.messages)}}}}},
        {"operations", std::move(made.operations)},
        {"components",
         {{"securitySchemes", {{"token", {{"type", "http"}, {"scheme", "bearer"}}}}},
          {"schemas", all_schemas(catalogue, on)}}}};
    return json::serialize(document);
}

}  // namespace parley::transport
