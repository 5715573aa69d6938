// What clients ask and get. Moments are milliseconds since 1970.
#pragma once

#include <parley/json.hpp>
#include <string>
#include <vector>

namespace share_links {

namespace sdk = parley::sdk;

enum class link_type : std::uint8_t { view_only = 1, download };
BOOST_DESCRIBE_ENUM(link_type, view_only, download)

enum class link_state : std::uint8_t {
    good = 1,
    used_up,  ///< browsers that opened it have it open as long as they would have
    expired,
    revoked,
    ended  ///< what it led to is gone
};
BOOST_DESCRIBE_ENUM(link_state, good, used_up, expired, revoked, ended)

/// What somebody did with a link.
enum class visit_kind : std::uint8_t {
    seen = 1,    ///< its first page was asked for
    opened,      ///< a use
    viewed,      ///< a file was shown
    downloaded,  ///< a file was sent to be kept
    wrong_password,
    slowed,  ///< too many wrong ones; this one was not looked at
    refused  ///< it was not good any more
};
BOOST_DESCRIBE_ENUM(visit_kind, seen, opened, viewed, downloaded, wrong_password, slowed, refused)

struct create_request {
    sdk::id conversation;
    std::optional<sdk::id> file;
    std::optional<link_type> type;
    std::optional<sdk::whole<1, 5'256'000>> minutes;
    std::optional<sdk::text<1024>> password;
    std::optional<sdk::whole<1, 1'000'000>> max_uses;
    std::optional<sdk::text<300>> note;
};
BOOST_DESCRIBE_STRUCT(create_request, (), (conversation, file, type, minutes, password, max_uses, note))

struct terms_request {
    sdk::id conversation;
};
BOOST_DESCRIBE_STRUCT(terms_request, (), (conversation))

struct list_request {
    std::optional<sdk::id> conversation;
    std::optional<sdk::id> file;
    std::optional<sdk::id> before;
    std::optional<sdk::whole<1, 200>> limit;
};
BOOST_DESCRIBE_STRUCT(list_request, (), (conversation, file, before, limit))

struct one_link {
    sdk::id link;
};
BOOST_DESCRIBE_STRUCT(one_link, (), (link))

struct log_request : one_link {
    std::optional<sdk::id> before;
    std::optional<sdk::whole<1, 200>> limit;
};
BOOST_DESCRIBE_STRUCT(log_request, (one_link), (before, limit))

struct shown_terms {
    std::vector<std::string> types;
    std::int64_t max_minutes = 0;
    std::int64_t usual_minutes = 0;  ///< when it is not said
    bool needs_password = false;
    bool conversation_links = false;
};
BOOST_DESCRIBE_STRUCT(shown_terms, (), (types, max_minutes, usual_minutes, needs_password, conversation_links))

struct shown_link {
    sdk::id link;
    sdk::id maker;
    sdk::id conversation;
    std::optional<sdk::id> file;  ///< none: all of the conversation
    std::string name;             ///< the file's
    link_type type = link_type::view_only;
    link_state state = link_state::good;
    bool has_password = false;
    std::optional<std::int64_t> max_uses;
    std::int64_t uses = 0;
    std::string note;
    std::int64_t created_at = 0;
    std::int64_t expires_at = 0;
    std::optional<std::int64_t> ended_at;
};
BOOST_DESCRIBE_STRUCT(shown_link, (),
                      (link, maker, conversation, file, name, type, state, has_password, max_uses, uses, note,
                       created_at, expires_at, ended_at))

/// Said once, to whoever makes it.
struct made_link : shown_link {
    std::string path;  ///< to be put behind the address of the server
};
BOOST_DESCRIBE_STRUCT(made_link, (shown_link), (path))

struct shown_links {
    std::vector<shown_link> links;
    bool more = false;
};
BOOST_DESCRIBE_STRUCT(shown_links, (), (links, more))

struct shown_visit {
    sdk::id visit;
    visit_kind what = visit_kind::seen;
    std::optional<sdk::id> file;
    std::optional<std::string> session;  ///< the same for everything that one browser did
    std::string address;
    std::int64_t at = 0;
    std::int64_t last_at = 0;
    std::int64_t times = 1;
};
BOOST_DESCRIBE_STRUCT(shown_visit, (), (visit, what, file, session, address, at, last_at, times))

struct shown_visits {
    std::vector<shown_visit> visits;
    bool more = false;
};
BOOST_DESCRIBE_STRUCT(shown_visits, (), (visits, more))

}  // namespace share_links
