// What the plugin does with its rows. Each function runs in a transaction of the caller's.
#pragma once

#include <parley/odb.hpp>
#include <parley/plugin.hpp>
#include <string>
#include <vector>

namespace reactions {

namespace sdk = parley::sdk;

/// One emoji of one user on one message.
struct reaction {
    sdk::id tenant;
    sdk::id message;
    std::string emoji;
    sdk::id user;
};

struct counted {
    std::int64_t count = 0;  ///< how many have this emoji on the message now
    bool changed = false;    ///< false: it was so already
};

/// One emoji on a message, as it is shown.
struct shown_emoji {
    std::string emoji;
    std::int64_t count = 0;
    std::vector<sdk::id> users;  ///< the first of them
    bool mine = false;
};
BOOST_DESCRIBE_STRUCT(shown_emoji, (), (emoji, count, users, mine))

struct shown_message {
    sdk::id message;
    std::vector<shown_emoji> reactions;
};
BOOST_DESCRIBE_STRUCT(shown_message, (), (message, reactions))

struct page_of_users {
    std::vector<sdk::id> users;
    bool more = false;
};
BOOST_DESCRIBE_STRUCT(page_of_users, (), (users, more))

/// `most`: how many different emoji a message can have.
[[nodiscard]] sdk::result<counted> add(odb::database&, const reaction&, std::int64_t most);
[[nodiscard]] counted remove(odb::database&, const reaction&);
[[nodiscard]] std::vector<shown_message> show(odb::database&, sdk::id tenant, const std::vector<sdk::id>& messages,
                                              sdk::id viewer);
[[nodiscard]] page_of_users users_of(odb::database&, const reaction& after, std::int64_t limit);
void forget(odb::database&, sdk::id tenant, sdk::id message);

}  // namespace reactions
