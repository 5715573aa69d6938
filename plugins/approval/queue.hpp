// The queue's rows and their history, changed together. Each function runs in a transaction of the caller's, and what
// takes the transaction itself tells reviewers what came or went: approval.changed.
#pragma once

#include <parley/storage.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "entities.hpp"
#include "shown.hpp"

namespace approval {

using item_ptr = std::shared_ptr<item_row>;

/// The error stands for unknown ones and those of other tenants alike.
[[nodiscard]] sdk::result<item_ptr> require_item(odb::database&, sdk::id tenant, sdk::id approval);
[[nodiscard]] item_ptr find_subject(odb::database&, sdk::id tenant, item_kind, sdk::id subject);
[[nodiscard]] item_kind kind_of(const item_row&);
[[nodiscard]] item_state state_of(const item_row&);

/// It waits from now on: `what` has everything but id, state and moments. Gives the row, also of what is in the queue
/// or was decided already. A file that was turned down, and whose gates are asked again, waits again.
[[nodiscard]] item_ptr enqueue(sdk::transaction&, const item_row& what, std::int64_t due_minutes, bool& is_new);

struct verdict_of {
    sdk::id by;
    decision says = decision::approve;
    std::string reason;
};
/// The one way to a final state: `conflict` approval_decided for whoever comes second. The author is told.
[[nodiscard]] sdk::result<item_row> decide(sdk::transaction&, sdk::id tenant, sdk::id approval, const verdict_of&);
/// Turned down by somebody else, who told the author already. Nothing when it does not wait.
void was_rejected(sdk::transaction&, item_row&, const std::string& reason);
/// Nothing is left to be decided. Nothing when it does not wait.
void close(sdk::transaction&, item_row&, const std::string& why);
/// As close(), and forgets what was said in it and about it.
void forget(sdk::transaction&, item_row&);
void forget_conversation(sdk::transaction&, sdk::id tenant, sdk::id conversation);

[[nodiscard]] sdk::result<item_row> add_note(odb::database&, sdk::id tenant, sdk::id approval, sdk::id by,
                                             const std::string& text);

/// Decisions of which whoever keeps the file or message has not been told for sure.
[[nodiscard]] std::vector<item_row> unsettled(odb::database&, sdk::id tenant);
void mark_settled(odb::database&, const item_row&);

/// Writes down which ones have become overdue; gives how many, at most 500.
[[nodiscard]] std::int64_t note_overdue(odb::database&, sdk::id tenant, std::int64_t now);

[[nodiscard]] bool has_approved_message(odb::database&, sdk::id tenant, sdk::id author);

[[nodiscard]] shown_item shown(const item_row&, std::int64_t now);
[[nodiscard]] shown_items list(odb::database&, sdk::id tenant, const list_request&, std::int64_t now);
[[nodiscard]] sdk::result<shown_whole> whole(odb::database&, sdk::id tenant, sdk::id approval, std::int64_t now);
[[nodiscard]] shown_figures figures(odb::database&, sdk::id tenant, const figures_request&, std::int64_t now);

}  // namespace approval
