// The plugin's tables, as classes that the ODB compiler reads as C++14. Change them together with migrations/.
#pragma once

#include <parley/odb.hpp>

#pragma db object table("word_count") pointer(std::shared_ptr)
struct word_count {
#pragma db id
    std::int64_t id = 0;
    std::int64_t tenant = 0;
    std::string word;
    std::int64_t day = 0;  ///< days since 1970
    std::int64_t count = 0;
};

// What the route shows; a view is a query with a name. PostgreSQL's SUM gives another type than it adds up.
#pragma db view object(word_count) query((?) + "GROUP BY" + word_count::word + "ORDER BY" + word_count::word)
struct word_total {
#pragma db column(word_count::word)
    std::string word;
#pragma db column("CAST(SUM(" + word_count::count + ") AS BIGINT)")
    std::int64_t count = 0;
};
