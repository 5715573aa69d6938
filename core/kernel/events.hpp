// Every event the kernel puts into the log, each made in one place.
#pragma once

#include <string_view>
#include <vector>

#include "kernel/access.hpp"
#include "model/event.hpp"

namespace parley::kernel::events {

/// To one user: the conversation and its membership, whole, because nothing of it was known before.
[[nodiscard]] event conversation_joined(const conversation&, const conversation_kind*, const member&,
                                        std::span<const user> people, moment);
/// To one user: nothing of the conversation is its to see any more. `reason`: left, removed, banned, deleted.
[[nodiscard]] event conversation_left(conversation_id, user_id, std::string_view reason, moment);
[[nodiscard]] event conversation_updated(const conversation&, const conversation_kind*, moment);
[[nodiscard]] event conversation_deleted(conversation_id, moment);

[[nodiscard]] event member_added(const member_entry&, std::int64_t member_count, moment);
[[nodiscard]] event member_updated(const member_entry&, moment);
[[nodiscard]] event member_removed(conversation_id, user_id, std::string_view reason, std::int64_t member_count,
                                   moment);

[[nodiscard]] event message_created(message_view, const message* thread_root, moment);
/// `before`: whom the message mentioned until now.
[[nodiscard]] event message_edited(message_view, const std::vector<user_id>& before, moment);
/// Soft: the words are gone, the place stays. `before`: whom it mentioned.
[[nodiscard]] event message_deleted(message_view, const std::vector<user_id>& before, const message* thread_root,
                                    moment);
/// Hard: nothing stays but its number.
[[nodiscard]] event message_purged(const message& before, const message* thread_root, moment);
/// To the author and reviewers: a message waits for a verdict.
[[nodiscard]] event message_held(message_view, moment);
/// To the author and reviewers: it will not be published; `state_reason` says why.
[[nodiscard]] event message_rejected(message_view, moment);
/// To the author and reviewers: a held or rejected message is no more.
[[nodiscard]] event message_withdrawn(const message& before, moment);

/// To one user: how far it has read and what that leaves.
[[nodiscard]] event read_updated(const member&, unread_counts, moment);
/// To one user: its own pins and notification level.
[[nodiscard]] event membership_updated(const member&, unread_counts, moment);
/// To one user: its role is another one now, or grants something else: `permissions`. What it knows was told under the
/// old ones.
[[nodiscard]] event rights_updated(const user&, const std::vector<std::string_view>& permissions, moment);
/// The same of the role that is granted to a member in its conversation.
[[nodiscard]] event rights_updated(const member&, const std::vector<std::string_view>& permissions, moment);
/// To one user: a session of its is over. `reason`: signed_out, password_changed, disabled, refresh_reused, expired.
[[nodiscard]] event session_ended(user_id, token_id, std::string_view reason, moment);
/// To everybody who shares a conversation with the user: `hearers`.
[[nodiscard]] event user_updated(const user&, std::vector<user_id> hearers, moment);

/// The log's types with a sentence each, for the API documents.
struct event_info {
    std::string_view type;
    std::string_view sentence;
};
[[nodiscard]] std::span<const event_info> all();

}  // namespace parley::kernel::events
