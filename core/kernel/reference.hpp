// The reference pages that are made from the kernel's own tables, so that they cannot tell something else.
#pragma once

#include <string>

namespace parley::kernel {

/// Markdown: who holds which permission.
[[nodiscard]] std::string permissions_reference();
/// Markdown: the kinds of conversation and what each lets whom do.
[[nodiscard]] std::string kinds_reference();
/// Markdown: the events of the log.
[[nodiscard]] std::string events_reference();

}  // namespace parley::kernel
