// Reading conversations and people.
#pragma once

#include <string>
#include <vector>

#include "kernel/access.hpp"
#include "kernel/read_state.hpp"

namespace parley::kernel {

struct listed_conversation {
    conversation row;
    const conversation_kind* kind = nullptr;
    std::optional<read_state> as;  ///< nothing when the caller is not a member
};

/// The caller's own conversations.
[[nodiscard]] result<std::vector<listed_conversation>> my_conversations(const environment&, reading&, const caller&);
[[nodiscard]] result<listed_conversation> read_conversation(const environment&, reading&, const caller&,
                                                            conversation_id);

struct browse_query {
    std::string contains;
    std::string after_name;  ///< with after_id: the last entry of the page before
    conversation_id after_id;
    int limit = 50;
};
/// Public channels by name, for those who may browse.
[[nodiscard]] result<std::vector<listed_conversation>> browse_conversations(const environment&, reading&, const caller&,
                                                                            const browse_query&);

/// By user id, after `after`.
[[nodiscard]] result<std::vector<member_entry>> read_members(const environment&, reading&, const caller&,
                                                             conversation_id, user_id after, int limit);

/// Everybody with whom the caller shares a conversation, itself included.
[[nodiscard]] result<std::vector<user_id>> my_contacts(const environment&, reading&, const caller&);

/// People of the tenant by username, for those who may look them up.
[[nodiscard]] result<std::vector<user>> list_users(const environment&, reading&, const caller&, std::string_view prefix,
                                                   std::string_view after, int limit);
/// The same for those who manage them.
[[nodiscard]] result<std::vector<user>> list_accounts(const environment&, reading&, const caller&,
                                                      std::string_view prefix, std::string_view after, int limit);
/// Oneself, somebody with whom a conversation is shared, or anybody for those who may look people up.
[[nodiscard]] result<user> read_user(const environment&, reading&, const caller&, user_id);

}  // namespace parley::kernel
