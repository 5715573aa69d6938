// A conversation, its members, and what a kind of conversation allows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/id.hpp"

namespace parley {

/// A message's number within its conversation: 1, 2, 3 … without holes, given when it is published.
using sequence = std::int64_t;
/// A tenant's event position: 1, 2, 3 … without holes.
using position = std::int64_t;

enum class visibility : std::uint8_t {
    open = 1,  ///< anybody who may browse finds, reads and joins it
    unlisted,  ///< as open, but not in the list: joined by who knows it
    closed     ///< members only
};

struct conversation {
    conversation_id id;
    tenant_id tenant;
    std::string kind;   ///< a registered kind, see conversation_kind
    std::string model;  ///< the model's name, empty for none
    std::string team;   ///< free label, empty for none
    std::string name;
    std::string description;
    std::string topic;
    visibility who_finds = visibility::closed;
    user_id creator;
    std::string direct_key;  ///< "smaller-larger" user ids of a direct conversation, so that there is only one
    sequence last_sequence = 0;
    std::int64_t member_count = 0;
    moment created_at;
    moment updated_at;
    std::optional<moment> last_message_at;
    std::optional<moment> archived_at;
    std::optional<moment> deleted_at;
    friend bool operator==(const conversation&, const conversation&) = default;
};

/// "public", "unlisted", "private", and back.
[[nodiscard]] std::string_view name_of(visibility);
[[nodiscard]] std::optional<visibility> parse_visibility(std::string_view);

enum class member_role : std::uint8_t { member = 1, admin, owner };
enum class notify_level : std::uint8_t { all = 1, mentions, none };

/// As the enumerators are called, and back.
[[nodiscard]] std::string_view name_of(member_role);
[[nodiscard]] std::string_view name_of(notify_level);
[[nodiscard]] std::optional<member_role> parse_member_role(std::string_view);
[[nodiscard]] std::optional<notify_level> parse_notify_level(std::string_view);

struct member {
    conversation_id conversation;
    user_id user;
    member_role role = member_role::member;
    moment joined_at;
    position joined_position = 0;  ///< events of the conversation from here on are this member's
    sequence last_read = 0;
    notify_level notify = notify_level::all;
    std::optional<moment> pinned_at;
    std::string granted_role;  ///< a role's name, held in this conversation besides the account's own; empty: none
};

/// Somebody who must stay out of a conversation.
struct conversation_ban {
    conversation_id conversation;
    user_id user;
    user_id by;          ///< none: the system
    std::string reason;  ///< for those who govern there; empty: none was given
    moment created_at;
    std::optional<moment> until;  ///< nothing: for good

    [[nodiscard]] bool holds(moment now) const { return !until || now < *until; }
};

/// What a member has not read yet.
struct unread_counts {
    std::int64_t messages = 0;
    std::int64_t mentions = 0;
    friend bool operator==(const unread_counts&, const unread_counts&) = default;
};

}  // namespace parley
