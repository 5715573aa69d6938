// A grant stands on the member's row, so that looking it up costs nothing: the row is read anyway.
#include "kernel/grants.hpp"

#include <utility>

#include "kernel/audit.hpp"
#include "kernel/events.hpp"

namespace parley::kernel {
namespace {

/// The member, once the caller may change what is granted to it.
result<member_entry> grantee(const environment& env, writing& w, const seen_conversation& in, user_id whom) {
    if (!access::governs(in)) return not_allowed("Only admins of the conversation may grant roles in it.");
    auto as = w.find_member(rows(), in.row.id, whom);
    auto account = w.find_user(whom);
    if (!as || !account) return no_such("member");
    // Whoever reaches less far than what was granted did not grant it.
    if (!as->granted_role.empty())
        if (auto may = access::may_give(env, w, in.here, as->granted_role); !may) return std::unexpected(may.error());
    return member_entry{std::move(*as), std::move(*account)};
}

result<seen_conversation> open(const environment& env, writing& w, const caller& by, conversation_id in) {
    auto who = access::authorise(env, w, by);
    if (!who) return std::unexpected(who.error());
    return access::see(env, w, *who, in);
}

void change(const environment& env, writing& w, const caller& by, member_entry& entry, std::string to) {
    const auto now = env.time.now();
    const auto before = std::exchange(entry.as.granted_role, std::move(to));
    const auto& role = entry.as.granted_role;
    w.update(rows(), entry.as);
    w.append(events::member_updated(entry, now));
    const auto granted = role.empty() ? permission_set{} : access::granted_by(env, w, role);
    w.append(events::rights_updated(entry.as, env.permissions.names_of(granted), now));
    boost::json::object details{{"conversation", entry.as.conversation.text()}};
    if (!before.empty()) details["from"] = before;
    if (!role.empty()) details["role"] = role;
    record(env, w, by,
           {.action = role.empty() ? "grant.removed" : "grant.added",
            .subject_kind = "user",
            .subject = entry.as.user.value,
            .details = std::move(details)});
}

}  // namespace

result<member_entry> grant_role(const environment& env, writing& w, const caller& by, conversation_id id, user_id whom,
                                const std::string& role) {
    const auto in = open(env, w, by, id);
    if (!in) return std::unexpected(in.error());
    auto entry = grantee(env, w, *in, whom);
    if (!entry) return entry;
    if (auto may = access::may_give(env, w, in->here, role); !may) return std::unexpected(may.error());
    if (entry->as.granted_role != role) change(env, w, by, *entry, role);
    return entry;
}

result<member_entry> withdraw_role(const environment& env, writing& w, const caller& by, conversation_id id,
                                   user_id whom) {
    const auto in = open(env, w, by, id);
    if (!in) return std::unexpected(in.error());
    auto entry = grantee(env, w, *in, whom);
    if (!entry) return entry;
    if (!entry->as.granted_role.empty()) change(env, w, by, *entry, {});
    return entry;
}

}  // namespace parley::kernel
