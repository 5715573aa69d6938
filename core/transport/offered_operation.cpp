// From a plugin's words to fields and a call.
#include "transport/offered_operation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>

#include "kernel/access.hpp"
#include "transport/api_parts.hpp"
#include "transport/run_operation.hpp"

namespace parley::transport {
namespace json = boost::json;
namespace {

constexpr std::size_t most_fields = 32;
constexpr std::int64_t most_ids = 200;

struct named_type {
    std::string_view name;
    field_type type;
};
constexpr std::array types{named_type{"text", field_type::text},       named_type{"id", field_type::id},
                           named_type{"ids", field_type::ids},         named_type{"integer", field_type::integer},
                           named_type{"boolean", field_type::boolean}, named_type{"object", field_type::object}};

std::unexpected<error> wrong(std::string why) { return invalid("command_field_invalid", std::move(why)); }

std::string text_in(const json::object& of, std::string_view name) {
    const auto* value = of.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::int64_t number_in(const json::object& of, std::string_view name) {
    const auto* value = of.if_contains(name);
    return value != nullptr && value->is_int64() ? value->as_int64() : 0;
}

bool is_field_name(std::string_view name) {
    return !name.empty() && name.size() <= 64 && name.front() >= 'a' && name.front() <= 'z' &&
           std::ranges::all_of(name,
                               [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

/// A header that a transfer may ask for: no cookies, no tokens, nothing that the server goes by itself.
bool is_header_name(std::string_view name) {
    static constexpr std::array<std::string_view, 7> ours{
        "Cookie", "Authorization", "Host", "Connection", "X-CSRF-Token", "Proxy-Authorization", "X-Parley-Tenant"};
    const auto token = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    };
    return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, token) &&
           std::ranges::none_of(ours, [&](auto one) { return same_token(one, name); });
}

bool is_in_path(std::string_view path, std::string_view name) {
    return path.find(fmt::format("/{{{}}}", name)) != std::string_view::npos;
}

/// Where it is carried: the path says so itself; otherwise the body, and the query where there is no body.
result<place> place_of(const kernel::offered_command& of, std::string_view name, std::string_view said) {
    const bool has_body = of.carries == kernel::carried::json && of.method != "GET" && of.method != "DELETE";
    const bool in_path = is_in_path(of.path, name);
    if (said.empty()) return in_path ? place::path : has_body ? place::body : place::query;
    if (in_path != (said == "path")) return wrong(fmt::format("\"{}\" and the path do not agree.", name));
    if (said == "path") return place::path;
    if (said == "query") return place::query;
    if (said == "body" && has_body) return place::body;
    if (said == "header" && of.carries != kernel::carried::json) return place::header;
    return wrong(fmt::format("\"{}\" is not in path or query, nor in a body that {} has.", name, of.method));
}

/// What the kernel's own things are called in a path; whoever may not see one gets the answer of one that is absent.
constexpr std::string_view conversation_field = "conversation";
constexpr std::string_view message_field = "message";

result<void> check_limits(field& of) {
    if (of.type == field_type::integer && of.least == 0 && of.most == 0) {
        of.least = std::numeric_limits<std::int64_t>::min();
        of.most = std::numeric_limits<std::int64_t>::max();
    }
    if (of.type == field_type::ids && of.most == 0) of.most = most_ids;
    if (of.most < 0 || (of.type == field_type::integer && of.least >= of.most))
        return wrong(fmt::format("\"{}\" has no range.", of.name));
    const bool whole = of.in == place::body || of.type != field_type::object;
    if (!whole || (of.in == place::path && of.type == field_type::ids))
        return wrong(fmt::format("\"{}\" cannot be carried in path or query.", of.name));
    if (of.in != place::path) return {};
    of.needed = field::presence::required;
    if ((of.name == conversation_field || of.name == message_field) && of.type != field_type::id)
        return wrong(fmt::format("\"{}\" in a path is the id of one.", of.name));
    return {};
}

result<field> read_field(const kernel::offered_command& of, const json::value& given,
                         const std::function<std::string_view(std::string)>& keep) {
    if (!given.is_object()) return wrong("A field is an object.");
    const auto& said = given.get_object();
    const auto name = text_in(said, "name");
    if (!is_field_name(name)) return wrong(fmt::format("\"{}\" is no name of a field.", name));
    const auto type = std::ranges::find(types, text_in(said, "type"), &named_type::name);
    if (type == types.end()) return wrong(fmt::format("\"{}\" has no type.", name));
    const auto in = place_of(of, name, text_in(said, "in"));
    if (!in) return std::unexpected(in.error());
    const auto* needed = said.if_contains("required");
    const bool is_needed = needed != nullptr && needed->is_bool() && needed->as_bool();
    auto sentence = text_in(said, "sentence");
    field made{.name = keep(name),
               .type = type->type,
               .in = *in,
               .needed = is_needed ? field::presence::required : field::presence::optional,
               .sentence = keep(sentence.empty() ? name + "." : std::move(sentence)),
               .least = number_in(said, "least"),
               .most = number_in(said, "most"),
               .choices = {}};
    const auto* secret = said.if_contains("secret");
    made.is_secret = secret != nullptr && secret->is_bool() && secret->get_bool();
    if (made.is_secret && of.path.find('{') != of.path.find(fmt::format("{{{}}}", name)))
        return wrong(fmt::format("\"{}\" is no secret: it is not the first placeholder of the path.", name));
    if (made.in == place::header) {
        made.header = keep(text_in(said, "header"));
        if (!is_header_name(made.header)) return wrong(fmt::format("\"{}\" has no header that it may have.", name));
    }
    if (name == "transfer" && of.carries != kernel::carried::json)
        return wrong("\"transfer\" is what the server itself says.");
    if (auto fits = check_limits(made); !fits) return std::unexpected(fits.error());
    return made;
}

/// Every placeholder of the path is a field.
result<void> check_placeholders(std::string_view path, const std::vector<field>& fields) {
    for (auto begin = path.find('{'); begin != std::string_view::npos; begin = path.find('{')) {
        const auto end = path.find('}', begin);
        const auto name = path.substr(begin + 1, end - begin - 1);
        if (std::ranges::count(fields, name, &field::name) != 1)
            return wrong(fmt::format("\"{}\" of the path is no field.", name));
        path.remove_prefix(end);
        if (is_in_path(path, name)) return wrong(fmt::format("\"{}\" stands twice in the path.", name));
    }
    return {};
}

/// Whether the caller sees the conversation and the message that the path names, and holds the permission there: what
/// is granted there counts. Without either, in the tenant. Notes the caller's name; gives the model of the
/// conversation.
result<std::string> may_call(call& it, kernel::reading& from, const kernel::offered_command& of, permission needed) {
    const auto& env = it.with.env;
    const auto who = kernel::access::authorise(env, from, it.by);
    if (!who) return std::unexpected(who.error());
    it.by.username = who->account().username;
    auto held = who->everywhere();
    std::string model;
    if (is_in_path(of.path, conversation_field)) {
        const auto in = kernel::access::see(env, from, *who, it.in.id<conversation_id>(conversation_field));
        if (!in) return std::unexpected(in.error());
        held = in->here;
        model = in->row.model;
    }
    if (is_in_path(of.path, message_field)) {
        const auto what = kernel::access::see(env, from, *who, it.in.id<message_id>(message_field));
        if (!what) return std::unexpected(what.error());
        held = what->in.here;
        model = what->in.row.model;
    }
    if (auto may = held.require(needed); !may) return std::unexpected(may.error());
    return model;
}

/// `what` lives as long as the server.
void tell(const kernel::offered_command& what, std::string model, call it) {
    const sure_reply reply(std::move(it.reply));
    what.run(std::move(it.by), std::move(model), it.in.values(), [reply](result<json::object> said) {
        if (!said) return reply(std::unexpected(std::move(said.error())));
        reply(answer{200, std::move(*said)});
    });
}

}  // namespace

result<std::vector<field>> read_fields(const kernel::offered_command& of,
                                       const std::function<std::string_view(std::string)>& keep) {
    std::vector<field> fields;
    if (const auto* list = of.input.if_contains("fields")) {
        if (!list->is_array() || list->get_array().size() > most_fields)
            return wrong("\"fields\" is a list of at most 32.");
        for (const auto& one : list->get_array()) {
            auto made = read_field(of, one, keep);
            if (!made) return std::unexpected(made.error());
            if (std::ranges::find(fields, made->name, &field::name) != fields.end())
                return wrong(fmt::format("\"{}\" stands twice.", made->name));
            fields.push_back(std::move(*made));
        }
    }
    if (auto fits = check_placeholders(of.path, fields); !fits) return std::unexpected(fits.error());
    return fields;
}

std::function<void(call)> run_offered(kernel::offered_command of, std::optional<permission> needed) {
    const auto what = std::make_shared<const kernel::offered_command>(std::move(of));
    if (!needed) return [what](call it) { tell(*what, {}, std::move(it)); };
    return [what, needed = *needed](call it) {
        const auto one = std::make_shared<call>(std::move(it));
        const auto check = [what, needed, one](kernel::reading& from) {
            auto model = may_call(*one, from, *what, needed);
            if (!model) return one->reply(std::unexpected(model.error()));
            tell(*what, *std::move(model), std::move(*one));
        };
        one->with.store.read({.tenant = one->by.tenant, .run = check, .failed = [one](error why) {
                                  one->reply(std::unexpected(std::move(why)));
                              }});
    };
}

const std::vector<std::string_view>& all_tag_names() {
    static const auto names = [] {
        std::vector<std::string_view> all;
        for (const auto& one : kernel_tags()) all.push_back(one.name);
        return all;
    }();
    return names;
}

}  // namespace parley::transport
