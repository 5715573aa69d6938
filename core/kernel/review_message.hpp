// What is decided about held messages: by reviewers, and by the plugins that hold them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kernel/access.hpp"

namespace parley::kernel {

/// Lifts every hold that reviewers can lift. When nobody holds it any more it is published now: it gets its sequence
/// and message.created at this moment; otherwise it stays held, and message.held is appended with the holds that are
/// left. `conflict` unless it is held, while the conversation is archived, and with code held_by_plugin when nothing
/// that holds it is a reviewer's to lift.
[[nodiscard]] result<message_view> release_message(const environment&, writing&, const caller&, message_id);

/// Refuses it for good, whoever holds it; the author reads `reason` (1 to 500 graphemes). `conflict` unless it is held.
[[nodiscard]] result<message_view> reject_message(const environment&, writing&, const caller&, message_id,
                                                  std::string reason);

/// What a plugin says at last about a message that it holds.
struct hold_decision {
    enum class verdict : std::uint8_t { pass = 1, reject };
    verdict says = verdict::pass;
    std::string reason{};  ///< for the author, 1 to 500 graphemes; of a rejection
};

/// `holder` lifts its own hold, and the message is published when nobody else holds it; or rejects it for good. Whoever
/// decides second gets `conflict` with code message_decided: the message is not held any more, or not by this holder.
/// Nobody's rights are asked.
[[nodiscard]] result<message_view> decide_held(const environment&, writing&, std::string_view holder, message_id,
                                               const hold_decision&);

/// Messages of the tenant that `holder` has still to decide about, by id, after `after`; for after a restart.
[[nodiscard]] std::vector<message> held_by(reading&, std::string_view holder, message_id after, int limit);

}  // namespace parley::kernel
