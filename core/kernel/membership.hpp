// Joining, leaving, adding and removing people, and their roles in a conversation.
#pragma once

#include "kernel/access.hpp"

namespace parley::kernel {

/// Enters an open conversation, or a private channel with channels.enter_private. Being in already changes nothing.
[[nodiscard]] result<seen_conversation> join_conversation(const environment&, writing&, const caller&, conversation_id);
/// Leaves. `conflict` for the last owner while others are in: somebody must be able to govern it.
[[nodiscard]] result<void> leave_conversation(const environment&, writing&, const caller&, conversation_id);

/// Adds somebody, as the kind says who may. Being in already changes nothing.
[[nodiscard]] result<member_entry> add_member(const environment&, writing&, const caller&, conversation_id, user_id);
/// Removes somebody; for admins. An owner is removed by an owner only.
[[nodiscard]] result<void> remove_member(const environment&, writing&, const caller&, conversation_id, user_id);
/// By an owner, or the permission the kind names.
[[nodiscard]] result<member_entry> set_member_role(const environment&, writing&, const caller&, conversation_id,
                                                   user_id, member_role);

}  // namespace parley::kernel
