// Putting people into a conversation and taking them out: rows and events, after access has said yes.
#pragma once

#include <span>

#include "kernel/access.hpp"

namespace parley::kernel {

/// Whether the caller may know that this account is there: itself, one it shares a conversation with, or with users.see
/// anybody's. Whom it may not look up is not there to be added or written to either, or that would be a way to look.
[[nodiscard]] bool knows(reading&, const actor&, user_id other);

/// The first members of a new conversation, who each hear conversation.joined; `owner` governs it.
/// Also stores the conversation, with its member_count set.
void add_first_members(const environment&, writing&, conversation&, std::span<const user> people, user_id owner,
                       moment now);

/// One more member, with conversation.joined and member.added. Also stores the conversation.
void add_one_member(const environment&, writing&, conversation&, const user&, member_role, moment now);

/// Also stores the conversation. `reason`: left, removed, banned.
void remove_one_member(writing&, conversation&, const member&, std::string_view reason, moment now);

}  // namespace parley::kernel
