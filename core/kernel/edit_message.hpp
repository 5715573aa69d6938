// Editing a message.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "kernel/access.hpp"
#include "kernel/judging.hpp"
#include "kernel/present.hpp"

namespace parley::kernel {

struct edit_message_command {
    message_id message;
    std::string text;
    std::optional<boost::json::object> data;  ///< nothing: stays as it is
};

struct edited_message {
    message_view view;
    viewer reader;  ///< who edited it
};

/// What is to be shown to those who judge, or the message as it is when the edit changes nothing.
struct unjudged_edit {
    edited_message same;  ///< its view without a body: there are changes, and `of` is to be judged
    message_case of;
};

/// Everything that is checked of an edit before anybody is asked to judge it.
[[nodiscard]] result<unjudged_edit> prepare_edit(const environment&, reading&, const caller&,
                                                 const edit_message_command&);

/// Keeps what it said as a revision and appends message.edited. An edit that changes nothing writes nothing.
/// Own messages within the window the tenant sets; others' with messages.edit_others. Never a deleted one. Nobody is
/// asked; what plugins may judge goes through judged_messages.
[[nodiscard]] result<edited_message> edit_message(const environment&, writing&, const caller&,
                                                  const edit_message_command&);

/// Stores exactly what was judged; rights are looked up again. A hold refuses.
[[nodiscard]] result<edited_message> edit_message(const environment&, writing&, const caller&,
                                                  const edit_message_command&, const judgement&);

/// What the message said before each of its edits, oldest first. A deleted message's words are for those who may
/// delete others' messages.
[[nodiscard]] result<std::vector<revision>> message_revisions(const environment&, reading&, const caller&, message_id);

}  // namespace parley::kernel
