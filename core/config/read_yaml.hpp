// YAML text into a tree of values, within limits; the only place that names yaml-cpp.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "config/node.hpp"

namespace parley::config {

struct yaml_limits {
    static constexpr std::size_t bytes = 1024 * 1024;
    static constexpr std::size_t depth = 32;
    static constexpr std::size_t nodes = 20000;
};

/// Reads one document whose root is an object; an empty text is an empty object. Anchors, aliases, explicit tags,
/// duplicate keys, a second document and text that is not UTF-8 are problems. Nothing when the text could not be read
/// to its end; with lesser problems there is still a tree, so that more of them can be found.
/// `name` and `kind` say where the text comes from.
[[nodiscard]] std::optional<node> read_yaml(std::string_view text, const std::shared_ptr<const std::string>& name,
                                            problem_list& problems, origin_kind kind = origin_kind::file);

}  // namespace parley::config
