// One final state: whoever decides second is told that it was decided.
#include "kernel/review_message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "kernel/events.hpp"
#include "kernel/message_draft.hpp"
#include "kernel/publish.hpp"
#include "kernel/read_messages.hpp"

namespace parley::kernel {
namespace {

result<seen_message> held_message(const environment& env, writing& w, const caller& by, message_id id) {
    auto who = access::authorise(env, w, by);
    if (!who) return std::unexpected(who.error());
    auto seen = access::see(env, w, *who, id);
    if (!seen) return seen;
    if (auto may = seen->in.require(permission::messages_review); !may) return std::unexpected(may.error());
    if (seen->row.state != message_state::held)
        return failure(fault::conflict, "message_decided", "The message does not wait for a verdict any more.");
    return seen;
}

/// Without the holds that `goes` picks: published when none is left, else still held, for the reasons that stay.
template <class Goes>
result<message_view> lift(const environment& env, writing& w, conversation& in, message& what, Goes goes) {
    if (in.archived_at)
        return failure(fault::conflict, "conversation_archived", "The conversation is archived; nothing can be added.");
    std::erase_if(what.holds, goes);
    const auto now = env.time.now();
    if (what.holds.empty()) return number_and_announce(w, in, std::move(what), now, message_row::is_stored);
    what.state_reason = what.holds.front().reason;
    w.update(rows(), what);
    auto view = view_of(w, std::move(what));
    w.append(events::message_held(view, now));
    return view;
}

message_view turn_down(const environment& env, writing& w, message& what, std::string reason) {
    what.state = message_state::rejected;
    what.state_reason = std::move(reason);
    what.holds.clear();
    w.update(rows(), what);
    auto view = view_of(w, std::move(what));
    w.append(events::message_rejected(view, env.time.now()));
    return view;
}

result<void> check_reason(std::string_view reason) {
    if (auto fits = check_text(reason, reason_limits); !fits) return fits;
    if (trim(reason).empty()) return invalid("reason_empty", "A rejection needs a reason for the author.", "reason");
    return {};
}

bool is_reviewers(const hold& one) { return one.lifted_by == hold::until::review; }

std::unexpected<error> decided() {
    return failure(fault::conflict, "message_decided", "The message does not wait for a verdict any more.");
}

}  // namespace

result<message_view> release_message(const environment& env, writing& w, const caller& by, message_id id) {
    auto seen = held_message(env, w, by, id);
    if (!seen) return std::unexpected(seen.error());
    const auto& holds = seen->row.holds;
    if (!holds.empty() && std::ranges::none_of(holds, is_reviewers))
        return failure(
            fault::conflict, "held_by_plugin",
            fmt::format("The message is held by {}, and nobody else can let it through.", holds.front().holder));
    return lift(env, w, seen->in.row, seen->row, is_reviewers);
}

result<message_view> reject_message(const environment& env, writing& w, const caller& by, message_id id,
                                    std::string reason) {
    if (auto fits = check_reason(reason); !fits) return std::unexpected(fits.error());
    auto seen = held_message(env, w, by, id);
    if (!seen) return std::unexpected(seen.error());
    return turn_down(env, w, seen->row, std::move(reason));
}

result<message_view> decide_held(const environment& env, writing& w, std::string_view holder, message_id id,
                                 const hold_decision& said) {
    if (said.says == hold_decision::verdict::reject)
        if (auto fits = check_reason(said.reason); !fits) return std::unexpected(fits.error());
    auto what = w.find_message(rows(), id);
    auto in = what ? w.find_conversation(rows(), what->conversation) : std::nullopt;
    if (!in) return no_such("message");
    if (what->state != message_state::held) return decided();
    const auto is_its = [&](const hold& one) { return one.holder == holder; };
    if (std::ranges::none_of(what->holds, is_its)) return decided();
    if (said.says == hold_decision::verdict::reject) return turn_down(env, w, *what, said.reason);
    return lift(env, w, *in, *what, is_its);
}

std::vector<message> held_by(reading& from, std::string_view holder, message_id after, int limit) {
    std::vector<message> found;
    while (std::cmp_less(found.size(), limit)) {
        auto some = from.held(rows(), after, max_page);
        const bool last = std::cmp_less(some.size(), max_page);
        for (auto& one : some) {
            after = one.id;
            if (std::ranges::none_of(one.holds, [&](const hold& by) { return by.holder == holder; })) continue;
            found.push_back(std::move(one));
            if (std::cmp_equal(found.size(), limit)) return found;
        }
        if (last) return found;
    }
    return found;
}

}  // namespace parley::kernel
