// A message: who wrote it, who is shown, what it says, and in which state it is.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "model/conversation.hpp"

namespace parley {

/// The identity that readers see. `account` for a plain user, otherwise a persona's.
struct shown_identity {
    enum class source : std::uint8_t { account = 1, persona };
    source from = source::account;
    std::int64_t id = 0;  ///< the user's or the persona's
    std::string name;     ///< a persona's name as it was then; empty for an account
    std::string avatar;   ///< a persona's picture, empty for none
    friend bool operator==(const shown_identity&, const shown_identity&) = default;
};

enum class message_state : std::uint8_t {
    published = 1,
    held,     ///< waits for a verdict: for its author and reviewers only, on every path
    rejected  ///< refused with a reason: for its author and reviewers only
};

/// What a thread's first message tells about its replies; counts published replies that are not deleted.
struct thread_summary {
    std::int64_t replies = 0;
    std::optional<moment> last_reply_at;
    std::vector<shown_identity> participants;  ///< at most 20, in order of their first reply
    friend bool operator==(const thread_summary&, const thread_summary&) = default;
};

/// Somebody's "not yet" to a message. It is published once nobody holds it any more.
struct hold {
    enum class until : std::uint8_t {
        review = 1,  ///< whoever may review can lift it, or the holder
        holder       ///< nobody but the holder can lift it
    };
    std::string holder;  ///< the plugin's id
    std::string reason;  ///< for the author and reviewers
    until lifted_by = until::review;
    friend bool operator==(const hold&, const hold&) = default;
};

struct message {
    message_id id;
    tenant_id tenant;
    conversation_id conversation;
    sequence seq = 0;  ///< 0 until published
    user_id author;    ///< who really wrote it; never changed, and shown only to those who may know
    shown_identity shown;
    std::string type = "text";  ///< open: text, image, file, link, system, notice, ticket_link, plugins' own
    std::string text;           ///< as written
    boost::json::object data;   ///< typed data of this type
    message_id reply_to;
    message_id thread_root;
    thread_summary thread;  ///< when this message is a root
    message_state state = message_state::published;
    std::string state_reason;  ///< why it is held (the first reason) or rejected, for its author
    std::vector<hold> holds;   ///< who holds it, while it is held; it is published when the last one is lifted
    std::string client_key;    ///< the sender's key, unique for its author; empty for none
    std::vector<user_id> mentions;
    moment created_at;
    std::optional<moment> edited_at;
    std::optional<moment> deleted_at;
};

/// What a message said before an edit.
struct revision {
    message_id message;
    std::int32_t number = 0;  ///< 1 for the first text
    std::string text;
    boost::json::object data;
    user_id editor;  ///< who replaced it
    moment replaced_at;
};

}  // namespace parley
