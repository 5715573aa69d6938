// The plugin's tables, as classes that the ODB compiler reads as C++14.
#pragma once

#include <parley/odb.hpp>

namespace reactions {

#pragma db object table("reaction") pointer(std::shared_ptr)
struct reaction_row {
#pragma db id
    std::int64_t id = 0;
    std::int64_t tenant = 0;
    std::int64_t message = 0;
    std::string emoji;
    std::int64_t user_id = 0;
    std::int64_t at = 0;  ///< milliseconds since 1970
};

// Kept beside the rows, so that a message with a hundred thousand reactions is shown without counting them.
#pragma db object table("reaction_tally") pointer(std::shared_ptr)
struct tally_row {
#pragma db id
    std::int64_t id = 0;
    std::int64_t tenant = 0;
    std::int64_t message = 0;
    std::string emoji;
    std::int64_t count = 0;
    std::string first;  ///< ids of the first users, separated by spaces
};

}  // namespace reactions
