// Letting go of old events, so that the log does not grow for ever.
#pragma once

#include "kernel/environment.hpp"

namespace parley::kernel {

/// Forgets events older or more than the tenant's settings keep. Clients that were away longer take a snapshot.
/// Answers whether anything was forgotten.
[[nodiscard]] bool trim_log(const environment&, writing&, std::string_view tenant_name);

}  // namespace parley::kernel
