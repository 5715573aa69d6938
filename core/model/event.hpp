// One entry of a tenant's event log.
#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "model/conversation.hpp"
#include "model/message.hpp"

namespace parley {

/// Who hears an event.
enum class audience : std::uint8_t {
    members = 1,  ///< the conversation's members
    user,         ///< one user, on all devices
    reviewers,    ///< of the conversation's members those who may review, and `user`, a held message's author
    contacts,     ///< everybody who shares a conversation with `user`, and that user
    entitled      ///< everybody in the tenant whose account has the permission that `heard_with` in `data` names
};

/// A message with what it replies to, as readers of either need both.
struct message_view {
    std::shared_ptr<const message> body;
    std::shared_ptr<const message> replied;  ///< null when it replies to none, or that is gone for good
};

/// A change that clients can see. The log keeps everything but `view` and `hearers`: a message's words are stored once,
/// in the message, so that deleting it for good leaves nothing behind in the log.
struct event {
    position at = 0;
    std::string type;  ///< "message.created"
    audience heard_by = audience::members;
    conversation_id conversation;
    user_id user;
    message_id about;          ///< the message it is about
    boost::json::object data;  ///< what the type's schema says, without the message's words
    moment created_at;
    message_view view;             ///< the message as it is now, where the type carries one
    std::vector<user_id> hearers;  ///< who shares a conversation with `user`, growing; for an audience of contacts
};

}  // namespace parley
