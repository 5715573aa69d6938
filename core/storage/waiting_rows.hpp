// Rows of messages and events that wait for the end of their group, where PostgreSQL gets all of a kind in one
// statement.
#pragma once

#include <utility>
#include <vector>

#include "storage/entities.hpp"

namespace parley::storage {

/// What is here is in no query's answer: who reads such rows writes first.
class waiting_rows {
public:
    void add(message_row one) { messages_.push_back(std::move(one)); }
    void add(event_row one) { events_.push_back(std::move(one)); }
    /// Within a transaction; throws what ODB would throw.
    void write(odb::database&);

private:
    std::vector<message_row> messages_;
    std::vector<event_row> events_;
};

}  // namespace parley::storage
