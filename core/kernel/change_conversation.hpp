// Changing, archiving and deleting a conversation.
#pragma once

#include <optional>
#include <string>

#include "kernel/access.hpp"

namespace parley::kernel {

/// What is given is changed, the rest stays.
struct change_conversation_command {
    conversation_id conversation;
    std::optional<std::string> name;
    std::optional<std::string> description;
    std::optional<std::string> topic;
    std::optional<std::string> team;
    std::optional<visibility> who_finds;
};

/// Appends conversation.updated. By the conversation's admins or the permission its kind names.
[[nodiscard]] result<conversation> change_conversation(const environment&, writing&, const caller&,
                                                       const change_conversation_command&);

enum class archival : std::uint8_t { archive = 1, restore };
/// An archived conversation stays readable and takes no new messages. Saying it twice changes nothing.
[[nodiscard]] result<conversation> archive_conversation(const environment&, writing&, const caller&, conversation_id,
                                                        archival);

/// Appends conversation.deleted; from then on nobody finds it. By its owner or the permission its kind names.
[[nodiscard]] result<void> delete_conversation(const environment&, writing&, const caller&, conversation_id);

}  // namespace parley::kernel
