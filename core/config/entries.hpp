// Settings that are lists of objects: their members by name, secrets inside them, rules over several members.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "config/node.hpp"
#include "config/schema.hpp"
#include "config/secret.hpp"

namespace parley::config {

/// The list with its secrets resolved; problems and nothing when a member is unknown, has no value, stands where no
/// secret may, or leads to none. What is no list of objects is passed on for the schema to refuse.
[[nodiscard]] std::optional<node> resolve_entries(const node& list, const std::string& path, const setting& of,
                                                  const secret_sources& sources, problem_list& problems);

/// Where and what a fault of JSON Schema is, at "[0].algorithms[1]" below the list.
[[nodiscard]] std::pair<origin, std::string> entry_violation(const node& list, std::string_view below,
                                                             const setting& of);

struct entry_fault {
    std::string member;
    origin where;
    std::string message;
};
/// The first broken rule of ours in an entry of the right types; nothing when it is good.
[[nodiscard]] std::optional<entry_fault> broken_entry(const setting& of, const node& entry);

}  // namespace parley::config
