// How a client comes to know everything: a snapshot with its position, then the log from there.
#pragma once

#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "kernel/access.hpp"
#include "kernel/present.hpp"
#include "kernel/read_conversations.hpp"

namespace parley::kernel {

/// Whether somebody hears of messages that wait for a verdict, besides its own.
enum class hears_held : std::uint8_t { no = 1, yes };

struct ear;

/// Which events a user hears, as of one moment. Follows membership and rights events, so that it stays true.
class hearing {
public:
    /// As one hears to whom nothing is granted in any conversation, and nothing that plugins declare.
    hearing(viewer reader, hears_held, std::span<const membership>);
    hearing(const environment&, reading&, const actor&, std::span<const membership>);

    struct place {
        position since = 0;  ///< of joining
        // By the role that is granted there; the account's own comes on top.
        bool hears_held = false;
        bool sees_authors = false;
    };

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
                return (hears_held_in(what.conversation) || what.user == reader_.id) &&
                       is_in(what.conversation, what.at);
            case audience::contacts:
                return what.user == reader_.id || shares_conversation_with(what.user);
            case audience::entitled:
                return is_entitled(what);
        }
        return false;
    }

    /// Takes in what an event changes about that; for those who listen as it happens.
    void follow(const event&);

    /// The rights of `fresh`, with the conversations of this; nothing when it has followed to newer ones.
    void take_rights(const ear& fresh);

    [[nodiscard]] user_id id() const { return reader_.id; }
    /// What is read in that conversation, or, of none, elsewhere.
    [[nodiscard]] viewer reader_in(conversation_id in) const {
        const auto found = places_.find(in);
        return {reader_.id, reader_.sees_authors || (found != places_.end() && found->second.sees_authors)};
    }
    [[nodiscard]] const std::unordered_map<conversation_id, place>& conversations() const { return places_; }

private:
    [[nodiscard]] bool is_in(conversation_id in, position at) const {
        const auto found = places_.find(in);
        return found != places_.end() && at >= found->second.since;
    }
    [[nodiscard]] bool hears_held_in(conversation_id in) const {
        if (held_ == hears_held::yes) return true;
        const auto found = places_.find(in);
        return found != places_.end() && found->second.hears_held;
    }
    [[nodiscard]] bool is_entitled(const event&) const;
    void follow_rights(const event&);

    viewer reader_;
    hears_held held_ = hears_held::no;
    // What the token's scope lets through of rights that come later.
    bool lets_held_ = true;
    bool lets_authors_ = true;
    const permission_catalogue* names_ = nullptr;  ///< null: entitled to nothing
    permission_set granted_;                       ///< to the account, as far as the token's scope lets it
    std::optional<permission_set> only_;           ///< the token's scope
    position rights_at_ = 0;                       ///< of the newest change of rights that was followed
    std::unordered_map<conversation_id, place> places_;
};

/// Everything a client shows before it scrolls back, at one position of the log.
struct snapshot {
    position at = 0;
    user self;
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
[[nodiscard]] result<ear> open_ear(const environment&, reading&, const caller&);

struct event_page {
    std::vector<event> events;  ///< those the caller hears, with views, in order
    position upto = 0;          ///< the log was read up to here
    position log_end = 0;
    hearing hears;

    [[nodiscard]] viewer reader_of(const event& one) const { return hears.reader_in(one.conversation); }
};

/// The events after `since` that the caller hears. Reads at most `limit` entries of the log, fewer when the messages
/// are long, so a page may be empty although there is more: go on from `upto` until it is `log_end`. `gone` with code
/// snapshot_needed when the log does not reach back to `since`, or has never been there.
[[nodiscard]] result<event_page> read_log(const environment&, reading&, const caller&, position since, int limit);

/// Fills the events' views from the messages as they are now.
void fill_views(reading&, std::span<event>);

/// Fills who hears contacts' events, for delivery to many at once.
void fill_hearers(reading&, std::span<event>);

}  // namespace parley::kernel
