// Between JSON and plain structs that are described with BOOST_DESCRIBE_STRUCT: reading, writing, and their schema.
//
// A member may be bool, an integer, a floating-point number, std::string, sdk::text<N>, sdk::id, sdk::ids<N>,
// sdk::whole<A, B>, a described enum, std::vector, std::optional (which need not be given), std::map with string keys,
// another described struct, or JSON as it is.
//
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <boost/mp11/algorithm.hpp>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "parley/result.hpp"
#include "parley/values.hpp"

namespace parley::sdk {

namespace json = boost::json;

namespace detail {

enum class presence : std::uint8_t { required = 1, optional };

template <class T>
concept described = boost::describe::has_describe_members<T>::value && !std::is_union_v<T>;
template <class T>
concept described_enum = boost::describe::has_describe_enumerators<T>::value;

template <class T>
inline constexpr bool is_text = std::is_same_v<T, std::string>;
template <std::size_t N>
inline constexpr bool is_text<text<N>> = true;
template <class T>
inline constexpr bool is_ids = false;
template <std::size_t N>
inline constexpr bool is_ids<ids<N>> = true;
template <>
inline constexpr bool is_ids<std::vector<id>> = true;
template <class T>
inline constexpr bool is_whole = false;
template <std::int64_t A, std::int64_t B>
inline constexpr bool is_whole<whole<A, B>> = true;
template <class T>
inline constexpr bool is_list = is_ids<T>;
template <class T>
inline constexpr bool is_list<std::vector<T>> = true;
template <class T>
inline constexpr bool is_map = false;
template <class T>
inline constexpr bool is_map<std::map<std::string, T>> = true;
template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_json =
    std::is_same_v<T, json::object> || std::is_same_v<T, json::array> || std::is_same_v<T, json::value>;
template <class T>
inline constexpr bool is_integer = (std::is_integral_v<T> && !std::is_same_v<T, bool>) || is_whole<T>;

/// Calls with the name and the pointer of each member, those of bases first.
template <class T, class Function>
void for_each_member(Function&& with) {
    using namespace boost::describe;
    boost::mp11::mp_for_each<describe_members<T, mod_public | mod_inherited>>(
        [&](auto member) { with(std::string_view(member.name), member.pointer); });
}

/// What does not fit; the field's path is built while the reading unwinds.
[[nodiscard]] inline std::optional<error> misfit(std::string code, std::string sentence) {
    return invalid({}, std::move(code), std::move(sentence));
}

template <class T>
[[nodiscard]] std::optional<error> read(const json::value& from, T& into, presence members);

template <class T>
[[nodiscard]] std::optional<error> read_integer(const json::value& from, T& into) {
    std::int64_t number = 0;
    if (from.is_int64()) {
        number = from.get_int64();
    } else if (from.is_uint64() && from.get_uint64() <= std::numeric_limits<std::int64_t>::max()) {
        number = static_cast<std::int64_t>(from.get_uint64());
    } else {
        return misfit("field_type", "must be an integer");
    }
    if constexpr (is_whole<T>) {
        if (number < T::least || number > T::most) return misfit("field_range", "is out of its range");
    } else {
        // A 64-bit unsigned member takes what a signed one takes: JSON in browsers has no more anyway.
        if (std::is_unsigned_v<T> && number < 0) return misfit("field_range", "is out of its range");
        if (sizeof(T) < 8 && (number < static_cast<std::int64_t>(std::numeric_limits<T>::min()) ||
                              number > static_cast<std::int64_t>(std::numeric_limits<T>::max())))
            return misfit("field_range", "is out of its range");
    }
    into = static_cast<T>(number);
    return {};
}

template <class T>
[[nodiscard]] std::optional<error> read_text(const json::value& from, T& into) {
    if (!from.is_string()) return misfit("field_type", "must be a string");
    const auto& given = from.get_string();
    if constexpr (!std::is_same_v<T, std::string>)
        if (given.size() > T::most) return misfit("text_too_long", "is too long");
    into.assign(given.data(), given.size());
    return {};
}

[[nodiscard]] inline std::optional<error> read_id(const json::value& from, id& into) {
    if (from.is_null()) return {};
    if (!from.is_string()) return misfit("field_type", "must be an id, a string");
    into = id::parse({from.get_string().data(), from.get_string().size()});
    if (!into) return misfit("id_invalid", "is not an id");
    return {};
}

template <class T>
[[nodiscard]] std::optional<error> read_list(const json::value& from, T& into, presence members) {
    if (!from.is_array()) return misfit("field_type", "must be a list");
    if constexpr (requires { T::most; })
        if (from.get_array().size() > T::most) return misfit("field_range", "has too many entries");
    into.clear();
    for (const auto& one : from.get_array()) {
        typename T::value_type made{};
        if (auto wrong = read(one, made, members)) return wrong;
        into.push_back(std::move(made));
    }
    return {};
}

template <class T>
[[nodiscard]] std::optional<error> read_map(const json::value& from, T& into, presence members) {
    if (!from.is_object()) return misfit("field_type", "must be an object");
    for (const auto& [name, one] : from.get_object())
        if (auto wrong = read(one, into[std::string(name)], members)) return wrong;
    return {};
}

template <class T>
[[nodiscard]] std::optional<error> read_enum(const json::value& from, T& into) {
    if (!from.is_string()) return misfit("field_type", "must be a string");
    const std::string name(from.get_string());
    if (!boost::describe::enum_from_string(name.c_str(), into))
        return misfit("field_choice", "is none of the words that are possible");
    return {};
}

template <class T>
[[nodiscard]] std::optional<error> read_struct(const json::value& from, T& into, presence members) {
    if (!from.is_object()) return misfit("field_type", "must be an object");
    const auto& given = from.get_object();
    std::optional<error> wrong;
    for_each_member<T>([&](std::string_view name, auto pointer) {
        if (wrong) return;
        auto& member = into.*pointer;
        const auto* found = given.if_contains(name);
        if (found == nullptr) {
            if (members == presence::required && !is_optional<std::remove_cvref_t<decltype(member)>>)
                wrong = misfit("field_missing", "is missing");
        } else {
            wrong = read(*found, member, members);
        }
        if (wrong) wrong->field = std::string(name) + (wrong->field.empty() ? "" : "." + wrong->field);
    });
    return wrong;
}

template <class T>
std::optional<error> read(const json::value& from, T& into, presence members) {
    if constexpr (std::is_same_v<T, bool>) {
        if (!from.is_bool()) return misfit("field_type", "must be true or false");
        into = from.get_bool();
        return {};
    } else if constexpr (is_integer<T>) {
        return read_integer(from, into);
    } else if constexpr (std::is_floating_point_v<T>) {
        if (!from.is_number()) return misfit("field_type", "must be a number");
        into = from.to_number<T>();
        return {};
    } else if constexpr (is_text<T>) {
        return read_text(from, into);
    } else if constexpr (std::is_same_v<T, id>) {
        return read_id(from, into);
    } else if constexpr (is_list<T>) {
        return read_list(from, into, members);
    } else if constexpr (is_map<T>) {
        return read_map(from, into, members);
    } else if constexpr (is_optional<T>) {
        if (from.is_null()) return into.reset(), std::nullopt;
        return read(from, into.emplace(), members);
    } else if constexpr (std::is_same_v<T, json::object>) {
        if (!from.is_object()) return misfit("field_type", "must be an object");
        into = from.get_object();
        return {};
    } else if constexpr (std::is_same_v<T, json::array>) {
        if (!from.is_array()) return misfit("field_type", "must be a list");
        into = from.get_array();
        return {};
    } else if constexpr (std::is_same_v<T, json::value>) {
        into = from;
        return {};
    } else if constexpr (described_enum<T>) {
        return read_enum(from, into);
    } else {
        static_assert(described<T>, "a struct in JSON needs BOOST_DESCRIBE_STRUCT(name, (), (members))");
        return read_struct(from, into, members);
    }
}

}  // namespace detail

/// A value as JSON. since 1.0
template <class T>
[[nodiscard]] json::value to_json(const T& from) {
    if constexpr (detail::is_json<T>) {
        return from;
    } else if constexpr (std::is_same_v<T, id>) {
        return from ? json::value(from.text()) : json::value(nullptr);
    } else if constexpr (detail::is_text<T>) {
        return json::value(json::string(from.data(), from.size()));
    } else if constexpr (std::is_same_v<T, bool> || std::is_floating_point_v<T>) {
        return json::value(from);
    } else if constexpr (detail::is_integer<T>) {
        return json::value(static_cast<std::int64_t>(from));
    } else if constexpr (detail::is_optional<T>) {
        return from ? to_json(*from) : json::value(nullptr);
    } else if constexpr (detail::is_list<T>) {
        json::array all;
        all.reserve(from.size());
        for (const auto& one : from) all.push_back(to_json(one));
        return all;
    } else if constexpr (detail::is_map<T>) {
        json::object all;
        for (const auto& [name, one] : from) all.emplace(name, to_json(one));
        return all;
    } else if constexpr (detail::described_enum<T>) {
        return json::value(boost::describe::enum_to_string(from, ""));
    } else {
        static_assert(detail::described<T>, "a struct in JSON needs BOOST_DESCRIBE_STRUCT(name, (), (members))");
        json::object all;
        detail::for_each_member<T>(
            [&](std::string_view name, auto pointer) { all.emplace(name, to_json(from.*pointer)); });
        return all;
    }
}

/// JSON as a value; the error names the member that does not fit. Members that T does not have are ignored.
/// since 1.0
template <class T>
[[nodiscard]] result<T> from_json(const json::value& from) {
    T into{};
    if (auto wrong = detail::read(from, into, detail::presence::required)) {
        wrong->sentence =
            (wrong->field.empty() ? "The input" : "\"" + wrong->field + "\"") + " " + wrong->sentence + ".";
        return std::move(*wrong);
    }
    return into;
}

/// The JSON Schema of a type. since 1.0
template <class T>
[[nodiscard]] json::object schema_of() {
    if constexpr (std::is_same_v<T, bool>) {
        return {{"type", "boolean"}};
    } else if constexpr (detail::is_integer<T>) {
        return {{"type", "integer"}};
    } else if constexpr (std::is_floating_point_v<T>) {
        return {{"type", "number"}};
    } else if constexpr (detail::is_text<T> || std::is_same_v<T, id>) {
        return {{"type", "string"}};
    } else if constexpr (detail::is_list<T>) {
        return {{"type", "array"}, {"items", schema_of<typename T::value_type>()}};
    } else if constexpr (detail::is_map<T>) {
        return {{"type", "object"}, {"additionalProperties", schema_of<typename T::mapped_type>()}};
    } else if constexpr (std::is_same_v<T, json::array>) {
        return {{"type", "array"}};
    } else if constexpr (std::is_same_v<T, json::object>) {
        return {{"type", "object"}};
    } else if constexpr (std::is_same_v<T, json::value>) {
        return {};
    } else if constexpr (detail::is_optional<T>) {
        return {{"anyOf", json::array{json::object{{"type", "null"}}, schema_of<typename T::value_type>()}}};
    } else if constexpr (detail::described_enum<T>) {
        json::array words;
        boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>(
            [&](auto one) { words.emplace_back(one.name); });
        return {{"type", "string"}, {"enum", std::move(words)}};
    } else {
        json::object members;
        json::array needed;
        detail::for_each_member<T>([&](std::string_view name, auto pointer) {
            using member = std::remove_cvref_t<decltype(std::declval<T&>().*pointer)>;
            members.emplace(name, schema_of<member>());
            needed.emplace_back(name);
        });
        return {{"type", "object"}, {"properties", std::move(members)}, {"required", std::move(needed)}};
    }
}

}  // namespace parley::sdk
