// The plugin's tables, as classes that the ODB compiler reads as C++14. Change them together with migrations/.
#pragma once

#include <parley/odb.hpp>

namespace share_links {

#pragma db object table("link") pointer(std::shared_ptr)
struct link_row {
#pragma db id
    std::int64_t id = 0;
    std::int64_t tenant = 0;
    std::string token_hash;  ///< SHA-256, in hex; the token itself is nowhere
    std::int64_t maker = 0;
    std::int64_t conversation = 0;
    std::string model;      ///< empty: outside of any
    std::int64_t file = 0;  ///< 0: all files of the conversation
    std::string name;       ///< the file's
    std::string type;       ///< "view_only", "download"
    std::string password;   ///< argon2id; empty: none
    std::string secret;     ///< what cookies of this link are signed with, in hex
    std::string note;
    std::int64_t max_uses = 0;  ///< 0: no matter
    std::int64_t uses = 0;
    std::int64_t created = 0;  ///< milliseconds since 1970, as all moments here
    std::int64_t expires = 0;
    std::int64_t ended = 0;     ///< 0: not before its time
    std::string why_ended;      ///< "revoked", "file"
    std::int64_t ended_by = 0;  ///< who revoked it
    std::int64_t guesses = 0;   ///< the moment until which tries at the password are spent
};

// Once: a token that was good, and is not any more.
#pragma db object table("past") pointer(std::shared_ptr)
struct past_row {
#pragma db id
    std::int64_t id = 0;
    std::int64_t tenant = 0;
    std::string token_hash;
};

// Who used a link. The same, done again, counts on.
#pragma db object table("visit") pointer(std::shared_ptr)
struct visit_row {
#pragma db id
    std::int64_t id = 0;
    std::int64_t tenant = 0;
    std::int64_t link = 0;
    std::string what;
    std::int64_t file = 0;  ///< 0: none
    std::string session;    ///< empty: it was not open
    std::string address;
    std::int64_t at = 0;
    std::int64_t last = 0;
    std::int64_t times = 0;
};

// Written with each link that somebody makes, so that two at once are noticed.
#pragma db object table("maker") pointer(std::shared_ptr)
struct maker_row {
#pragma db id
    std::int64_t id = 0;
    std::int64_t tenant = 0;
    std::int64_t user_id = 0;
    std::int64_t made = 0;
};

#pragma db view object(link_row)
struct link_count {
#pragma db column("CAST(COUNT(" + link_row::id + ") AS BIGINT)")
    std::int64_t count = 0;
};

#pragma db view object(visit_row)
struct visit_count {
#pragma db column("CAST(COUNT(" + visit_row::id + ") AS BIGINT)")
    std::int64_t count = 0;
};

}  // namespace share_links
