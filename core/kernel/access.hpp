// The only way to a conversation or a message: through the check of the caller's right to it.
#pragma once

#include <optional>

#include "kernel/environment.hpp"
#include "kernel/ports.hpp"
#include "model/permission.hpp"

namespace parley::kernel {

/// A caller whose account is good, with the rights it has now.
class actor {
public:
    [[nodiscard]] const user& account() const { return account_; }
    [[nodiscard]] user_id id() const { return account_.id; }
    [[nodiscard]] bool may(permission what) const { return granted_.has(what); }
    /// `forbidden`, naming the permission, unless it is held.
    [[nodiscard]] result<void> require(permission what) const;

private:
    friend class access;
    actor(user account, permission_set granted) : account_(std::move(account)), granted_(granted) {}
    user account_;
    permission_set granted_;
};

/// A conversation that the actor may see.
struct seen_conversation {
    conversation row;
    std::optional<member> as;  ///< nothing when the actor is not a member
    const conversation_kind* kind = nullptr;

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
    [[nodiscard]] static result<actor> authorise(reading&, const caller&);
    /// The same for what may be done before the second factor: setting one up and leaving.
    [[nodiscard]] static result<actor> identify(reading&, const caller&);
    /// As authorise(), and not with a token whose scope is narrowed: such a one must not lead to more than it gives.
    [[nodiscard]] static result<actor> authorise_whole(reading&, const caller&);

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
    [[nodiscard]] static bool sees(const actor&, const message&);

    /// Whether the actor governs the conversation: its admin, or by the permission that its kind names.
    [[nodiscard]] static bool governs(const actor&, const seen_conversation&);
    /// Whether the actor may write there now: its kind lets it, and the conversation is not archived.
    [[nodiscard]] static result<void> takes_messages(const actor&, const seen_conversation&);
    /// Whether the actor is among `those` there, or governs the conversation where admins may.
    [[nodiscard]] static bool is_among(party those, const actor&, const seen_conversation&);

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
