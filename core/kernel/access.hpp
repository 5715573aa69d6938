// The only way to a conversation or a message: through the check of the caller's right to it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/environment.hpp"
#include "kernel/ports.hpp"
#include "model/permission_catalogue.hpp"

namespace parley::kernel {

/// What somebody may do somewhere.
class rights {
public:
    /// The catalogue outlives this.
    rights(const permission_catalogue& names, permission_set granted) : names_(&names), granted_(granted) {}

    [[nodiscard]] bool may(permission what) const { return granted_.has(what); }
    /// `forbidden`, naming the permission, unless it is held.
    [[nodiscard]] result<void> require(permission what) const;
    /// Whether everything that these permissions allow is held. A name that nobody declares now could come to mean
    /// anything, so only who holds everything holds it.
    [[nodiscard]] bool cover(std::span<const std::string> names) const;
    [[nodiscard]] const permission_set& granted() const { return granted_; }
    [[nodiscard]] std::vector<std::string_view> names() const { return names_->names_of(granted_); }
    [[nodiscard]] rights with(const permission_set& more) const {
        auto made = *this;
        made.granted_.grant(more);
        return made;
    }

private:
    const permission_catalogue* names_;
    permission_set granted_;
};

/// A caller whose account is good, with the rights it has now in the whole tenant.
class actor {
public:
    [[nodiscard]] const user& account() const { return account_; }
    [[nodiscard]] user_id id() const { return account_.id; }
    [[nodiscard]] const rights& everywhere() const { return rights_; }
    [[nodiscard]] bool may(permission what) const { return rights_.may(what); }
    /// `forbidden`, naming the permission, unless it is held.
    [[nodiscard]] result<void> require(permission what) const { return rights_.require(what); }
    /// The rights where something more is granted, which the token's scope narrows as well.
    [[nodiscard]] rights besides(permission_set granted) const {
        if (only_) granted.narrow_to(*only_);
        return rights_.with(granted);
    }
    /// Whether the token's scope lets the actor use this, should it be granted.
    [[nodiscard]] bool is_let(permission what) const { return !only_ || only_->has(what); }
    /// The token's scope; nothing: whatever is granted may be used.
    [[nodiscard]] const std::optional<permission_set>& scope() const { return only_; }

private:
    friend class access;
    actor(user account, rights granted, std::optional<permission_set> only)
        : account_(std::move(account)), rights_(granted), only_(only) {}
    user account_;
    rights rights_;
    std::optional<permission_set> only_;  ///< the token's scope
};

/// A conversation that the actor may see, with what it may do there: by its account's role, and by the one that is
/// granted to it there. What a conversation holds is asked of these rights, not of the actor's.
struct seen_conversation {
    conversation row;
    std::optional<member> as;  ///< nothing when the actor is not a member
    const conversation_kind* kind = nullptr;
    rights here;

    [[nodiscard]] bool may(permission what) const { return here.may(what); }
    [[nodiscard]] result<void> require(permission what) const { return here.require(what); }
    [[nodiscard]] bool is_member() const { return as.has_value(); }
    [[nodiscard]] bool is_admin() const { return as && as->role != member_role::member; }
    [[nodiscard]] bool is_owner() const { return as && as->role == member_role::owner; }
};

/// A message that the actor may see, with where it is.
struct seen_message {
    message row;
    seen_conversation in;
};

class access {
public:
    /// `unauthenticated` when the account is gone or disabled; `forbidden` before a second factor that is needed.
    [[nodiscard]] static result<actor> authorise(const environment&, reading&, const caller&);
    /// The same for what may be done before the second factor: setting one up and leaving.
    [[nodiscard]] static result<actor> identify(const environment&, reading&, const caller&);
    /// As authorise(), and not with a token whose scope is narrowed: such a one must not lead to more than it gives.
    [[nodiscard]] static result<actor> authorise_whole(const environment&, reading&, const caller&);

    /// `not_found` alike for what is absent and for what is not the actor's to know about.
    [[nodiscard]] static result<seen_conversation> see(const environment&, reading&, const actor&, conversation_id);
    [[nodiscard]] static result<seen_message> see(const environment&, reading&, const actor&, message_id);

    /// As see(), and the actor is a member.
    [[nodiscard]] static result<seen_conversation> enter(const environment&, reading&, const actor&, conversation_id);

    /// A private channel, for who may enter those without an invitation; not_found for everything else.
    [[nodiscard]] static result<seen_conversation> see_private_channel(const environment&, reading&, const actor&,
                                                                       conversation_id);

    /// Whether the actor may see this message of a conversation it sees: held and rejected ones are for their author
    /// and for reviewers.
    [[nodiscard]] static bool sees(const actor&, const seen_conversation&, const message&);

    /// Whether somebody must stay out of the conversation now.
    [[nodiscard]] static bool is_banned(const environment&, reading&, conversation_id, user_id);

    /// Whether the actor governs the conversation: its admin, or by the permission that its kind names.
    [[nodiscard]] static bool governs(const seen_conversation&);
    /// Whether the actor may write there now: its kind lets it, and the conversation is not archived.
    [[nodiscard]] static result<void> takes_messages(const seen_conversation&);
    /// Whether the actor is among `those` there, or governs the conversation where admins may.
    [[nodiscard]] static bool is_among(party those, const seen_conversation&);

    /// What the actor may do in the conversation that it is this member of; nothing: that it is no member of.
    [[nodiscard]] static rights rights_in(const environment&, reading&, const actor&, const std::optional<member>&);

    /// What a role grants, shipped or the tenant's own; nothing when there is no such role.
    [[nodiscard]] static permission_set granted_by(const environment&, reading&, std::string_view role);
    /// Of the system itself.
    [[nodiscard]] static rights everything(const environment&);
    /// Whether the actor may manage this account: by users.manage, and as far as the account's role holds no more than
    /// the actor does. `forbidden` otherwise. Of an account that is not there users.manage alone is asked.
    [[nodiscard]] static result<void> manages(const environment&, reading&, const actor&, const std::optional<user>&);
    /// Whether who has these rights may hand this role to somebody: it holds all that the role grants. `invalid`,
    /// role_unknown, when there is no such role, and `forbidden`, role_too_high.
    [[nodiscard]] static result<void> may_give(const environment&, reading&, const rights&, std::string_view role);

private:
    // The use cases that work on rows which access has already handed to an actor, or that the system itself makes.
    friend access_key rows();
    static access_key key() { return {}; }
};

/// The key to raw rows, for the kernel's use cases once access has said yes. Adapters never call it.
[[nodiscard]] inline access_key rows() { return access::key(); }

/// `forbidden` with a sentence that says what is not allowed.
[[nodiscard]] std::unexpected<error> not_allowed(std::string sentence);
/// The one answer for what is absent and for what the caller may not know of.
[[nodiscard]] std::unexpected<error> no_such(std::string_view thing);

}  // namespace parley::kernel
