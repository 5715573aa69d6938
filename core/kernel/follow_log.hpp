// How a client comes to know everything: a snapshot with its position, then the log from there.
#pragma once

#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "kernel/access.hpp"
#include "kernel/present.hpp"
#include "kernel/read_conversations.hpp"

namespace parley::kernel {

/// Whether somebody hears of messages that wait for a verdict, besides its own.
enum class hears_held : std::uint8_t { no = 1, yes };

/// Which events a user hears, as of one moment. Follows membership events, so that it stays true.
class hearing {
public:
    hearing(viewer reader, hears_held, std::span<const membership>);
    hearing(const actor&, std::span<const membership>);

    /// Whether the event is for this user. Contacts' events are heard when the caller says so, because only it
    /// knows who shares a conversation with whom.
    template <class SharesConversation>
    [[nodiscard]] bool hears(const event& what, SharesConversation&& shares_conversation_with) const {
        switch (what.heard_by) {
            case audience::members:
                return is_in(what.conversation, what.at);
            case audience::user:
                return what.user == reader_.id;
            case audience::reviewers:
                return (held_ == hears_held::yes || what.user == reader_.id) && is_in(what.conversation, what.at);
            case audience::contacts:
                return what.user == reader_.id || shares_conversation_with(what.user);
        }
        return false;
    }

    /// Takes in what an event changes about that; for those who listen as it happens.
    void follow(const event&);

    /// The rights of `fresh`, with the conversations of this.
    void take_rights(const hearing& fresh) {
        reader_ = fresh.reader_;
        held_ = fresh.held_;
    }

    [[nodiscard]] viewer reader() const { return reader_; }
    [[nodiscard]] const std::unordered_map<conversation_id, position>& conversations() const { return since_; }

private:
    [[nodiscard]] bool is_in(conversation_id in, position at) const {
        const auto found = since_.find(in);
        return found != since_.end() && at >= found->second;
    }

    viewer reader_;
    hears_held held_ = hears_held::no;
    std::unordered_map<conversation_id, position> since_;  ///< conversation to the position of joining it
};

/// Everything a client shows before it scrolls back, at one position of the log.
struct snapshot {
    position at = 0;
    user self;
    viewer reader;
    std::vector<listed_conversation> conversations;
    std::vector<user> people;       ///< the other parties of direct conversations
    std::vector<user_id> contacts;  ///< whose presence the user may see
};
[[nodiscard]] result<snapshot> take_snapshot(const environment&, reading&, const caller&);

/// What a connection needs to hear the log from `at` on.
struct ear {
    position at = 0;
    hearing hears;
};
[[nodiscard]] result<ear> open_ear(reading&, const caller&);

struct event_page {
    std::vector<event> events;  ///< those the caller hears, with views, in order
    position upto = 0;          ///< the log was read up to here
    position log_end = 0;
    viewer reader;
};

/// The events after `since` that the caller hears. Reads at most `limit` entries of the log, fewer when the messages
/// are long, so a page may be empty although there is more: go on from `upto` until it is `log_end`. `gone` with code
/// snapshot_needed when the log does not reach back to `since`, or has never been there.
[[nodiscard]] result<event_page> read_log(reading&, const caller&, position since, int limit);

/// Fills the events' views from the messages as they are now.
void fill_views(reading&, std::span<event>);

/// Fills who hears contacts' events, for delivery to many at once.
void fill_hearers(reading&, std::span<event>);

}  // namespace parley::kernel
