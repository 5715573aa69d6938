// How values look on the wire. The one place that decides whether a reader learns who really wrote a message.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string_view>

#include "kernel/access.hpp"
#include "model/event.hpp"

namespace parley::kernel {

/// What a reader may learn beyond what everybody in the conversation does.
struct viewer {
    user_id id;
    bool sees_authors = false;
};
/// As it reads in that conversation.
[[nodiscard]] viewer viewer_of(const actor&, const seen_conversation&);

[[nodiscard]] boost::json::object present(const shown_identity&);
[[nodiscard]] boost::json::object present(const thread_summary&);
/// What others see of an account.
[[nodiscard]] boost::json::object present(const user&);
[[nodiscard]] boost::json::object present(const conversation&, const conversation_kind*);
[[nodiscard]] boost::json::object present(const member&, unread_counts);
[[nodiscard]] boost::json::object present(const member_entry&);
[[nodiscard]] boost::json::object present(const ban_entry&);
[[nodiscard]] boost::json::object present(const message_view&, viewer);
/// The message that another one answers.
[[nodiscard]] boost::json::object present_replied(const message& original);
[[nodiscard]] boost::json::array present(const std::vector<hold>&);
/// "published", "held", "rejected".
[[nodiscard]] std::string_view name_of(message_state);
/// Whether this reader may learn who wrote it.
[[nodiscard]] bool knows_author(const message&, viewer);
/// For those who may see the message's history.
[[nodiscard]] boost::json::object present(const revision&);
/// "password", "personal", "service", "guest", "vouched".
[[nodiscard]] std::string_view name_of(token_kind);
/// A session or token without its secrets.
[[nodiscard]] boost::json::object present(const access_token&);
[[nodiscard]] boost::json::object present(const audit_entry&);

/// The event as it travels: type, position, conversation, at, data.
[[nodiscard]] boost::json::object present(const event&, viewer);
/// Whether readers with and without the right to authors get different texts of this event.
[[nodiscard]] bool hides_author(const event&);
/// Whether this reader gets the text that names the author.
[[nodiscard]] bool knows_author(const event&, viewer);

/// Identifiers as JSON, in their order.
[[nodiscard]] boost::json::array ids(const std::vector<user_id>&);
/// A moment as JSON, null for none.
[[nodiscard]] boost::json::value present(const std::optional<moment>&);

}  // namespace parley::kernel
