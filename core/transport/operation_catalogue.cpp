// What may be offered, and how an offer becomes an operation.
#include "transport/operation_catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <ranges>

#include "kernel/events.hpp"
#include "transport/offered_operation.hpp"

namespace parley::transport {
namespace {

constexpr std::string_view api_root = "/api/v1/";
constexpr std::array methods{"GET", "POST", "PUT", "PATCH", "DELETE"};
/// Addresses of the API that are no operations.
constexpr std::array other_addresses{"/api/v1/socket", "/api/v1/openapi.json", "/api/v1/asyncapi.json"};

bool is_word(std::string_view text, std::string_view besides) {
    return !text.empty() && text.size() <= 64 && text.front() >= 'a' && text.front() <= 'z' &&
           std::ranges::all_of(text, [&](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || besides.contains(c);
           });
}

/// "reaction.add": words with dots between, at least two.
bool is_dotted(std::string_view name) {
    return is_word(name, ".") && name.contains('.') && !name.ends_with('.') && !name.contains("..");
}

bool is_command_name(std::string_view name) { return is_dotted(name) && !name.ends_with(".answer"); }

bool is_path_under(std::string_view root, std::string_view path) {
    if (!path.starts_with(root) || path.size() == root.size() || path.size() > 256) return false;
    for (const auto part : std::views::split(path.substr(root.size()), '/')) {
        std::string_view one(part.begin(), part.end());
        if (one.starts_with('{')) {
            if (!one.ends_with('}') || !is_word(one.substr(1, one.size() - 2), {})) return false;
        } else if (!is_word(one, "-.")) {
            return false;
        }
    }
    return true;
}

/// Below the API; of a transfer also below the plugin's own name, that name alone, and the root.
bool is_path(const kernel::offered_command& of) {
    if (is_path_under(api_root, of.path)) return true;
    const auto own = fmt::format("/{}/", of.plugin);
    return of.carries != kernel::carried::json && (is_path_under(own, of.path) || of.path == own || of.path == "/");
}

/// Whether who may ask for it is everybody, which only transfers can be that name nothing of somebody's.
bool is_public(const kernel::offered_command& of) {
    return of.permission == kernel::public_permission && of.carries != kernel::carried::json &&
           !of.path.contains("/{conversation}") && !of.path.contains("/{message}");
}

template <class... Values>
std::unexpected<error> refused(const kernel::offered_command& of, fault kind, std::string code,
                               fmt::format_string<Values...> why, Values&&... values) {
    return failure(kind, std::move(code),
                   fmt::format("Plugin {}, command {}: {}", of.plugin, of.name,
                               fmt::format(why, std::forward<Values>(values)...)));
}

}  // namespace

operation_catalogue::operation_catalogue() {
    for (auto& one : kernel_operations()) enter(std::move(one));
}

void operation_catalogue::enter(operation of) {
    const auto& kept = all_.emplace_back(std::move(of));
    by_name_.emplace(kept.name, &kept);
    routes_.add(kept);
}

const operation* operation_catalogue::find(std::string_view name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : found->second;
}

result<route_match> operation_catalogue::route(std::string_view method, std::string_view path) const {
    return routes_.find(method, path);
}

std::string operation_catalogue::without_secrets(std::string_view path) const {
    std::string made(path);
    for (const auto before : before_secrets_)
        for (auto at = made.find(before); at != std::string::npos; at = made.find(before, at)) {
            at += before.size();
            made.replace(at, made.find('/', at) - at, "***");
        }
    return made;
}

result<void> operation_catalogue::check_is_free(const kernel::offered_command& of) const {
    if (find(of.name) != nullptr) return refused(of, fault::conflict, "command_taken", "The name is taken.");
    if (std::ranges::find(events_, of.name, &kernel::said_event_type::type) != events_.end())
        return refused(of, fault::conflict, "command_taken", "An event is called so.");
    const auto* there = routes_.overlapping(of.path);
    // A plugin may take several methods of a path of its own, and nobody else's path at all.
    for (const auto& one : all_)
        if (one.path == of.path && (one.group != of.plugin || one.method == of.method)) there = &one;
    if (there != nullptr)
        return refused(of, fault::conflict, "path_taken", "{} {} is {}'s ({}).", of.method, of.path, there->name,
                       there->path);
    return {};
}

operation_catalogue::plugin_set operation_catalogue::plugins_on(std::string_view tenant_name) const {
    plugin_set on;
    for (const auto& one : all_)
        if (std::ranges::find(plugins_, one.group) != plugins_.end() && is_there(one, tenant_name))
            on.emplace(one.group);
    for (const auto& one : events_)
        if (!one.is_on || one.is_on(tenant_name)) on.insert(one.plugin);
    return on;
}

result<std::vector<field>> operation_catalogue::fields_of(const kernel::offered_command& of) {
    auto fields = read_fields(of, [this](std::string text) { return keep(std::move(text)); });
    if (!fields) return refused(of, fault::invalid, "command_field_invalid", "{}", fields.error().message);
    return fields;
}

std::string_view operation_catalogue::keep_schema(const kernel::offered_command& of) {
    if (of.output.empty()) return {};
    auto schema = of.output;
    if (!schema.contains("type")) schema["type"] = "object";
    if (!schema.contains("properties")) schema["properties"] = boost::json::object{};
    return answers_.emplace_back(offered_schema{of.plugin, "Offered." + of.name, std::move(schema)}).name;
}

result<void> operation_catalogue::add(kernel::offered_command of, const permission_lookup& known) {
    if (!is_command_name(of.name) || std::ranges::find(all_tag_names(), of.plugin) != all_tag_names().end())
        return refused(of, fault::invalid, "command_name_invalid",
                       "A command is called like \"reaction.add\", and its plugin not like a part of the API.");
    const bool has_own_address = std::ranges::find(other_addresses, of.path) == other_addresses.end();
    const bool asks = of.method == "OPTIONS" && of.carries == kernel::carried::sends;
    const bool has_method = asks || std::ranges::find(methods, of.method) != methods.end();
    if (!has_method || !is_path(of) || !has_own_address)
        return refused(of, fault::invalid, "command_path_invalid",
                       "\"{} {}\" is no method and path such as PUT /api/v1/messages/{{message}}/stars.", of.method,
                       of.path);
    const bool anybody = is_public(of);
    const auto needed = anybody ? std::nullopt : known(of.permission);
    if (!needed && !anybody)
        return refused(of, fault::invalid, "permission_unknown", "There is no permission called \"{}\".",
                       of.permission);
    if (!of.output.empty() && of.output.contains("type") && of.output.at("type") != "object")
        return refused(of, fault::invalid, "command_field_invalid", "It must answer with an object.");
    if (auto is_free = check_is_free(of); !is_free) return is_free;
    auto fields = fields_of(of);
    if (!fields) return std::unexpected(fields.error());

    if (std::ranges::find(plugins_, of.plugin) == plugins_.end()) plugins_.push_back(of.plugin);
    operation made{.name = keep(of.name),
                   .method = keep(of.method),
                   .path = keep(of.path),
                   .group = keep(of.plugin),
                   .sentence = keep(of.sentence.empty() ? fmt::format("{} of {}.", of.name, of.plugin) : of.sentence),
                   .fields = std::move(*fields),
                   .answers = keep_schema(of),
                   .problems = {409},
                   .run = {}};
    if (std::ranges::any_of(made.fields, &field::is_secret))
        before_secrets_.insert(made.path.substr(0, made.path.find('{')));
    made.is_there = of.is_on;
    made.carries = of.carries;
    made.files = of.files;
    made.assets = of.assets;
    made.lent = of.lent;
    if (of.carries != kernel::carried::json) made.over = wires::http_alone;
    if (anybody) {
        made.access = access_level::anybody;
        made.counted_as = route_class::read;
    }
    if (takes_stream(made)) {
        made.counted_as = route_class::upload;
        made.problems.push_back(415);
        takes_streams_ = true;
    }
    made.run = run_offered(std::move(of), needed);
    enter(std::move(made));
    return {};
}

result<void> operation_catalogue::add(kernel::said_event_type of) {
    if (!is_dotted(of.type))
        return invalid(
            "event_type_invalid",
            fmt::format("Plugin {}: \"{}\" is no type of event such as reaction.added.", of.plugin, of.type));
    const auto& kernels = kernel::events::all();
    const bool taken = std::ranges::find(kernels, of.type, &kernel::events::event_info::type) != kernels.end() ||
                       std::ranges::find(events_, of.type, &kernel::said_event_type::type) != events_.end() ||
                       find(of.type) != nullptr;
    if (taken)
        return failure(
            fault::conflict, "event_taken",
            fmt::format("Plugin {}: the event {} is called like another event or command.", of.plugin, of.type));
    events_.push_back(std::move(of));
    return {};
}

}  // namespace parley::transport
