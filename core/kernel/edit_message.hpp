// Editing a message.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "kernel/access.hpp"

namespace parley::kernel {

struct edit_message_command {
    message_id message;
    std::string text;
    std::optional<boost::json::object> data;  ///< nothing: stays as it is
};

/// Keeps what it said as a revision and appends message.edited. An edit that changes nothing writes nothing.
/// Own messages within the window the tenant sets; others' with messages.edit_others. Never a deleted one.
[[nodiscard]] result<message_view> edit_message(const environment&, writing&, const caller&,
                                                const edit_message_command&);

/// What the message said before each of its edits, oldest first. A deleted message's words are for those who may
/// delete others' messages.
[[nodiscard]] result<std::vector<revision>> message_revisions(const environment&, reading&, const caller&, message_id);

}  // namespace parley::kernel
