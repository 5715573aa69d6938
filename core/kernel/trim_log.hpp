// Letting go of old events, so that the log does not grow for ever.
#pragma once

#include "kernel/environment.hpp"

namespace parley::kernel {

/// Forgets events older or more than the tenant's settings keep, but none that a plugin has yet to hear: one that is
/// switched off holds them until it is on again or removed (`parley plugin remove`). Clients that were away longer take
/// a snapshot. Answers whether anything was forgotten.
[[nodiscard]] bool trim_log(const environment&, writing&, std::string_view tenant_name);

}  // namespace parley::kernel
