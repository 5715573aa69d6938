// What clients ask and get. Moments are milliseconds since 1970.
#pragma once

#include <parley/json.hpp>
#include <string>
#include <vector>

namespace approval {

namespace sdk = parley::sdk;

enum class item_kind : std::uint8_t { file = 1, message };
BOOST_DESCRIBE_ENUM(item_kind, file, message)

enum class item_state : std::uint8_t {
    pending = 1,
    approved,
    rejected,
    gone  ///< there is nothing to decide any more
};
BOOST_DESCRIBE_ENUM(item_state, pending, approved, rejected, gone)

enum class decision : std::uint8_t { approve = 1, reject };
BOOST_DESCRIBE_ENUM(decision, approve, reject)

struct list_request {
    std::optional<item_state> state;
    std::optional<item_kind> kind;
    std::optional<sdk::text<128>> model;
    std::optional<sdk::id> conversation;
    std::optional<sdk::id> author;
    std::optional<sdk::text<128>> type;
    std::optional<bool> overdue;
    std::optional<sdk::id> after;
    std::optional<sdk::whole<1, 200>> limit;
};
BOOST_DESCRIBE_STRUCT(list_request, (), (state, kind, model, conversation, author, type, overdue, after, limit))

struct one_approval {
    sdk::id approval;
};
BOOST_DESCRIBE_STRUCT(one_approval, (), (approval))

struct approve_request : one_approval {
    std::optional<sdk::text<500>> reason;
};
BOOST_DESCRIBE_STRUCT(approve_request, (one_approval), (reason))

struct reject_request : one_approval {
    sdk::text<500> reason;
};
BOOST_DESCRIBE_STRUCT(reject_request, (one_approval), (reason))

struct bulk_request {
    sdk::ids<100> approvals;
    approval::decision decision = decision::approve;
    std::optional<sdk::text<500>> reason;
};
BOOST_DESCRIBE_STRUCT(bulk_request, (), (approvals, decision, reason))

struct note_request : one_approval {
    sdk::text<2000> text;
};
BOOST_DESCRIBE_STRUCT(note_request, (one_approval), (text))

struct figures_request {
    std::optional<sdk::whole<1, 3650>> days;
    std::optional<sdk::text<128>> model;
};
BOOST_DESCRIBE_STRUCT(figures_request, (), (days, model))

struct shown_item {
    sdk::id approval;
    item_kind kind = item_kind::file;
    sdk::id subject;
    std::string model;
    sdk::id conversation;
    sdk::id author;
    std::string name;
    std::string type;
    std::int64_t bytes = 0;
    std::string text;
    std::string why;
    item_state state = item_state::pending;
    std::int64_t created_at = 0;
    std::optional<std::int64_t> due_at;
    bool is_overdue = false;  ///< waits, and longer than it should
    std::optional<std::int64_t> decided_at;
    std::optional<sdk::id> decided_by;
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(shown_item, (),
                      (approval, kind, subject, model, conversation, author, name, type, bytes, text, why, state,
                       created_at, due_at, is_overdue, decided_at, decided_by, reason))

struct shown_items {
    std::vector<shown_item> approvals;
    bool more = false;
};
BOOST_DESCRIBE_STRUCT(shown_items, (), (approvals, more))

struct shown_entry {
    std::string what;
    std::optional<sdk::id> user;
    std::string text;
    std::int64_t at = 0;
};
BOOST_DESCRIBE_STRUCT(shown_entry, (), (what, user, text, at))

struct shown_whole : shown_item {
    std::optional<sdk::json::object> data;  ///< of a message that waits
    std::vector<shown_entry> history;
};
BOOST_DESCRIBE_STRUCT(shown_whole, (shown_item), (data, history))

/// Of one of many: its state afterwards, or why not.
struct shown_result {
    sdk::id approval;
    std::optional<item_state> state;
    std::optional<std::string> code;
    std::optional<std::string> sentence;
};
BOOST_DESCRIBE_STRUCT(shown_result, (), (approval, state, code, sentence))

struct shown_results {
    std::vector<shown_result> results;
};
BOOST_DESCRIBE_STRUCT(shown_results, (), (results))

struct shown_figures {
    std::int64_t days = 30;
    std::int64_t approved = 0;  ///< in the period, as is everything but `waiting` and `overdue`
    std::int64_t rejected = 0;
    std::optional<std::int64_t> median_ms;  ///< from coming to the decision, by nearest rank
    std::optional<std::int64_t> p90_ms;
    std::int64_t waiting = 0;
    std::int64_t overdue = 0;
};
BOOST_DESCRIBE_STRUCT(shown_figures, (), (days, approved, rejected, median_ms, p90_ms, waiting, overdue))

/// What the author is told.
struct decided {
    sdk::id approval;
    item_kind kind = item_kind::file;
    sdk::id subject;
    item_state state = item_state::approved;
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(decided, (), (approval, kind, subject, state, reason))

/// What reviewers are told: that there is another queue to be looked at, and nothing of what waits.
struct queue_changed {
    sdk::id approval;
    item_kind kind = item_kind::file;
    item_state state = item_state::pending;
};
BOOST_DESCRIBE_STRUCT(queue_changed, (), (approval, kind, state))

}  // namespace approval
