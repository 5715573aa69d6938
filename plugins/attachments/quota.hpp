// The ledger: what tenant, model and user have and have reserved. Each function runs in a transaction of the caller's.
#pragma once

#include <parley/odb.hpp>
#include <parley/plugin.hpp>
#include <string>

#include "settings.hpp"

namespace attachments {

/// Whose room something takes.
struct holder {
    std::int64_t tenant = 0;
    std::string model;  ///< empty: outside of any
    std::int64_t user = 0;
};

/// How much; may be negative.
struct amount {
    std::int64_t bytes = 0;
    std::int64_t files = 0;
};

/// Of one scope. A limit of 0 is none.
struct usage {
    std::int64_t bytes = 0;  ///< reserved ones, too
    std::int64_t files = 0;
    std::int64_t most_bytes = 0;
    std::int64_t most_files = 0;
    bool warning = false;  ///< 80 % or more of one of the two
};
BOOST_DESCRIBE_STRUCT(usage, (), (bytes, files, most_bytes, most_files, warning))

struct usages {
    usage tenant;
    usage model;
    usage user;
};
BOOST_DESCRIBE_STRUCT(usages, (), (tenant, model, user))

/// What there is, held against the limits of these settings.
[[nodiscard]] usages usage_of(odb::database&, const holder&, const settings&);
/// How many bytes the narrowest limit leaves; `most` when there is none.
[[nodiscard]] std::int64_t room_in(const usages&, std::int64_t most);

/// An error (too_large "quota_exceeded") unless so much more fits everywhere; nothing is written.
[[nodiscard]] sdk::result<void> require_room(const usages&, amount);

/// Books into all three scopes: `kept` is files that are there, `reserved` what is on its way.
void book(odb::database&, const holder&, amount kept, amount reserved);

/// How many of the tenant's tallies are not what its rows say.
[[nodiscard]] std::int64_t count_wrong_tallies(odb::database&, std::int64_t tenant);
/// Sets them to what the rows say; gives how many were wrong.
std::int64_t recount(odb::database&, std::int64_t tenant);

}  // namespace attachments
