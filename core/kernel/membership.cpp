// Who is in a conversation, and as what.
#include "kernel/membership.hpp"

#include <utility>

#include "kernel/audit.hpp"
#include "kernel/events.hpp"
#include "kernel/people.hpp"

namespace parley::kernel {
namespace {

struct acting {
    actor who;
    seen_conversation in;
};

result<acting> act_in(const environment& env, reading& from, const caller& by, conversation_id id) {
    auto who = access::authorise(env, from, by);
    if (!who) return std::unexpected(who.error());
    auto in = access::see(env, from, *who, id);
    if (!in) return std::unexpected(in.error());
    return acting{std::move(*who), std::move(*in)};
}

result<void> has_room(const environment& env, const caller& by, const seen_conversation& in) {
    if (in.row.archived_at)
        return failure(fault::conflict, "conversation_archived", "The conversation is archived; nobody can be added.");
    const auto most = in.kind != nullptr && in.kind->most_members > 0
                          ? in.kind->most_members
                          : static_cast<std::int64_t>(env.settings.of(by.tenant_name)->conversations.max_members);
    if (in.row.member_count >= most)
        return failure(fault::too_many, "too_many_members", "The conversation has as many members as it may have.");
    return {};
}

bool is_last_owner(reading& from, const conversation& in, const member& as) {
    return as.role == member_role::owner && in.member_count > 1 && from.count_owners(rows(), in.id) == 1;
}

/// The member and its account; a stranger is not found.
result<member_entry> entry_of(reading& from, conversation_id in, user_id who) {
    auto as = from.find_member(rows(), in, who);
    auto account = from.find_user(who);
    if (!as || !account) return no_such("member");
    return member_entry{*as, std::move(*account)};
}

}  // namespace

result<seen_conversation> join_conversation(const environment& env, writing& w, const caller& by, conversation_id id) {
    auto who = access::authorise(env, w, by);
    if (!who) return std::unexpected(who.error());
    auto in = access::see(env, w, *who, id);
    if (!in && who->may(permission::channels_enter_private)) in = access::see_private_channel(env, w, *who, id);
    if (!in) return in;
    if (in->is_member()) return in;
    if (auto room = has_room(env, by, *in); !room) return std::unexpected(room.error());
    add_one_member(env, w, in->row, who->account(), member_role::member, env.time.now());
    in->as = w.find_member(rows(), id, who->id());
    return in;
}

result<void> leave_conversation(const environment& env, writing& w, const caller& by, conversation_id id) {
    auto acts = act_in(env, w, by, id);
    if (!acts) return std::unexpected(acts.error());
    auto& [who, in] = *acts;
    if (!in.is_member()) return {};
    if (!access::is_among(in.kind == nullptr ? party::nobody : in.kind->leaves, in))
        return not_allowed("Members cannot leave a conversation of this kind by themselves.");
    if (is_last_owner(w, in.row, *in.as))
        return failure(fault::conflict, "last_owner", "Make somebody else an owner first, or delete the conversation.");
    remove_one_member(w, in.row, *in.as, "left", env.time.now());
    return {};
}

result<member_entry> add_member(const environment& env, writing& w, const caller& by, conversation_id id,
                                user_id added) {
    auto acts = act_in(env, w, by, id);
    if (!acts) return std::unexpected(acts.error());
    auto& [who, in] = *acts;
    const auto adders = in.kind == nullptr ? party::nobody : in.kind->adds_members;
    const bool governs = in.kind != nullptr && in.kind->adds_members != party::nobody && access::governs(in);
    if (!access::is_among(adders, in) && !governs) return not_allowed("You may not add members to this conversation.");
    auto account = w.find_user(added);
    if (!knows(w, who, added) || !account || account->disabled_at)
        return invalid("user_unknown", "There is no such user.", "user");
    if (auto there = w.find_member(rows(), id, added)) return member_entry{*there, std::move(*account)};
    if (access::is_banned(env, w, id, added))
        return failure(fault::conflict, "user_banned", "The user is banned from this conversation.", "user");
    if (auto room = has_room(env, by, in); !room) return std::unexpected(room.error());
    add_one_member(env, w, in.row, *account, member_role::member, env.time.now());
    return member_entry{*w.find_member(rows(), id, added), std::move(*account)};
}

result<void> remove_member(const environment& env, writing& w, const caller& by, conversation_id id, user_id removed) {
    auto acts = act_in(env, w, by, id);
    if (!acts) return std::unexpected(acts.error());
    auto& [who, in] = *acts;
    if (removed == who.id()) return leave_conversation(env, w, by, id);
    const bool possible = in.kind != nullptr && in.kind->adds_members != party::nobody;
    if (!possible || !access::governs(in)) return not_allowed("Only admins of the conversation may remove members.");
    auto entry = entry_of(w, id, removed);
    if (!entry) return std::unexpected(entry.error());
    if (entry->as.role == member_role::owner && !in.is_owner() && !in.may(in.kind->managed_with))
        return not_allowed("Only an owner may remove an owner.");
    remove_one_member(w, in.row, entry->as, "removed", env.time.now());
    return {};
}

result<member_entry> set_member_role(const environment& env, writing& w, const caller& by, conversation_id id,
                                     user_id changed, member_role role) {
    auto acts = act_in(env, w, by, id);
    if (!acts) return std::unexpected(acts.error());
    auto& [who, in] = *acts;
    const bool may = in.kind != nullptr && in.kind->named && (in.is_owner() || in.may(in.kind->managed_with));
    if (!may) return not_allowed("Only an owner may change roles in this conversation.");
    auto entry = entry_of(w, id, changed);
    if (!entry) return entry;
    if (entry->as.role == role) return entry;
    if (is_last_owner(w, in.row, entry->as))
        return failure(fault::conflict, "last_owner", "Make somebody else an owner first.", "role");
    const auto before = std::exchange(entry->as.role, role);
    w.update(rows(), entry->as);
    w.append(events::member_updated(*entry, env.time.now()));
    record(env, w, by,
           {.action = "member.role_changed",
            .subject_kind = "user",
            .subject = changed.value,
            .details = {{"conversation", id.text()}, {"from", name_of(before)}, {"to", name_of(role)}}});
    return entry;
}

}  // namespace parley::kernel
