// What a reviewer, or a plugin on its behalf, decides about a held message.
#pragma once

#include "kernel/access.hpp"

namespace parley::kernel {

/// Publishes it now: it gets its sequence and message.created at this moment. `conflict` unless it is held,
/// and while the conversation is archived.
[[nodiscard]] result<message_view> release_message(const environment&, writing&, const caller&, message_id);

/// Refuses it for good; the author reads `reason` (1 to 500 graphemes). `conflict` unless it is held.
[[nodiscard]] result<message_view> reject_message(const environment&, writing&, const caller&, message_id,
                                                  std::string reason);

}  // namespace parley::kernel
