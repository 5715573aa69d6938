// The plugin's tables, as classes that the ODB compiler reads as C++14. Change them together with migrations/.
#pragma once

#include <parley/odb.hpp>

namespace approval {

// One file or message that waits, or waited, for somebody.
#pragma db object table("item") pointer(std::shared_ptr)
struct item_row {
#pragma db id
    std::int64_t id = 0;
    std::int64_t tenant = 0;
    std::string kind;          ///< "file", "message"
    std::int64_t subject = 0;  ///< the file's or the message's id
    std::string model;         ///< empty: outside of any
    std::int64_t conversation = 0;
    std::int64_t author = 0;
    std::string name;  ///< of files
    std::string type;  ///< of files by content, of messages as it was sent
    std::int64_t bytes = 0;
    std::string text;  ///< of messages, while they wait
    std::string data;  ///< theirs, a JSON object as text
    std::string why;   ///< the rule that made it wait
    std::string state;
    std::int64_t created = 0;     ///< milliseconds since 1970, as all moments here
    std::int64_t due = 0;         ///< 0: no matter
    std::int64_t overdue = 0;     ///< 1: it was noticed
    std::int64_t decided_at = 0;  ///< 0: not yet
    std::int64_t decided_by = 0;  ///< 0: nobody of this queue's
    std::int64_t took = 0;        ///< milliseconds from coming to the decision
    std::string reason;
    std::int64_t settled = 1;  ///< 0: whoever keeps it still has to be told
};

// What happened to an item, in the order of ids.
#pragma db object table("entry") pointer(std::shared_ptr)
struct entry_row {
#pragma db id
    std::int64_t id = 0;
    std::int64_t tenant = 0;
    std::int64_t item = 0;
    std::string what;          ///< "queued", "approved", "rejected", "note", "overdue", "gone"
    std::int64_t user_id = 0;  ///< 0: nobody
    std::string text;
    std::int64_t at = 0;
};

// What the figures count.
#pragma db view object(item_row)
struct item_count {
#pragma db column("CAST(COUNT(" + item_row::id + ") AS BIGINT)")
    std::int64_t count = 0;
};

}  // namespace approval
