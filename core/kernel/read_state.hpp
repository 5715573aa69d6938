// How far somebody has read, and what that leaves unread.
#pragma once

#include <optional>

#include "kernel/access.hpp"

namespace parley::kernel {

struct read_state {
    member as;
    unread_counts counts;
};

/// Moves the read position forward to `upto`; a position behind the present one changes nothing.
/// `invalid` beyond the conversation's last message. Appends read.updated, for the reader's own devices.
[[nodiscard]] result<read_state> mark_read(const environment&, writing&, const caller&, conversation_id, sequence upto);

/// Makes the message of that sequence the first unread one.
[[nodiscard]] result<read_state> mark_unread(const environment&, writing&, const caller&, conversation_id,
                                             sequence first_unread);

enum class pinning : std::uint8_t { pinned = 1, unpinned };
struct membership_change {
    std::optional<pinning> pin;
    std::optional<notify_level> notify;
};
/// One's own settings of a conversation. Appends membership.updated, for one's own devices.
[[nodiscard]] result<read_state> change_membership(const environment&, writing&, const caller&, conversation_id,
                                                   const membership_change&);

/// What the member has not read. Costs nothing when everything is read.
[[nodiscard]] unread_counts unread_of(reading&, const conversation&, const member&);

}  // namespace parley::kernel
