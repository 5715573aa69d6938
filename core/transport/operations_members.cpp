// The people of a conversation.
#include "kernel/grants.hpp"
#include "kernel/membership.hpp"
#include "kernel/present.hpp"
#include "kernel/read_conversations.hpp"
#include "transport/audited_refusal.hpp"
#include "transport/operations.hpp"

namespace parley::transport {
namespace {

using kernel::caller;
using kernel::environment;
using kernel::reading;
using kernel::writing;

result<answer> list(const environment& env, reading& from, const caller& by, const input& in) {
    const auto limit = in.integer("limit", usual_page);
    const auto found = kernel::read_members(env, from, by, in.id<conversation_id>("conversation"),
                                            in.id<user_id>("after"), static_cast<int>(limit));
    if (!found) return std::unexpected(found.error());
    auto body = listed("members", *found, [](const auto& one) { return kernel::present(one); });
    body["next"] = next_of(*found, limit, [](const auto& last) { return last.who.id.text(); });
    return answer{200, std::move(body)};
}

result<answer> add(const environment& env, writing& w, const caller& by, const input& in) {
    const auto entry = kernel::add_member(env, w, by, in.id<conversation_id>("conversation"), in.id<user_id>("user"));
    if (!entry) return std::unexpected(entry.error());
    return answer{200, kernel::present(*entry)};
}

result<answer> remove(const environment& env, writing& w, const caller& by, const input& in) {
    const auto done = kernel::remove_member(env, w, by, in.id<conversation_id>("conversation"), in.id<user_id>("user"));
    if (!done) return std::unexpected(done.error());
    return answer{};
}

result<answer> update(const environment& env, writing& w, const caller& by, const input& in) {
    const auto entry =
        kernel::set_member_role(env, w, by, in.id<conversation_id>("conversation"), in.id<user_id>("user"),
                                parse_member_role(in.text("role")).value_or(member_role::member));
    if (!entry) return std::unexpected(entry.error());
    return answer{200, kernel::present(*entry)};
}

result<answer> grant(const environment& env, writing& w, const caller& by, const input& in) {
    const auto entry =
        kernel::grant_role(env, w, by, in.id<conversation_id>("conversation"), in.id<user_id>("user"), in.text("role"));
    if (!entry) return std::unexpected(entry.error());
    return answer{200, kernel::present(*entry)};
}

result<answer> withdraw(const environment& env, writing& w, const caller& by, const input& in) {
    const auto entry =
        kernel::withdraw_role(env, w, by, in.id<conversation_id>("conversation"), in.id<user_id>("user"));
    if (!entry) return std::unexpected(entry.error());
    return answer{200, kernel::present(*entry)};
}

}  // namespace

std::vector<operation> member_operations() {
    const auto where = path_id("conversation", "The conversation's id.");
    const auto whom = path_id("user", "The member's user id.");
    return {
        {.name = "member.list",
         .method = "GET",
         .path = "/api/v1/conversations/{conversation}/members",
         .group = "members",
         .sentence = "The members by user id.",
         .fields = {where, in_query(field_of(field_type::id, "after", "The `next` of the page before.")), page_limit()},
         .answers = "MemberPage",
         .problems = {},
         .run = reads(list)},
        {.name = "member.add",
         .method = "POST",
         .path = "/api/v1/conversations/{conversation}/members",
         .group = "members",
         .sentence = "Adds somebody, where the kind lets the caller; being in already changes nothing.",
         .fields = {where, required(field_of(field_type::id, "user", "Whom to add."))},
         .answers = "Member",
         .problems = {403, 409},
         .run = writes(add),
         .judged_as = "member.add"},
        {.name = "member.remove",
         .method = "DELETE",
         .path = "/api/v1/conversations/{conversation}/members/{user}",
         .group = "members",
         .sentence = "Removes somebody; for admins, and an owner is removed by an owner only. Oneself: leaves.",
         .fields = {where, whom},
         .problems = {403, 409},
         .run = writes(remove)},
        {.name = "member.update",
         .method = "PATCH",
         .path = "/api/v1/conversations/{conversation}/members/{user}",
         .group = "members",
         .sentence = "Changes a member's role; for owners.",
         .fields = {where, whom,
                    required(choice_field("role", {"member", "admin", "owner"}, "What the member becomes."))},
         .answers = "Member",
         .problems = {403, 409},
         .run = writes(update)},
        {.name = "grant.add",
         .method = "POST",
         .path = "/api/v1/conversations/{conversation}/members/{user}/grant",
         .group = "members",
         .sentence =
             "Lets a member hold a role here, besides that of its account; for who governs the conversation and "
             "holds all that the role grants.",
         .fields = {where, whom, required(text_field("role", 64, "A role's name, as role.list tells it."))},
         .answers = "Member",
         .problems = {403},
         .run = guarded("grant.add", "user", grant)},
        {.name = "grant.remove",
         .method = "DELETE",
         .path = "/api/v1/conversations/{conversation}/members/{user}/grant",
         .group = "members",
         .sentence = "Takes the role away that a member holds here; for who could have granted it.",
         .fields = {where, whom},
         .answers = "Member",
         .problems = {403},
         .run = guarded("grant.remove", "user", withdraw)},
    };
}

}  // namespace parley::transport
