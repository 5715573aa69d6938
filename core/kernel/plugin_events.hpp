// Events that plugins say, and the log as plugins read it.
#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/access.hpp"

namespace parley::kernel {

/// A type of event that a plugin declares.
struct said_event_type {
    std::string plugin;          ///< "reactions"
    std::string type;            ///< "reaction.added"; none of the kernel's and no other plugin's
    std::string sentence;        ///< for the API documents
    boost::json::object schema;  ///< JSON Schema of its data
    /// A permission: whoever has it in the whole tenant hears these events, and nobody else. Empty: each event says
    /// who.
    std::string heard_with{};
    /// Whether the plugin is on anywhere in this tenant, for the API documents; empty: everywhere. Any thread.
    std::function<bool(std::string_view tenant_name)> is_on{};
};

/// What a plugin wants to be heard: by a conversation's members or by one user, never both; by neither where the type
/// has a permission to be heard with.
struct said_event {
    std::string_view plugin;
    std::string type;  ///< one that this plugin declares
    conversation_id conversation{};
    user_id user{};
    /// A published message of that conversation that it is about; may be none. Once the message is deleted, nobody who
    /// catches up is told of the event any more.
    message_id about{};
    boost::json::object data;  ///< at most 16 KiB, without members "facts" and "heard_with"
};

/// Appends the event to the tenant's log at its next position. `not_found` when the conversation, the message or the
/// user is not there (any more), `invalid` when it is not one that this plugin may say: the caller counts it and goes
/// on.
[[nodiscard]] result<void> say_event(const environment&, writing&, std::span<const said_event_type> declared,
                                     const said_event&);

/// Whether it was said by a plugin about a message that is gone or deleted now.
[[nodiscard]] bool is_over(const event& with_its_view);

struct plugin_log {
    /// {"type","position","created_at","conversation","user","data"}, in order, as somebody with every right reads
    /// them; "user" only where one user alone hears it. Messages are as they are now.
    std::vector<boost::json::object> events;
    std::vector<std::string> models;  ///< of each event's conversation; empty: none, or it is gone
    position upto = 0;                ///< the log was read up to here
    position log_end = 0;
};
/// Reads at most `limit` entries after `since`, fewer when messages are long: go on from `upto` until it is `log_end`.
/// `gone` with code snapshot_needed when the log does not reach back to `since`.
[[nodiscard]] result<plugin_log> log_for_plugins(const environment&, reading&, position since, int limit);

}  // namespace parley::kernel
