// One member after the other; the values of settings are the configuration's to judge.
#include "server/tenant_wish.hpp"

#include <cstdint>
#include <utility>

#include "base/json.hpp"
#include "base/text.hpp"
#include "config/checks.hpp"
#include "config/form_file.hpp"
#include "kernel/accounts.hpp"

namespace parley::server {
namespace json = boost::json;
namespace {

constexpr json_limits small_body{.max_bytes = 65'536, .max_depth = 6};
constexpr std::string_view below = "administrator.";

/// Only who makes a tenant names it in the body, and its first administrator.
enum class named_by : std::uint8_t { address = 1, body };

std::unexpected<error> wrong_type(std::string_view field, std::string_view is) {
    return failure(fault::invalid, "field_type", std::string(field) + " is " + std::string(is) + ".",
                   std::string(field));
}

result<void> take_text(std::string& into, const json::value& from, std::string_view field) {
    if (!from.is_string()) return wrong_type(field, "a text");
    into = from.get_string();
    return {};
}

result<void> take_administrator(tenant_wish& into, const json::value& from) {
    if (!from.is_object()) return wrong_type("administrator", "an object with a username");
    for (const auto& [key, value] : from.get_object()) {
        const auto field = std::string(below) + std::string(key);
        auto* const to = key == "username"       ? &into.administrator
                         : key == "display_name" ? &into.administrator_name
                                                 : nullptr;
        if (to == nullptr) {
            into.ignored.emplace_back(field);
        } else if (auto taken = take_text(*to, value, field); !taken) {
            return taken;
        }
    }
    return {};
}

result<void> take(tenant_wish& into, std::string_view name, const json::value& value, named_by by) {
    if (config::is_operators_word(name)) {
        into.settings[name] = value;
        return {};
    }
    if (name == "dry_run") {
        if (!value.is_bool()) return wrong_type(name, "true or false");
        into.dry_run = value.get_bool();
        return {};
    }
    if (name == "name" && by == named_by::body) return take_text(into.name, value, name);
    if (name == "administrator" && by == named_by::body) return take_administrator(into, value);
    into.ignored.emplace_back(name);
    return {};
}

error of_administrator(error why) {
    why.field = std::string(below) + why.field;
    return why;
}

}  // namespace

result<tenant_wish> read_tenant_wish(const transport::http_request& request, std::optional<std::string_view> name) {
    const auto given = parse_object(request.body.empty() ? "{}" : request.body, small_body);
    if (!given) return std::unexpected(given.error());
    tenant_wish made;
    made.name = name.value_or("");
    for (const auto& [key, value] : *given)
        if (auto taken = take(made, key, value, name ? named_by::address : named_by::body); !taken)
            return std::unexpected(taken.error());
    if (config::is_name(made.name)) return made;
    return failure(fault::invalid, "name_invalid",
                   "A tenant's name is up to 63 of a to z, 0 to 9, _ and -, and begins with a letter or a digit.",
                   "name");
}

result<void> check_administrator(const tenant_wish& wanted) {
    if (const auto good = parse_username(wanted.administrator); !good)
        return std::unexpected(of_administrator(good.error()));
    if (wanted.administrator_name.empty()) return {};
    if (const auto good = normalize_name(wanted.administrator_name, kernel::display_name_limits); !good) {
        return std::unexpected(of_administrator(good.error()));
    }
    return {};
}

}  // namespace parley::server
