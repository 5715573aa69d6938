// A role that is granted to a member in one conversation, besides the account's own.
#pragma once

#include <string>

#include "kernel/access.hpp"

namespace parley::kernel {

/// Lets a member hold a role in the conversation, in place of one that was granted before. For who governs the
/// conversation, and only as far as all that either role grants is held there (`forbidden`, role_too_high). The member
/// keeps it until it is taken away or leaves.
[[nodiscard]] result<member_entry> grant_role(const environment&, writing&, const caller&, conversation_id, user_id,
                                              const std::string& role);

/// Takes it away; saying it twice changes nothing. For the same people.
[[nodiscard]] result<member_entry> withdraw_role(const environment&, writing&, const caller&, conversation_id, user_id);

}  // namespace parley::kernel
