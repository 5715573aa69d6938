// Messages that wait: which ones are held, and how they come into the queue and leave it.
#pragma once

#include <parley/storage.hpp>

namespace approval {

namespace sdk = parley::sdk;

[[nodiscard]] sdk::task<sdk::send_verdict> judge_message(sdk::kept_draft draft);
[[nodiscard]] sdk::verdict judge_edit(const sdk::draft& draft);

/// Gives whether one more waits.
[[nodiscard]] sdk::task<bool> message_was_held(sdk::event event);
[[nodiscard]] sdk::task<> message_was_rejected(sdk::event event);
[[nodiscard]] sdk::task<> message_was_withdrawn(sdk::event event);
[[nodiscard]] sdk::task<> message_was_purged(sdk::event event);

}  // namespace approval
