// Schemas of inputs and components, tags and examples.
#include "transport/api_parts.hpp"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <limits>

#include "base/version.hpp"
#include "kernel/events.hpp"
#include "transport/api_schemas.hpp"
#include "transport/schema_text.hpp"

namespace parley::transport {
namespace json = boost::json;
namespace {

constexpr std::string_view id_pattern = "^[1-9][0-9]{0,18}$";

constexpr std::array tags{
    named_schema{"sessions", "Signing in and out, and tokens."},
    named_schema{"users", "Oneself and other people."},
    named_schema{"conversations", "Making, finding, changing and ending conversations."},
    named_schema{"members", "The people of a conversation."},
    named_schema{"messages", "Sending, reading, editing, deleting and reviewing messages."},
    named_schema{"read state", "How far one has read, pins and notification levels."},
    named_schema{"log", "Snapshots and the event log."},
    named_schema{"live", "Presence and typing."},
    named_schema{"roles", "What the shipped roles grant, and roles of the tenant's own."},
    named_schema{"audit", "What was done to accounts, sessions and rights, and what was refused."},
    named_schema{"server", "What the server is and offers."},
};

constexpr std::array examples{
    named_schema{"session.open", R"({"username": "ann", "password": "correct horse battery staple"})"},
    named_schema{"session.vouch", R"({"user": "customer-4711", "display_name": "Ann", "expires": 1900000000,
        "signature": "5d5d139563c95b5967b9bd9a8c9b233a9dedb45072794cd232dc1b74832607d0"})"},
    named_schema{"session.jwt",
                 R"({"token": "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUub3JnIn0.DtEhU3lj"})"},
    named_schema{"session.guest", R"({"display_name": "Ann"})"},
    named_schema{"token.create", R"({"name": "Ann's laptop", "expires_at": "2030-01-31T09:30:00Z",
        "permissions": "messages.send users.see"})"},
    named_schema{"user.create", R"({"username": "helper", "role": "staff", "kind": "bot"})"},
    named_schema{"role.create", R"({"name": "reviewer", "sentence": "Looks at held messages.",
        "permissions": "messages.send messages.review"})"},
    named_schema{"user.update", R"({"status_text": "in a meeting"})"},
    named_schema{"conversation.create",
                 R"({"kind": "channel", "name": "Garden", "topic": "What grows", "visibility": "public"})"},
    named_schema{"direct.open", R"({"user": "7340032000000001"})"},
    named_schema{"member.add", R"({"conversation": "7340032000000002", "user": "7340032000000001"})"},
    named_schema{"member.ban", R"({"conversation": "7340032000000002", "user": "7340032000000001",
        "until": "2030-01-31T09:30:00Z", "reason": "Advertised."})"},
    named_schema{"message.send", R"({"conversation": "7340032000000002", "text": "Hello *Bob*, see https://example.org",
        "client_key": "5f0c2c1e"})"},
    named_schema{"message.list", R"({"conversation": "7340032000000002", "before": 120, "limit": 50})"},
    named_schema{"message.edit", R"({"message": "7340032000000003", "text": "Hello Bob"})"},
    named_schema{"message.reject", R"({"message": "7340032000000003", "reason": "It names a customer."})"},
    named_schema{"read.mark", R"({"conversation": "7340032000000002", "seq": 120})"},
    named_schema{"membership.update", R"({"conversation": "7340032000000002", "pinned": true, "notify": "mentions"})"},
    named_schema{"presence.set", R"({"presence": "away"})"},
    named_schema{"events.get", R"({"since": 4711, "limit": 200})"},
};

/// `data`: a whole schema.
json::object event_schema(std::string_view type, std::string_view sentence, json::value data) {
    auto made = whole_schema(json::object{{"description", sentence},
                                          {"properties",
                                           {{"type", {{"const", type}}},
                                            {"position", "Position"},
                                            {"conversation", "Id?"},
                                            {"at", "Moment"},
                                            {"data", "object"}}}});
    made.at("properties").as_object()["data"] = std::move(data);
    return std::move(made.as_object());
}

}  // namespace

json::object schema_of(const field& of) {
    json::object schema{{"type", "string"}, {"description", of.sentence}};
    switch (of.type) {
        case field_type::text:
            if (of.most > 0) schema["maxLength"] = of.most;
            break;
        case field_type::id:
            schema["pattern"] = id_pattern;
            break;
        case field_type::ids:
            schema["type"] = "array";
            schema["items"] = json::object{{"type", "string"}, {"pattern", id_pattern}};
            schema["maxItems"] = of.most;
            break;
        case field_type::integer:
            schema["type"] = "integer";
            schema["format"] = "int64";
            schema["minimum"] = of.least;
            if (of.most < std::numeric_limits<std::int64_t>::max()) schema["maximum"] = of.most;
            break;
        case field_type::boolean:
            schema["type"] = "boolean";
            break;
        case field_type::object:
            schema["type"] = "object";
            break;
        case field_type::moment:
            schema["format"] = "date-time";
            break;
        case field_type::choice:
            schema["enum"] = json::array(of.choices.begin(), of.choices.end());
            break;
    }
    return schema;
}

json::object reference_to(std::string_view schema) { return {{"$ref", "#/components/schemas/" + std::string(schema)}}; }

json::object answer_of(const operation& of) { return reference_to(of.answers.empty() ? "Nothing" : of.answers); }

json::object all_schemas(const operation_catalogue& catalogue, const operation_catalogue::plugin_set& on) {
    json::object all;
    for (const auto& one : api_schemas()) all[one.name] = read_schema(one.text);
    json::array any;
    for (const auto& info : kernel::events::all())
        for (const auto& data : event_data_schemas())
            if (data.name == info.type) {
                const auto name = "Event." + std::string(info.type);
                all[name] = event_schema(info.type, info.sentence, read_schema(data.text));
                any.emplace_back(reference_to(name));
            }
    for (const auto& one : catalogue.events()) {
        if (!on.contains(one.plugin)) continue;
        const auto name = "Event." + one.type;
        all[name] =
            event_schema(one.type, one.sentence, one.schema.empty() ? json::object{{"type", "object"}} : one.schema);
        any.emplace_back(reference_to(name));
    }
    for (const auto& one : catalogue.answers())
        if (on.contains(one.plugin)) all[one.name] = one.schema;
    all["Event"] = json::object{{"description", "One entry of the event log."}, {"oneOf", std::move(any)}};
    return all;
}

json::object info_of(std::string_view title, std::string_view description) {
    return {
        {"title", title},
        {"version", version},
        {"description", description},
        {"license", {{"name", "GPL-2.0-or-later"}, {"url", "https://www.gnu.org/licenses/old-licenses/gpl-2.0.html"}}}};
}

json::object example_of(std::string_view operation_name) {
    for (const auto& one : examples)
        if (one.name == operation_name) return json::parse({one.text.data(), one.text.size()}).as_object();
    return {};
}

std::span<const named_schema> kernel_tags() { return tags; }

json::array all_tags(const operation_catalogue& catalogue, const operation_catalogue::plugin_set& on) {
    json::array all;
    for (const auto& one : tags) all.emplace_back(json::object{{"name", one.name}, {"description", one.text}});
    for (const auto& one : catalogue.plugins())
        if (on.contains(one))
            all.emplace_back(json::object{{"name", one}, {"description", "What the plugin " + one + " offers."}});
    return all;
}

}  // namespace parley::transport
