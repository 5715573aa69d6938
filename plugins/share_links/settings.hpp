// The settings as plugin.yaml names them.
#pragma once

#include <parley/json.hpp>
#include <string>
#include <vector>

namespace share_links {

namespace sdk = parley::sdk;

struct settings {
    std::vector<std::string> types{"view_only", "download"};
    std::int64_t max_lifetime = 43'200;
    bool require_password = false;
    bool allow_conversation_links = false;
    std::int64_t max_links = 100;
    std::int64_t session_minutes = 60;
    std::int64_t log_days = 90;
};
BOOST_DESCRIBE_STRUCT(settings, (),
                      (types, max_lifetime, require_password, allow_conversation_links, max_links, session_minutes,
                       log_days))

}  // namespace share_links
