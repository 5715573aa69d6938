// Uploads in one request: a form with files.
#pragma once

#include <parley/storage.hpp>

#include "house.hpp"
#include "receiving.hpp"

namespace attachments {

struct upload_request {
    sdk::id conversation;
    std::optional<sdk::id> version_of;
};
BOOST_DESCRIBE_STRUCT(upload_request, (), (conversation, version_of))

/// What someone wants to bring.
struct wanted_room {
    std::string kind;  ///< "parts", "tus"
    sdk::id conversation;
    sdk::id upload;
    std::string name;
    std::optional<sdk::id> version_of;
    std::int64_t bytes = 0;       ///< what is needed
    std::int64_t most_bytes = 0;  ///< what may be reserved, when less than that is known to be needed
};

/// What was reserved.
struct granted_room {
    std::int64_t bytes = 0;
    std::int64_t files = 0;  ///< how many more there may be
};

/// In one transaction: looks whether there is room, and reserves it. Errors: too_large "quota_exceeded", limited
/// "uploads_open", unavailable "disk_full".
[[nodiscard]] sdk::task<granted_room> reserve(sdk::call, house&, wanted_room);

class uploads {
public:
    uploads(house& in, receiving& to) : in_(in), to_(to) {}

    [[nodiscard]] sdk::task<sdk::admission> begin(sdk::call, upload_request, sdk::offered_body);
    [[nodiscard]] sdk::task<sdk::reply> end(sdk::call, upload_request, sdk::received);

private:
    house& in_;
    receiving& to_;
};

}  // namespace attachments
