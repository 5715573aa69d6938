// The settings that govern a conversation: its model's where it has one, else its tenant's.
#pragma once

#include "kernel/environment.hpp"

namespace parley::kernel {

[[nodiscard]] inline message_settings message_settings_of(const environment& env, const caller& by,
                                                          const conversation& in) {
    return env.settings.of(by.tenant_name)->messages_of(in.model);
}

}  // namespace parley::kernel
