// The parts of an operation that a plugin offers: its fields, and how it is run. Seen by operation_catalogue.cpp only.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/offered_command.hpp"
#include "transport/operation.hpp"

namespace parley::transport {

/// The fields of {"fields": [...]}; texts are kept by `keep`. Errors say which field is wrong, and why.
[[nodiscard]] result<std::vector<field>> read_fields(const kernel::offered_command&,
                                                     const std::function<std::string_view(std::string)>& keep);

/// Checks the caller's permission, if any is needed, and only then tells the plugin.
[[nodiscard]] std::function<void(call)> run_offered(kernel::offered_command, std::optional<permission> needed);

/// What the kernel's own groups are called.
[[nodiscard]] const std::vector<std::string_view>& all_tag_names();

}  // namespace parley::transport
