// Keeping somebody out of a conversation, for a while or for good.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kernel/access.hpp"

namespace parley::kernel {

struct ban_command {
    conversation_id conversation;
    user_id user;
    std::optional<moment> until;  ///< nothing: for good
    std::string reason;           ///< for those who govern there; may be empty
};

/// Bars the user, and removes it when it is in: from now on the conversation is not there for it, also an open one, and
/// nobody can add it. Who is banned already is from now on banned in this way. For those who may remove members, of
/// kinds whose members are added; not of oneself, nor of who governs all such conversations; of an owner by owners
/// only.
[[nodiscard]] result<ban_entry> ban_member(const environment&, writing&, const caller&, ban_command);
/// Lets the user in again; it does not become a member by that. `not_found` when it is not banned.
[[nodiscard]] result<void> unban_member(const environment&, writing&, const caller&, conversation_id, user_id);
/// Who is banned now, by user id, after `after`. For those who may ban.
[[nodiscard]] result<std::vector<ban_entry>> list_bans(const environment&, reading&, const caller&, conversation_id,
                                                       user_id after, int limit);

}  // namespace parley::kernel
