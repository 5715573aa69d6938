// Read positions belong to their reader alone: nobody else hears of them.
#include "kernel/read_state.hpp"

#include "kernel/events.hpp"

namespace parley::kernel {
namespace {

result<seen_conversation> entered(const environment& env, writing& w, const caller& by, conversation_id id) {
    auto who = access::authorise(env, w, by);
    if (!who) return std::unexpected(who.error());
    return access::enter(env, w, *who, id);
}

read_state move_to(const environment& env, writing& w, const seen_conversation& in, sequence upto) {
    auto as = *in.as;
    as.last_read = upto;
    w.update(rows(), as);
    const auto counts = unread_of(w, in.row, as);
    w.append(events::read_updated(as, counts, env.time.now()));
    return {as, counts};
}

}  // namespace

unread_counts unread_of(reading& from, const conversation& in, const member& as) {
    if (as.last_read >= in.last_sequence) return {};
    return from.count_unread(rows(), in.id, as.user, as.last_read);
}

result<read_state> mark_read(const environment& env, writing& w, const caller& by, conversation_id id, sequence upto) {
    auto in = entered(env, w, by, id);
    if (!in) return std::unexpected(in.error());
    if (upto < 0 || upto > in->row.last_sequence)
        return invalid("seq_invalid", "The conversation has no message of this sequence.", "seq");
    if (upto <= in->as->last_read) return read_state{*in->as, unread_of(w, in->row, *in->as)};
    return move_to(env, w, *in, upto);
}

result<read_state> mark_unread(const environment& env, writing& w, const caller& by, conversation_id id,
                               sequence first_unread) {
    auto in = entered(env, w, by, id);
    if (!in) return std::unexpected(in.error());
    if (first_unread < 1 || first_unread > in->row.last_sequence)
        return invalid("seq_invalid", "The conversation has no message of this sequence.", "seq");
    return move_to(env, w, *in, first_unread - 1);
}

result<read_state> change_membership(const environment& env, writing& w, const caller& by, conversation_id id,
                                     const membership_change& change) {
    auto in = entered(env, w, by, id);
    if (!in) return std::unexpected(in.error());
    const auto now = env.time.now();
    auto as = *in->as;
    if (change.notify) as.notify = *change.notify;
    if (change.pin == pinning::pinned && !as.pinned_at) as.pinned_at = now;
    if (change.pin == pinning::unpinned) as.pinned_at.reset();
    w.update(rows(), as);
    const auto counts = unread_of(w, in->row, as);
    w.append(events::membership_updated(as, counts, now));
    return read_state{as, counts};
}

}  // namespace parley::kernel
