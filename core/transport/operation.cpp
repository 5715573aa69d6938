// From what a client sent to input that fits its operation.
#include "transport/operation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <charconv>
#include <sstream>

#include "base/text.hpp"
#include "transport/moment_text.hpp"
#include "transport/operations.hpp"

namespace parley::transport {
namespace json = boost::json;
namespace {

std::string_view view_of(const json::string& text) { return {text.data(), text.size()}; }

/// Any thing's id; they are all written alike.
using any_id = id<struct any_tag>;

std::unexpected<error> wrong_type(const field& of, std::string_view expected) {
    return invalid("field_type", fmt::format("\"{}\" must be {}.", of.name, expected), std::string(of.name));
}

std::unexpected<error> wrong_id(const field& of) {
    return invalid("id_invalid", fmt::format("\"{}\" must be an id: decimal digits in a text.", of.name),
                   std::string(of.name));
}

bool is_id(const json::value& value) {
    return value.is_string() && any_id::parse(view_of(value.get_string())).has_value();
}

result<void> check_text_field(const field& of, const json::value& value) {
    if (!value.is_string()) return wrong_type(of, "a text");
    const auto text = view_of(value.get_string());
    // A NUL would end the text early in a database, and bytes that are no text come from percent-encoding only.
    if (!is_utf8(text) || text.find('\0') != std::string_view::npos)
        return invalid("text_invalid", fmt::format("\"{}\" is not UTF-8 without NUL.", of.name), std::string(of.name));
    if (of.most > 0 && text.size() > static_cast<std::size_t>(of.most))
        return invalid("text_too_long", fmt::format("\"{}\" is longer than {} bytes.", of.name, of.most),
                       std::string(of.name));
    return {};
}

result<void> check_integer(const field& of, const json::value& value) {
    if (!value.is_int64() && !value.is_uint64()) return wrong_type(of, "an integer");
    const auto* number = value.if_int64();
    if (number != nullptr && *number >= of.least && *number <= of.most) return {};
    return invalid("field_range", fmt::format("\"{}\" must be between {} and {}.", of.name, of.least, of.most),
                   std::string(of.name));
}

result<void> check_ids(const field& of, const json::value& value) {
    if (!value.is_array()) return wrong_type(of, "a list of ids");
    const auto& all = value.get_array();
    if (all.size() > static_cast<std::size_t>(of.most))
        return invalid("field_range", fmt::format("\"{}\" has more than {} entries.", of.name, of.most),
                       std::string(of.name));
    if (!std::ranges::all_of(all, is_id)) return wrong_id(of);
    return {};
}

result<void> check_choice(const field& of, const json::value& value) {
    if (!value.is_string()) return wrong_type(of, "a text");
    if (std::ranges::find(of.choices, view_of(value.get_string())) != of.choices.end()) return {};
    return invalid("field_choice", fmt::format("\"{}\" must be one of: {}.", of.name, fmt::join(of.choices, ", ")),
                   std::string(of.name));
}

result<void> check_moment(const field& of, const json::value& value) {
    if (value.is_string() && parse_moment(view_of(value.get_string()))) return {};
    return wrong_type(of, "a moment such as 2030-01-31T09:30:00Z");
}

result<void> check_field(const field& of, const json::value& value) {
    switch (of.type) {
        case field_type::text:
            return check_text_field(of, value);
        case field_type::id:
            if (!is_id(value)) return wrong_id(of);
            return {};
        case field_type::ids:
            return check_ids(of, value);
        case field_type::integer:
            return check_integer(of, value);
        case field_type::boolean:
            if (!value.is_bool()) return wrong_type(of, "true or false");
            return {};
        case field_type::object:
            if (!value.is_object()) return wrong_type(of, "an object");
            return {};
        case field_type::moment:
            return check_moment(of, value);
        case field_type::choice:
            return check_choice(of, value);
    }
    return {};
}

/// Decimal as JSON writes it: no sign but a minus, no leading zero.
std::optional<std::int64_t> parse_integer(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{} || end != text.data() + text.size() || std::to_string(value) != text)
        return std::nullopt;
    return value;
}

json::array split_at_commas(std::string_view text) {
    json::array all;
    for (auto comma = text.find(','); comma != std::string_view::npos; comma = text.find(',')) {
        all.emplace_back(text.substr(0, comma));
        text.remove_prefix(comma + 1);
    }
    all.emplace_back(text);
    return all;
}

result<json::value> value_of_text(const field& of, std::string_view text) {
    switch (of.type) {
        case field_type::integer: {
            const auto number = parse_integer(text);
            if (!number) return wrong_type(of, "an integer");
            return json::value(*number);
        }
        case field_type::boolean:
            if (text != "true" && text != "false") return wrong_type(of, "true or false");
            return json::value(text == "true");
        case field_type::ids:
            return json::value(split_at_commas(text));
        case field_type::text:
        case field_type::id:
        case field_type::object:  // has no form in a path or query, so the check refuses the text
        case field_type::moment:
        case field_type::choice:
            break;
    }
    return json::value(json::string_view(text.data(), text.size()));
}

}  // namespace

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> all;
    std::istringstream words{std::string(text)};
    for (std::string one; words >> one;) all.push_back(one);
    return all;
}

