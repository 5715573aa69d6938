// One final state: whoever decides second is told that it was decided.
#include "kernel/review_message.hpp"

#include "base/text.hpp"
#include "kernel/events.hpp"
#include "kernel/message_draft.hpp"
#include "kernel/publish.hpp"

namespace parley::kernel {
namespace {

result<seen_message> held_message(const environment& env, writing& w, const caller& by, message_id id) {
    auto who = access::authorise(w, by);
    if (!who) return std::unexpected(who.error());
    auto seen = access::see(env, w, *who, id);
    if (!seen) return seen;
    if (auto may = who->require(permission::messages_review); !may) return std::unexpected(may.error());
    if (seen->row.state != message_state::held)
        return failure(fault::conflict, "message_decided", "The message does not wait for a verdict any more.");
    return seen;
}

}  // namespace

result<message_view> release_message(const environment& env, writing& w, const caller& by, message_id id) {
    auto seen = held_message(env, w, by, id);
    if (!seen) return std::unexpected(seen.error());
    if (seen->in.row.archived_at)
        return failure(fault::conflict, "conversation_archived", "The conversation is archived; nothing can be added.");
    number_and_announce(w, seen->in.row, seen->row, env.time.now(), message_row::is_stored);
    return view_of(w, std::move(seen->row));
}

result<message_view> reject_message(const environment& env, writing& w, const caller& by, message_id id,
                                    std::string reason) {
    auto fits = check_text(reason, {.max_graphemes = 500, .max_bytes = 4000, .field = "reason"});
    if (!fits) return std::unexpected(fits.error());
    if (trim(reason).empty()) return invalid("reason_empty", "A rejection needs a reason for the author.", "reason");
    auto seen = held_message(env, w, by, id);
    if (!seen) return std::unexpected(seen.error());
    seen->row.state = message_state::rejected;
    seen->row.state_reason = std::move(reason);
    w.update(rows(), seen->row);
    auto view = view_of(w, std::move(seen->row));
    w.append(events::message_rejected(view, env.time.now()));
    return view;
}

}  // namespace parley::kernel
