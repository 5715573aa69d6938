// What waits for the end of its group, where PostgreSQL gets nearly all of it in one statement.
#pragma once

#include <vector>

#include "storage/entities.hpp"
#include "storage/entities_views.hpp"

namespace parley::storage {

/// What a new message changes of its conversation's row.
struct conversation_end {
    bigint id = 0;
    bigint last_sequence = 0;
    maybe_bigint last_message_at;
};

/// Rows of one tenant. What is here is in no query's answer: who reads such rows writes first. To be used within a
/// transaction; what writes throws what ODB would throw.
class waiting_rows {
public:
    void add(message_row);
    void add(event_row);
    /// For PostgreSQL alone.
    void add(conversation_end);
    /// Nothing, when nothing waits; `clock` is the tenant's row as it shall be.
    void write(odb::database&, const tenant_clock_view& clock);
    /// The tenant's row in any case.
    void finish(odb::database&, const tenant_clock_view& clock);

private:
    [[nodiscard]] bool empty() const;
    void write_together(const tenant_clock_view& clock);
    void write_each(odb::database&);
    void clear();

    // Such as most are, see is_plain(); and others.
    std::vector<message_row> messages_;
    std::vector<message_row> other_messages_;
    std::vector<event_row> events_;
    std::vector<event_row> other_events_;
    std::vector<conversation_end> ends_;
};

}  // namespace parley::storage
