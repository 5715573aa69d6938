// Making a conversation.
#pragma once

#include <string>
#include <vector>

#include "kernel/access.hpp"

namespace parley::kernel {

struct create_conversation_command {
    std::string kind = "channel";
    std::string name;
    std::string description;
    std::string topic;
    std::string team;
    std::string model;
    visibility who_finds = visibility::closed;
    std::vector<user_id> members;  ///< besides the caller, who is always in and owns it
};

struct created_conversation {
    conversation row;
    const conversation_kind* kind = nullptr;
    member as;             ///< the caller's
    bool existed = false;  ///< create-or-get gave the one that was there
};

/// Each member hears conversation.joined. For a kind of which the same people have one, gives that one back.
[[nodiscard]] result<created_conversation> create_conversation(const environment&, writing&, const caller&,
                                                               const create_conversation_command&);

/// The conversation of one user that notices arrive in; made by the system with the user.
void create_personal_conversation(const environment&, writing&, const user&);

/// The key under which the direct conversation of two people is found: smaller id, dash, larger id.
[[nodiscard]] std::string direct_key_of(user_id, user_id);

}  // namespace parley::kernel
