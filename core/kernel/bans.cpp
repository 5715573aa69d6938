// Who is barred, by whom, until when.
#include "kernel/bans.hpp"

#include <utility>

#include "base/text.hpp"
#include "kernel/audit.hpp"
#include "kernel/people.hpp"
#include "kernel/present.hpp"
#include "kernel/read_messages.hpp"

namespace parley::kernel {
namespace {

struct governing {
    actor who;
    seen_conversation in;
};

result<governing> govern(const environment& env, reading& from, const caller& by, conversation_id id) {
    auto who = access::authorise(env, from, by);
    if (!who) return std::unexpected(who.error());
    auto in = access::see(env, from, *who, id);
    if (!in) return std::unexpected(in.error());
    const bool possible = in->kind != nullptr && in->kind->adds_members != party::nobody;
    if (!possible || !access::governs(*in)) return not_allowed("Only admins of the conversation may ban.");
    return governing{std::move(*who), std::move(*in)};
}

/// Whoever could let itself in again anyway is not locked out of what it governs.
bool governs_all(const environment& env, reading& from, const user& whom, permission with) {
    return access::granted_by(env, from, whom.role).has(with);
}

result<void> check_words(const environment& env, const ban_command& command) {
    if (command.until && *command.until <= env.time.now())
        return invalid("until_past", "A ban ends in the future, or it has no end.", "until");
    return check_text(command.reason, {.max_graphemes = 500, .max_bytes = 4000, .field = "reason"});
}

result<void> may_be_banned(const environment& env, reading& from, const governing& acts, const user& whom,
                           const std::optional<member>& as) {
    const auto& [who, in] = acts;
    if (whom.id == who.id()) return invalid("own_ban", "Nobody bans oneself; leave instead.", "user");
    if (as && as->role == member_role::owner && !in.is_owner() && !in.may(in.kind->managed_with))
        return not_allowed("Only an owner may ban an owner.");
    if (governs_all(env, from, whom, in.kind->managed_with))
        return not_allowed("Who governs all conversations of this kind cannot be banned from one.");
    return {};
}

void store_ban(writing& w, const conversation_ban& made) {
    if (w.find_ban(rows(), made.conversation, made.user))
        w.update(rows(), made);
    else
        w.insert(rows(), made);
}

}  // namespace

result<ban_entry> ban_member(const environment& env, writing& w, const caller& by, ban_command command) {
    auto acts = govern(env, w, by, command.conversation);
    if (!acts) return std::unexpected(acts.error());
    if (auto fits = check_words(env, command); !fits) return std::unexpected(fits.error());
    // Whom the caller may not look up is not there to be banned, or banning would be a way to look people up.
    auto whom = w.find_user(command.user);
    if (!whom || !knows(w, acts->who, command.user)) return invalid("user_unknown", "There is no such user.", "user");
    const auto as = w.find_member(rows(), command.conversation, whom->id);
    if (auto may = may_be_banned(env, w, *acts, *whom, as); !may) return std::unexpected(may.error());
    const auto now = env.time.now();
    const conversation_ban made{.conversation = command.conversation,
                                .user = whom->id,
                                .by = by.user,
                                .reason = std::move(command.reason),
                                .created_at = now,
                                .until = command.until};
    store_ban(w, made);
    if (as) remove_one_member(w, acts->in.row, *as, "banned", now);
    record(env, w, by,
           {.action = "member.banned",
            .subject_kind = "user",
            .subject = whom->id.value,
            .details = {
                {"conversation", made.conversation.text()}, {"until", present(made.until)}, {"reason", made.reason}}});
    return ban_entry{made, std::move(*whom)};
}

result<void> unban_member(const environment& env, writing& w, const caller& by, conversation_id from, user_id whom) {
    auto acts = govern(env, w, by, from);
    if (!acts) return std::unexpected(acts.error());
    const auto found = w.find_ban(rows(), from, whom);
    if (!found || !found->holds(env.time.now())) return no_such("ban");
    w.erase(rows(), *found);
    record(env, w, by,
           {.action = "member.unbanned",
            .subject_kind = "user",
            .subject = whom.value,
            .details = {{"conversation", from.text()}}});
    return {};
}

result<std::vector<ban_entry>> list_bans(const environment& env, reading& from, const caller& by, conversation_id id,
                                         user_id after, int limit) {
    if (auto fits = check_limit(limit); !fits) return std::unexpected(fits.error());
    auto acts = govern(env, from, by, id);
    if (!acts) return std::unexpected(acts.error());
    return from.bans(rows(), id, env.time.now(), after, limit);
}

}  // namespace parley::kernel
