// The names of a conversation's enumerations.
#include "model/conversation.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace parley {
namespace {

template <class Value>
using named = std::pair<std::string_view, Value>;

constexpr std::array visibilities{named<visibility>{"public", visibility::open},
                                  named<visibility>{"unlisted", visibility::unlisted},
                                  named<visibility>{"private", visibility::closed}};
constexpr std::array roles{named<member_role>{"member", member_role::member},
                           named<member_role>{"admin", member_role::admin},
                           named<member_role>{"owner", member_role::owner}};
constexpr std::array levels{named<notify_level>{"all", notify_level::all},
                            named<notify_level>{"mentions", notify_level::mentions},
                            named<notify_level>{"none", notify_level::none}};

template <class Table, class Value>
std::string_view name_in(const Table& table, Value value) {
    const auto found = std::ranges::find(table, value, [](const auto& one) { return one.second; });
    return found == table.end() ? std::string_view{} : found->first;
}

template <class Value, std::size_t Size>
std::optional<Value> value_in(const std::array<named<Value>, Size>& table, std::string_view name) {
    const auto found = std::ranges::find(table, name, [](const auto& one) { return one.first; });
    if (found == table.end()) return std::nullopt;
    return found->second;
}

}  // namespace

std::string_view name_of(visibility which) { return name_in(visibilities, which); }
std::string_view name_of(member_role which) { return name_in(roles, which); }
std::string_view name_of(notify_level which) { return name_in(levels, which); }

std::optional<visibility> parse_visibility(std::string_view name) { return value_in(visibilities, name); }
std::optional<member_role> parse_member_role(std::string_view name) { return value_in(roles, name); }
std::optional<notify_level> parse_notify_level(std::string_view name) { return value_in(levels, name); }

}  // namespace parley
