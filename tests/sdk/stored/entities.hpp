// Numbers by name.
#pragma once

#include <parley/odb.hpp>

#pragma db object table("kept") pointer(std::shared_ptr)
struct kept {
#pragma db id
    std::int64_t id = 0;
    std::string name;
    std::int64_t number = 0;
};
