// Who may see what.
#include "kernel/access.hpp"

#include <fmt/format.h>

namespace parley::kernel {

std::unexpected<error> not_allowed(std::string sentence) {
    return failure(fault::forbidden, "not_allowed", std::move(sentence));
}

std::unexpected<error> no_such(std::string_view thing) {
    return failure(fault::not_found, "not_found", fmt::format("There is no such {}.", thing));
}

result<void> actor::require(permission what) const {
    if (may(what)) return {};
    return failure(fault::forbidden, "permission_missing", fmt::format("This takes the permission {}.", name_of(what)));
}

result<actor> access::identify(reading& rows, const caller& who) {
    auto account = rows.find_user(who.user);
    if (!account || account->disabled_at)
        return failure(fault::unauthenticated, "not_signed_in", "The account is gone or disabled.");
    const auto* role = find_role(account->role);
    auto granted = role == nullptr ? permission_set{} : role->granted;
    if (!who.acting_plugin.empty()) granted = who.own;
    if (who.only) granted.narrow_to(*who.only);
    return actor(std::move(*account), granted);
}

result<actor> access::authorise(reading& rows, const caller& who) {
    if (who.stage == token_stage::enrol_only)
        return failure(fault::forbidden, "second_factor_needed",
                       "This tenant wants a second factor; set one up first (totp.begin, totp.confirm).");
    return identify(rows, who);
}

result<actor> access::authorise_whole(reading& rows, const caller& who) {
    if (who.only)
        return failure(fault::forbidden, "scope_too_narrow", "A token with a scope may not do this; sign in instead.");
    return authorise(rows, who);
}

result<seen_conversation> access::see(const environment& env, reading& rows, const actor& who, conversation_id id) {
    auto row = rows.find_conversation(key(), id);
    if (!row) return no_such("conversation");
    auto as = rows.find_member(key(), id, who.id());
    const bool open = row->who_finds != visibility::closed && who.may(permission::channels_browse);
    if (!as && !open) return no_such("conversation");
    const auto* kind = env.kinds.find(row->kind);
    return seen_conversation{std::move(*row), std::move(as), kind};
}

result<seen_conversation> access::see_private_channel(const environment& env, reading& rows, const actor& who,
                                                      conversation_id id) {
    auto row = rows.find_conversation(key(), id);
    const auto* kind = row ? env.kinds.find(row->kind) : nullptr;
    if (kind == nullptr || !kind->listed || !who.may(permission::channels_enter_private))
        return no_such("conversation");
    return seen_conversation{std::move(*row), rows.find_member(key(), id, who.id()), kind};
}

result<seen_conversation> access::enter(const environment& env, reading& rows, const actor& who, conversation_id id) {
    auto seen = see(env, rows, who, id);
    if (seen && !seen->is_member()) return not_allowed("Only members of the conversation may do this; join it first.");
    return seen;
}

result<seen_message> access::see(const environment& env, reading& rows, const actor& who, message_id id) {
    auto row = rows.find_message(key(), id);
    if (!row) return no_such("message");
    auto in = see(env, rows, who, row->conversation);
    if (!in || !sees(who, *row)) return no_such("message");
    return seen_message{std::move(*row), std::move(*in)};
}

bool access::sees(const actor& who, const message& what) {
    return what.state == message_state::published || what.author == who.id() || who.may(permission::messages_review);
}

bool access::governs(const actor& who, const seen_conversation& in) {
    return in.is_admin() || (in.kind != nullptr && who.may(in.kind->managed_with));
}

result<void> access::takes_messages(const actor& who, const seen_conversation& in) {
    if (auto may = who.require(permission::messages_send); !may) return may;
    if (in.row.archived_at)
        return failure(fault::conflict, "conversation_archived", "The conversation is archived; nothing can be added.");
    const auto writers = in.kind == nullptr ? party::nobody : in.kind->writes;
    if (!is_among(writers, who, in)) return not_allowed("Members may not write in this conversation.");
    return {};
}

bool access::is_among(party those, const actor& who, const seen_conversation& in) {
    switch (those) {
        case party::nobody:
            return false;
        case party::members:
            return in.is_member();
        case party::admins:
            return governs(who, in);
    }
    return false;
}

}  // namespace parley::kernel
