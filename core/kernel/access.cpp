// Who may see what.
#include "kernel/access.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace parley::kernel {

std::unexpected<error> not_allowed(std::string sentence) {
    return failure(fault::forbidden, "not_allowed", std::move(sentence));
}

std::unexpected<error> no_such(std::string_view thing) {
    return failure(fault::not_found, "not_found", fmt::format("There is no such {}.", thing));
}

result<void> rights::require(permission what) const {
    if (may(what)) return {};
    return failure(fault::forbidden, "permission_missing",
                   fmt::format("This takes the permission {}.", names_->name_of(what)));
}

bool rights::cover(std::span<const std::string> names) const {
    return std::ranges::all_of(names, [this](const std::string& one) {
        const auto known = names_->find(one);
        return known ? may(*known) : names_->is_everything(granted_);
    });
}

permission_set access::granted_by(const environment& env, reading& rows, std::string_view role) {
    if (const auto* shipped = env.permissions.find_role(role)) return shipped->granted;
    const auto own = rows.find_custom_role(role);
    return own ? env.permissions.known(own->permissions) : permission_set{};
}

rights access::everything(const environment& env) {
    return {env.permissions, env.permissions.shipped_roles().back().granted};
}

result<void> access::may_give(const environment& env, reading& rows, const rights& who, std::string_view role) {
    const auto too_high = [] {
        return failure(fault::forbidden, "role_too_high", "This role holds permissions that you do not hold.", "role");
    };
    if (const auto* shipped = env.permissions.find_role(role)) {
        if (!shipped->granted.is_within(who.granted())) return too_high();
        return {};
    }
    const auto own = rows.find_custom_role(role);
    if (!own) return invalid("role_unknown", "There is no such role; role.list names them.", "role");
    if (!who.cover(own->permissions)) return too_high();
    return {};
}

result<void> access::manages(const environment& env, reading& rows, const actor& who, const std::optional<user>& whom) {
    if (auto may = who.require(permission::users_manage); !may || !whom) return may;
    const auto reach = may_give(env, rows, who.everywhere(), whom->role);
    if (reach || reach.error().code == "role_unknown") return {};
    return failure(fault::forbidden, "role_too_high", "This account holds permissions that you do not hold.");
}

result<actor> access::identify(const environment& env, reading& rows, const caller& who) {
    auto account = rows.find_user(who.user);
    if (!account || account->disabled_at)
        return failure(fault::unauthenticated, "not_signed_in", "The account is gone or disabled.");
    auto granted = granted_by(env, rows, account->role);
    if (!who.acting_plugin.empty()) granted = who.own;
    if (who.only) granted.narrow_to(*who.only);
    // To a plugin that acts as itself nothing is added by what was granted to the account.
    const auto let = who.acting_plugin.empty() ? who.only : std::optional(granted);
    return actor(std::move(*account), rights(env.permissions, granted), let);
}

result<actor> access::authorise(const environment& env, reading& rows, const caller& who) {
    if (who.stage == token_stage::enrol_only)
        return failure(fault::forbidden, "second_factor_needed",
                       "This tenant wants a second factor; set one up first (totp.begin, totp.confirm).");
    if (who.stage == token_stage::prove_only)
        return failure(fault::forbidden, "code_needed", "This account has a second factor; show a code (totp.prove).");
    return identify(env, rows, who);
}

result<actor> access::authorise_whole(const environment& env, reading& rows, const caller& who) {
    if (who.only)
        return failure(fault::forbidden, "scope_too_narrow", "A token with a scope may not do this; sign in instead.");
    return authorise(env, rows, who);
}

rights access::rights_in(const environment& env, reading& rows, const actor& who, const std::optional<member>& as) {
    if (!as || as->granted_role.empty()) return who.everywhere();
    return who.besides(granted_by(env, rows, as->granted_role));
}

result<seen_conversation> access::see(const environment& env, reading& rows, const actor& who, conversation_id id) {
    auto row = rows.find_conversation(key(), id);
    if (!row) return no_such("conversation");
    auto as = rows.find_member(key(), id, who.id());
    const bool open = row->who_finds != visibility::closed && who.may(permission::channels_browse);
    if (!as && (!open || is_banned(env, rows, id, who.id()))) return no_such("conversation");
    const auto* kind = env.kinds.find(row->kind);
    auto here = rights_in(env, rows, who, as);
    return seen_conversation{std::move(*row), std::move(as), kind, here};
}

result<seen_conversation> access::see_private_channel(const environment& env, reading& rows, const actor& who,
                                                      conversation_id id) {
    auto row = rows.find_conversation(key(), id);
    const auto* kind = row ? env.kinds.find(row->kind) : nullptr;
    if (kind == nullptr || !kind->listed || !who.may(permission::channels_enter_private))
        return no_such("conversation");
    if (is_banned(env, rows, id, who.id())) return no_such("conversation");
    auto as = rows.find_member(key(), id, who.id());
    auto here = rights_in(env, rows, who, as);
    return seen_conversation{std::move(*row), std::move(as), kind, here};
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
    if (!in || !sees(who, *in, *row)) return no_such("message");
    return seen_message{std::move(*row), std::move(*in)};
}

bool access::sees(const actor& who, const seen_conversation& in, const message& what) {
    return what.state == message_state::published || what.author == who.id() || in.may(permission::messages_review);
}

bool access::is_banned(const environment& env, reading& rows, conversation_id from, user_id who) {
    const auto found = rows.find_ban(key(), from, who);
    return found && found->holds(env.time.now());
}

bool access::governs(const seen_conversation& in) {
    return in.is_admin() || (in.kind != nullptr && in.may(in.kind->managed_with));
}

result<void> access::takes_messages(const seen_conversation& in) {
    if (auto may = in.require(permission::messages_send); !may) return may;
    if (in.row.archived_at)
        return failure(fault::conflict, "conversation_archived", "The conversation is archived; nothing can be added.");
    const auto writers = in.kind == nullptr ? party::nobody : in.kind->writes;
    if (!is_among(writers, in)) return not_allowed("Members may not write in this conversation.");
    return {};
}

bool access::is_among(party those, const seen_conversation& in) {
    switch (those) {
        case party::nobody:
            return false;
        case party::members:
            return in.is_member();
        case party::admins:
            return governs(in);
    }
    return false;
}

}  // namespace parley::kernel
