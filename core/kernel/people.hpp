// Putting people into a conversation and taking them out: rows and events, after access has said yes.
#pragma once

#include <span>

#include "kernel/access.hpp"

namespace parley::kernel {

/// The first members of a new conversation, who each hear conversation.joined; `owner` governs it.
/// Also stores the conversation, with its member_count set.
void add_first_members(const environment&, writing&, conversation&, std::span<const user> people, user_id owner,
                       moment now);

/// One more member, with conversation.joined and member.added. Also stores the conversation.
void add_one_member(const environment&, writing&, conversation&, const user&, member_role, moment now);

/// Also stores the conversation. `reason`: left, removed.
void remove_one_member(writing&, conversation&, const member&, std::string_view reason, moment now);

}  // namespace parley::kernel
