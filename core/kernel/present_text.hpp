// Messages and events as the text of their JSON, without values in between: see present.hpp for what is in them.
#pragma once

#include <string>

#include "kernel/present.hpp"

namespace parley::kernel {

/// What present() makes of it, as text.
[[nodiscard]] std::string present_text(const message_view&, viewer);

/// As an event travels over the WebSocket: what present() makes of it, but its message is without the members that say
/// what goes without saying. Those are `content`, where it is the text and nothing more, and `data`, `reply_to`,
/// `thread_root`, `thread`, `state`, `mentions`, `edited_at` and `deleted_at`, where they are {}, null, no replies,
/// "published" and []. Half of a short message's bytes were these, for each of its hearers.
[[nodiscard]] std::string present_text(const event&, viewer);

}  // namespace parley::kernel
