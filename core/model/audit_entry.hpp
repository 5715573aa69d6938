// What happened to accounts, sessions and rights, as it is kept for those who audit.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>

#include "base/clock.hpp"
#include "base/id.hpp"

namespace parley {

using audit_id = id<struct audit_tag>;

/// Written once and never changed. Holds no secret and no text that somebody sent as a message.
struct audit_entry {
    audit_id id;
    tenant_id tenant;
    moment at;
    user_id actor;             ///< who did it; none: the system, or nobody who is known
    token_id session;          ///< the actor's; none: as with the actor
    std::string action;        ///< "session.opened"
    std::string subject_kind;  ///< "user", "session", "token", "conversation", "message"; empty: there is none
    std::int64_t subject = 0;
    std::string address;     ///< of the peer; empty: none, as at the command line
    std::string request_id;  ///< as in the log
    boost::json::object details;
};

}  // namespace parley