std::string input::text(std::string_view name) const { return optional_text(name).value_or(std::string{}); }

std::optional<std::string> input::optional_text(std::string_view name) const {
    if (!has(name)) return std::nullopt;
    return std::string(view_of(values_.at(name).as_string()));
}

std::int64_t input::integer(std::string_view name, std::int64_t otherwise) const {
    return has(name) ? values_.at(name).as_int64() : otherwise;
}

std::optional<bool> input::boolean(std::string_view name) const {
    if (!has(name)) return std::nullopt;
    return values_.at(name).as_bool();
}

std::optional<json::object> input::object(std::string_view name) const {
    if (!has(name)) return std::nullopt;
    return values_.at(name).as_object();
}

std::optional<parley::moment> input::moment(std::string_view name) const {
    if (!has(name)) return std::nullopt;
    return parse_moment(view_of(values_.at(name).as_string()));
}

route_class class_of(const operation& of) {
    if (of.counted_as) return *of.counted_as;
    if (of.method == "GET") return route_class::read;
    return of.access == access_level::anybody ? route_class::sign_in : route_class::write;
}

std::vector<operation> kernel_operations() {
    std::vector<operation> all;
    for (auto* part : {session_operations, token_operations, password_operations, user_operations, account_operations,
                       conversation_operations, member_operations, ban_operations, message_operations,
                       read_state_operations, log_operations, live_operations, audit_operations, role_operations,
                       office_operations, jwt_operations, sign_in_operations})
        std::ranges::move(part(), std::back_inserter(all));
    return all;
}

const field* find_field(const operation& of, std::string_view name) {
    const auto found = std::ranges::find(of.fields, name, &field::name);
    return found == of.fields.end() ? nullptr : &*found;
}

result<json::value> from_query_text(const field& of, std::string_view text) {
    auto value = value_of_text(of, text);
    if (!value) return value;
    if (auto fits = check_field(of, *value); !fits) return std::unexpected(fits.error());
    return value;
}

result<input> check_input(const operation& of, json::object given, std::vector<std::string>& ignored) {
    json::object checked(given.storage());  // so that what is moved stays where it is
    for (const auto& one : of.fields) {
        auto* value = given.if_contains(one.name);
        if (value == nullptr) {
            if (one.needed == field::presence::optional) continue;
            return invalid("field_missing", fmt::format("\"{}\" is missing.", one.name), std::string(one.name));
        }
        if (auto fits = check_field(one, *value); !fits) return std::unexpected(fits.error());
        checked.emplace(one.name, std::move(*value));
    }
    for (const auto& member : given)
        if (find_field(of, member.key()) == nullptr) ignored.emplace_back(member.key());
    return input(std::move(checked));
}

}  // namespace parley::transport
