// People: oneself, and those one may look up.
#include "kernel/accounts.hpp"
#include "kernel/present.hpp"
#include "kernel/read_conversations.hpp"
#include "transport/operations.hpp"
#include "transport/self.hpp"

namespace parley::transport {
namespace {

result<answer> get_me(const kernel::environment& env, kernel::reading& from, const kernel::caller& by, const input&) {
    const auto who = kernel::access::authorise(env, from, by);
    if (!who) return std::unexpected(who.error());
    return answer{200, present_self(*who)};
}

result<answer> update_me(const kernel::environment& env, kernel::writing& w, const kernel::caller& by,
                         const input& in) {
    const auto changed = kernel::change_profile(env, w, by,
                                                {.display_name = in.optional_text("display_name"),
                                                 .status_text = in.optional_text("status_text"),
                                                 .status_expires_at = in.moment("status_expires_at")});
    if (!changed) return std::unexpected(changed.error());
    return get_me(env, w, by, in);
}

result<answer> list_users(const kernel::environment& env, kernel::reading& from, const kernel::caller& by,
                          const input& in) {
    const auto limit = in.integer("limit", usual_page);
    const auto found = kernel::list_users(env, from, by, in.text("prefix"), in.text("after"), static_cast<int>(limit));
    if (!found) return std::unexpected(found.error());
    auto body = listed("users", *found, [](const user& one) { return kernel::present(one); });
    body["next"] = next_of(*found, limit, [](const user& last) { return last.username; });
    return answer{200, std::move(body)};
}

result<answer> get_user(const kernel::environment& env, kernel::reading& from, const kernel::caller& by,
                        const input& in) {
    const auto found = kernel::read_user(env, from, by, in.id<user_id>("user"));
    if (!found) return std::unexpected(found.error());
    return answer{200, kernel::present(*found)};
}

}  // namespace

std::vector<operation> user_operations() {
    return {
        {.name = "user.me",
         .method = "GET",
         .path = "/api/v1/users/me",
         .group = "users",
         .sentence = "One's own account, with role and permissions.",
         .fields = {},
         .answers = "Self",
         .problems = {},
         .run = reads(get_me)},
        {.name = "user.update",
         .method = "PATCH",
         .path = "/api/v1/users/me",
         .group = "users",
         .sentence = "Changes one's own name and status; what is not given stays.",
         .fields = {text_field("display_name", 1280, "1 to 80 characters."),
                    text_field("status_text", 1600, "At most 100 characters; empty takes the status away."),
                    field_of(field_type::moment, "status_expires_at", "When the status goes by itself.")},
         .answers = "Self",
         .problems = {},
         .run = writes(update_me)},
        {.name = "user.list",
         .method = "GET",
         .path = "/api/v1/users",
         .group = "users",
         .sentence = "People of the tenant by username. Takes the permission users.see.",
         .fields = {in_query(text_field("prefix", 256, "How the username or the display name begins.")),
                    in_query(text_field("after", 256, "The `next` of the page before.")), page_limit()},
         .answers = "UserPage",
         .problems = {403},
         .run = reads(list_users)},
        {.name = "user.get",
         .method = "GET",
         .path = "/api/v1/users/{user}",
         .group = "users",
         .sentence = "Somebody with whom a conversation is shared, or anybody with the permission users.see.",
         .fields = {path_id("user", "The user's id.")},
         .answers = "User",
         .problems = {},
         .run = reads(get_user)},
    };
}

}  // namespace parley::transport
