// Finds one section in the bytes of a shared library, whatever the bytes are.
#pragma once

#include <string_view>

#include "base/error.hpp"

namespace parley::plugins {

/// The contents of the section, a part of `file`. Trusts nothing in it: every number is held against the size first.
/// Errors, each a sentence for an operator: elf_not_library, elf_wrong_class, elf_wrong_machine, elf_damaged,
/// elf_no_section.
[[nodiscard]] result<std::string_view> find_section(std::string_view file, std::string_view name);

}  // namespace parley::plugins
