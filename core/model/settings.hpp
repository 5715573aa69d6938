// What an operator may decide for a tenant and for a model: plain values with their defaults.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace parley {

// The same defaults stand, with ranges and sentences, in config/settings_text.cpp; a test keeps the two equal.

/// Limits of one message; a model may set its own.
struct message_settings {
    std::size_t max_graphemes = 8000;          ///< characters as people see them
    std::size_t max_bytes = 64 * 1024;         ///< the text's UTF-8
    std::int64_t edit_window_seconds = 86400;  ///< after sending; 0: never editable, no_edit_window: always

    static constexpr std::int64_t no_edit_window = -1;

    friend bool operator==(const message_settings&, const message_settings&) = default;
};

struct conversation_settings {
    std::size_t max_members = 10000;
    std::size_t name_graphemes = 80;
    std::size_t topic_graphemes = 250;
    std::size_t description_graphemes = 2000;

    friend bool operator==(const conversation_settings&, const conversation_settings&) = default;
};

/// How far back the event log reaches; whichever limit is met first cuts it.
struct event_settings {
    std::int64_t retention_days = 30;
    std::int64_t retention_count = 1000000;  ///< newest events of the tenant that are kept

    friend bool operator==(const event_settings&, const event_settings&) = default;
};

struct session_settings {
    std::int64_t token_days = 90;  ///< life of an access token made without an expiry of its own

    friend bool operator==(const session_settings&, const session_settings&) = default;
};

struct presence_settings {
    std::int64_t typing_seconds = 6;        ///< a "typing" not repeated for so long has ended
    std::int64_t away_after_seconds = 600;  ///< without activity, online becomes away

    friend bool operator==(const presence_settings&, const presence_settings&) = default;
};

/// Settings of one model, the tenant's already merged in.
struct model_settings {
    std::string display_name;  ///< empty: show the model's name
    std::string description;
    message_settings messages;

    friend bool operator==(const model_settings&, const model_settings&) = default;
};

/// Settings of one tenant, the server's tenant defaults already merged in.
struct tenant_settings {
    std::string display_name;  ///< empty: show the tenant's name
    std::string description;
    std::vector<std::string> hosts;  ///< host names, lower case, without port, that lead to this tenant
    message_settings messages;
    conversation_settings conversations;
    event_settings events;
    session_settings sessions;
    presence_settings presence;
    std::map<std::string, model_settings, std::less<>> models;  ///< by the model's name

    /// The limits for a message in a conversation of this model; of the tenant when the model has no settings.
    [[nodiscard]] const message_settings& messages_of(std::string_view model) const {
        const auto found = models.find(model);
        return found == models.end() ? messages : found->second.messages;
    }

    friend bool operator==(const tenant_settings&, const tenant_settings&) = default;
};

}  // namespace parley
