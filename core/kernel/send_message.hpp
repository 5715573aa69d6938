// Sending a message.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "kernel/access.hpp"
#include "kernel/judging.hpp"
#include "model/event.hpp"

namespace parley::kernel {

struct send_message_command {
    conversation_id conversation;
    std::string type = "text";
    std::string text;
    boost::json::object data;
    message_id reply_to;     ///< none for no reply
    message_id thread_root;  ///< none for the conversation itself
    std::string client_key;  ///< at most 64 bytes; sending the same key again gives the first message back
    /// Set by plugins that let somebody write as a persona; never from a request.
    std::optional<shown_identity> shown;
};

struct sent_message {
    message_view view;
    bool repeated = false;  ///< the client key was known; nothing was written
};

/// What is to be shown to those who judge, or the message that this key was used for before.
struct unjudged_message {
    message_view before;  ///< without a body: there is none, and `of` is to be judged
    message_case of;
};

/// Everything that is checked of a message before anybody is asked to judge it.
[[nodiscard]] result<unjudged_message> prepare_message(const environment&, reading&, const caller&,
                                                       const send_message_command&);

/// Appends message.created. Nobody is asked; what plugins may judge goes through judged_messages.
[[nodiscard]] result<sent_message> send_message(const environment&, writing&, const caller&,
                                                const send_message_command&);

/// Stores exactly what was judged, checked like what a client sends; rights are looked up again. Appends
/// message.created, or message.held when somebody holds it.
[[nodiscard]] result<sent_message> send_message(const environment&, writing&, const caller&,
                                                const send_message_command&, const judgement&);

}  // namespace parley::kernel
