// A deletion: right, revision or removal, thread, event.
#include "kernel/delete_message.hpp"

#include "kernel/audit.hpp"
#include "kernel/events.hpp"
#include "kernel/message_draft.hpp"
#include "kernel/revise.hpp"

namespace parley::kernel {
namespace {

result<void> may_delete(const actor& who, const seen_message& seen, deletion how) {
    if (how == deletion::hard) return seen.in.require(permission::messages_delete_hard);
    if (seen.row.author != who.id()) {
        if (seen.in.is_admin() || access::governs(seen.in)) return {};
        return seen.in.require(permission::messages_delete_others);
    }
    if (auto may = seen.in.require(permission::messages_delete_own); !may) return may;
    const auto removers = seen.in.kind == nullptr ? party::nobody : seen.in.kind->removes_messages;
    if (seen.row.state == message_state::published && !access::is_among(removers, seen.in))
        return not_allowed("Only admins of the conversation remove messages here.");
    return {};
}

std::optional<message> thread_after(writing& w, const message& removed) {
    if (!removed.thread_root) return std::nullopt;
    return recount_thread(w, removed.thread_root);
}

void purge(writing& w, const message& what, moment now) {
    w.erase(rows(), what);
    if (what.state != message_state::published) {
        w.append(events::message_withdrawn(what, now));
        return;
    }
    const auto root = thread_after(w, what);
    w.append(events::message_purged(what, root ? &*root : nullptr, now));
}

void blank(writing& w, message what, user_id by, moment now) {
    const auto mentioned = what.mentions;
    keep_revision(w, what, by, now);
    what.text.clear();
    what.data.clear();
    what.mentions.clear();
    what.deleted_at = now;
    w.update(rows(), what);
    const auto root = thread_after(w, what);
    w.append(events::message_deleted(view_of(w, std::move(what)), mentioned, root ? &*root : nullptr, now));
}

}  // namespace

result<void> delete_message(const environment& env, writing& w, const caller& by, message_id id, deletion how) {
    auto who = access::authorise(env, w, by);
    if (!who) return std::unexpected(who.error());
    auto seen = access::see(env, w, *who, id);
    if (!seen) return std::unexpected(seen.error());
    if (auto may = may_delete(*who, *seen, how); !may) return may;
    if (how == deletion::soft && seen->row.deleted_at) return {};
    // Nobody else ever saw a withheld message, so there is no place to keep for it.
    if (how == deletion::soft && seen->row.state == message_state::published) {
        blank(w, std::move(seen->row), who->id(), env.time.now());
        return {};
    }
    purge(w, seen->row, env.time.now());
    record(env, w, by,
           {.action = "message.purged",
            .subject_kind = "message",
            .subject = id.value,
            .details = {{"conversation", seen->row.conversation.text()}, {"seq", seen->row.seq}}});
    return {};
}

}  // namespace parley::kernel
