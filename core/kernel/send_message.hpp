// Sending a message.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "kernel/access.hpp"
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

/// Appends message.created, or message.held when a check wants a verdict first.
[[nodiscard]] result<sent_message> send_message(const environment&, writing&, const caller&,
                                                const send_message_command&);

}  // namespace parley::kernel
