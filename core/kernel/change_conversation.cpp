// Changes of a conversation's own fields.
#include "kernel/change_conversation.hpp"

#include "kernel/conversation_text.hpp"
#include "kernel/events.hpp"

namespace parley::kernel {
namespace {

result<seen_conversation> governed(const environment& env, writing& w, const caller& by, conversation_id id) {
    auto who = access::authorise(env, w, by);
    if (!who) return std::unexpected(who.error());
    auto in = access::see(env, w, *who, id);
    if (!in) return in;
    // The two parties of a direct conversation are equals: there is nothing to govern.
    if (in->kind == nullptr || !in->kind->named || !access::governs(*in))
        return not_allowed("Only admins of the conversation may do this.");
    return in;
}

result<void> apply(const environment& env, const caller& by, const conversation_kind& kind,
                   const change_conversation_command& command, conversation& row) {
    const auto limits = env.settings.of(by.tenant_name);
    const auto set = [](std::string& target, result<std::string> checked) -> result<void> {
        if (!checked) return std::unexpected(checked.error());
        target = std::move(*checked);
        return {};
    };
    result<void> done;
    if (command.name && done) done = set(row.name, conversation_name(*limits, kind, *command.name));
    if (command.topic && done) done = set(row.topic, conversation_topic(*limits, *command.topic));
    if (command.description && done)
        done = set(row.description, conversation_description(*limits, *command.description));
    if (command.team && done) done = set(row.team, conversation_team(*command.team));
    if (!done) return done;
    if (command.who_finds) {
        if (!kind.listed && *command.who_finds != visibility::closed)
            return invalid("visibility_invalid", "Conversations of this kind are private.", "visibility");
        row.who_finds = *command.who_finds;
    }
    return {};
}

void store_and_announce(const environment& env, writing& w, seen_conversation& in) {
    in.row.updated_at = env.time.now();
    w.update(rows(), in.row);
    w.append(events::conversation_updated(in.row, in.kind, in.row.updated_at));
}

}  // namespace

result<conversation> change_conversation(const environment& env, writing& w, const caller& by,
                                         const change_conversation_command& command) {
    auto in = governed(env, w, by, command.conversation);
    if (!in) return std::unexpected(in.error());
    if (auto fits = apply(env, by, *in->kind, command, in->row); !fits) return std::unexpected(fits.error());
    store_and_announce(env, w, *in);
    return std::move(in->row);
}

result<conversation> archive_conversation(const environment& env, writing& w, const caller& by, conversation_id id,
                                          archival how) {
    auto in = governed(env, w, by, id);
    if (!in) return std::unexpected(in.error());
    if (in->row.archived_at.has_value() == (how == archival::archive)) return std::move(in->row);
    if (how == archival::archive)
        in->row.archived_at = env.time.now();
    else
        in->row.archived_at.reset();
    store_and_announce(env, w, *in);
    return std::move(in->row);
}

result<void> delete_conversation(const environment& env, writing& w, const caller& by, conversation_id id) {
    auto who = access::authorise(env, w, by);
    if (!who) return std::unexpected(who.error());
    auto in = access::see(env, w, *who, id);
    if (!in) return std::unexpected(in.error());
    const bool may = in->kind != nullptr && in->kind->named && (in->is_owner() || who->may(in->kind->managed_with));
    if (!may) return not_allowed("Only the conversation's owner may delete it.");
    const auto now = env.time.now();
    in->row.deleted_at = now;
    w.update(rows(), in->row);
    w.append(events::conversation_deleted(id, now));
    return {};
}

}  // namespace parley::kernel
