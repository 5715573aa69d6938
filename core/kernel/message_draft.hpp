// What sending and editing have in common: the rules for a message's text, data mentions and holds.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "kernel/access.hpp"
#include "model/message.hpp"

namespace parley::kernel {

/// The most bytes of typed data beside a text.
inline constexpr std::size_t max_data_bytes = 16 * 1024;

/// `invalid` or `too_large`, naming the field, unless text and data are fit for a message of this type here.
[[nodiscard]] result<void> check_content(const environment&, const caller&, const conversation&, std::string_view type,
                                         const std::string& text, const boost::json::object& data);

/// The members of the conversation whom the text names.
[[nodiscard]] std::vector<user_id> mentioned_members(reading&, conversation_id, std::string_view text);

/// What a reason for a hold or a rejection may be.
inline constexpr text_limits reason_limits{.max_graphemes = 500, .max_bytes = 4000, .field = "reason"};
/// The same holds; a reason that cannot be shown is replaced by a sentence.
[[nodiscard]] std::vector<hold> fit_to_show(std::vector<hold>);

/// The message with what it replies to.
[[nodiscard]] message_view view_of(reading&, message);
/// The same for a page, with one look-up for all.
[[nodiscard]] std::vector<message_view> views_of(reading&, std::vector<message>);

/// Counts the thread of a reply again, stores it in the root and gives the root; nothing when the root is gone.
[[nodiscard]] std::optional<message> recount_thread(writing&, message_id root);

}  // namespace parley::kernel
