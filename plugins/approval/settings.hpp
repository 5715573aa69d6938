// The settings as plugin.yaml names them.
#pragma once

#include <parley/json.hpp>
#include <string>
#include <vector>

namespace approval {

namespace sdk = parley::sdk;

struct settings {
    std::vector<std::string> auto_approve;
    std::vector<std::string> needs_approval;
    std::int64_t due_minutes = 240;
    bool hold_first_of_guest = false;
    bool hold_links = false;
    std::vector<std::string> hold_words;
    std::vector<std::string> exempt_roles{"staff", "manager", "admin"};
};
BOOST_DESCRIBE_STRUCT(settings, (),
                      (auto_approve, needs_approval, due_minutes, hold_first_of_guest, hold_links, hold_words,
                       exempt_roles))

}  // namespace approval
