// Rows to values and back.
#pragma once

#include <string>
#include <string_view>

#include "model/audit_entry.hpp"
#include "model/conversation.hpp"
#include "model/event.hpp"
#include "model/message.hpp"
#include "model/plugin_state.hpp"
#include "model/role.hpp"
#include "model/started_sign_in.hpp"
#include "model/user.hpp"
#include "storage/entities.hpp"

namespace parley::storage {

[[nodiscard]] tenant to_value(const tenant_row&);
[[nodiscard]] user to_value(const account_row&);
[[nodiscard]] access_token to_value(const access_token_row&);
[[nodiscard]] one_time_link to_value(const one_time_link_row&);
[[nodiscard]] started_sign_in to_value(const started_sign_in_row&);
[[nodiscard]] second_factor to_value(const second_factor_row&);
[[nodiscard]] custom_role to_value(const custom_role_row&);
[[nodiscard]] audit_entry to_value(const audit_entry_row&);
[[nodiscard]] conversation to_value(const conversation_row&);
[[nodiscard]] member to_value(const member_row&);
[[nodiscard]] conversation_ban to_value(const conversation_ban_row&);
/// Without mentions, which stand in rows of their own.
[[nodiscard]] message to_value(const message_row&);
[[nodiscard]] revision to_value(const revision_row&);
/// Without its view.
[[nodiscard]] event to_value(const event_row&);
[[nodiscard]] plugin_cursor to_value(const plugin_cursor_row&);
[[nodiscard]] plugin_job to_value(const plugin_job_row&);

// Rows whose value does not say the tenant are told.
[[nodiscard]] tenant_row to_row(const tenant&);
[[nodiscard]] account_row to_row(const user&);
[[nodiscard]] access_token_row to_row(const access_token&);
[[nodiscard]] one_time_link_row to_row(const one_time_link&);
[[nodiscard]] started_sign_in_row to_row(const started_sign_in&);
[[nodiscard]] second_factor_row to_row(const second_factor&);
[[nodiscard]] custom_role_row to_row(const custom_role&);
[[nodiscard]] audit_entry_row to_row(const audit_entry&);
[[nodiscard]] conversation_row to_row(const conversation&);
[[nodiscard]] member_row to_row(const member&, tenant_id);
[[nodiscard]] conversation_ban_row to_row(const conversation_ban&, tenant_id);
[[nodiscard]] message_row to_row(const message&);
[[nodiscard]] mention_row to_mention(const message&, std::size_t place);
[[nodiscard]] revision_row to_row(const revision&, tenant_id);
[[nodiscard]] event_row to_row(const event&, tenant_id);
[[nodiscard]] plugin_cursor_row to_row(const plugin_cursor&, tenant_id);
[[nodiscard]] plugin_job_row to_row(const plugin_job&);

/// What message.sender_key holds.
[[nodiscard]] std::string sender_key(user_id author, std::string_view client_key);

[[nodiscard]] inline bigint microseconds(moment at) { return at.time_since_epoch().count(); }

}  // namespace parley::storage
