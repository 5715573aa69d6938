// Who is kept out of a conversation.
#include "kernel/bans.hpp"
#include "kernel/present.hpp"
#include "transport/operations.hpp"

namespace parley::transport {
namespace {

using kernel::caller;
using kernel::environment;
using kernel::reading;
using kernel::writing;

result<answer> ban(const environment& env, writing& w, const caller& by, const input& in) {
    const auto entry = kernel::ban_member(env, w, by,
                                          {.conversation = in.id<conversation_id>("conversation"),
                                           .user = in.id<user_id>("user"),
                                           .until = in.moment("until"),
                                           .reason = in.text("reason")});
    if (!entry) return std::unexpected(entry.error());
    return answer{200, kernel::present(*entry)};
}

result<answer> unban(const environment& env, writing& w, const caller& by, const input& in) {
    const auto done = kernel::unban_member(env, w, by, in.id<conversation_id>("conversation"), in.id<user_id>("user"));
    if (!done) return std::unexpected(done.error());
    return answer{};
}

result<answer> list_bans(const environment& env, reading& from, const caller& by, const input& in) {
    const auto limit = in.integer("limit", usual_page);
    const auto found = kernel::list_bans(env, from, by, in.id<conversation_id>("conversation"), in.id<user_id>("after"),
                                         static_cast<int>(limit));
    if (!found) return std::unexpected(found.error());
    auto body = listed("bans", *found, [](const auto& one) { return kernel::present(one); });
    body["next"] = next_of(*found, limit, [](const auto& last) { return last.who.id.text(); });
    return answer{200, std::move(body)};
}

}  // namespace

std::vector<operation> ban_operations() {
    const auto where = path_id("conversation", "The conversation's id.");
    return {
        {.name = "member.ban",
         .method = "POST",
         .path = "/api/v1/conversations/{conversation}/bans",
         .group = "members",
         .sentence = "Keeps somebody out: removed if in, sees and joins it no more, cannot be added. For admins; again "
                     "with another end or reason changes the ban.",
         .fields = {where, required(field_of(field_type::id, "user", "Whom to ban.")),
                    field_of(field_type::moment, "until", "When it ends by itself; for good when it is not said."),
                    text_field("reason", 4000, "Why, for those who govern here; up to 500 characters.")},
         .answers = "Ban",
         .problems = {403},
         .run = writes(ban)},
        {.name = "member.unban",
         .method = "DELETE",
         .path = "/api/v1/conversations/{conversation}/bans/{user}",
         .group = "members",
         .sentence = "Ends a ban; the user is no member by that. For admins.",
         .fields = {where, path_id("user", "The banned user's id.")},
         .problems = {403},
         .run = writes(unban)},
        {.name = "member.bans",
         .method = "GET",
         .path = "/api/v1/conversations/{conversation}/bans",
         .group = "members",
         .sentence = "Who is banned now, by user id. For admins.",
         .fields = {where, in_query(field_of(field_type::id, "after", "The `next` of the page before.")), page_limit()},
         .answers = "BanPage",
         .problems = {403},
         .run = reads(list_bans)},
    };
}

}  // namespace parley::transport
