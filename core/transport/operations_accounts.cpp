// Accounts of others, with the permission users.manage.
#include "kernel/accounts.hpp"
#include "kernel/passwords.hpp"
#include "kernel/present.hpp"
#include "kernel/read_conversations.hpp"
#include "kernel/second_factors.hpp"
#include "transport/audited_refusal.hpp"
#include "transport/operations.hpp"

namespace parley::transport {
namespace {

boost::json::object present_account(const user& who) {
    auto shown = kernel::present(who);
    shown["role"] = who.role;
    shown["kind"] = who.kind == user_kind::bot ? "bot" : who.kind == user_kind::guest ? "guest" : "person";
    return shown;
}

result<answer> create_user(const kernel::environment& env, kernel::writing& w, const kernel::caller& by,
                           const input& in) {
    const auto made = kernel::create_user(env, w, by,
                                          {.username = in.text("username"),
                                           .display_name = in.text("display_name"),
                                           .role = in.optional_text("role").value_or("member"),
                                           .password_hash = {},
                                           .kind = in.text("kind") == "bot" ? user_kind::bot : user_kind::person});
    if (!made) return std::unexpected(made.error());
    return answer{201, present_account(*made)};
}

result<answer> change_user(const kernel::environment& env, kernel::writing& w, const kernel::caller& by,
                           const input& in) {
    const auto changed = kernel::change_account(env, w, by,
                                                {.user = in.id<user_id>("user"),
                                                 .role = in.optional_text("role"),
                                                 .password_hash = {},
                                                 .disabled = in.boolean("disabled")});
    if (!changed) return std::unexpected(changed.error());
    return answer{200, present_account(*changed)};
}

result<answer> list_accounts(const kernel::environment& env, kernel::reading& from, const kernel::caller& by,
                             const input& in) {
    const auto limit = in.integer("limit", usual_page);
    const auto found =
        kernel::list_accounts(env, from, by, in.text("prefix"), in.text("after"), static_cast<int>(limit));
    if (!found) return std::unexpected(found.error());
    auto body = listed("accounts", *found, present_account);
    body["next"] = next_of(*found, limit, [](const user& last) { return last.username; });
    return answer{200, std::move(body)};
}

result<answer> sign_out(const kernel::environment& env, kernel::writing& w, const kernel::caller& by, const input& in) {
    const auto ended = kernel::end_all_sessions(env, w, by, in.id<user_id>("user"));
    if (!ended) return std::unexpected(ended.error());
    return answer{200, {{"ended", *ended}}};
}

result<answer> reset_password(const kernel::environment& env, kernel::writing& w, const kernel::caller& by,
                              const input& in) {
    const auto made = kernel::make_reset_link(env, w, by, in.id<user_id>("user"));
    if (!made) return std::unexpected(made.error());
    return answer{201, {{"token", made->token}, {"expires_at", rfc3339(made->expires_at)}}};
}

result<answer> reset_totp(const kernel::environment& env, kernel::writing& w, const kernel::caller& by,
                          const input& in) {
    if (auto done = kernel::reset_second_factor(env, w, by, in.id<user_id>("user")); !done)
        return std::unexpected(done.error());
    return answer{};
}

}  // namespace

std::vector<operation> account_operations() {
    const auto whose = path_id("user", "The user's id.");
    return {
        {.name = "account.list",
         .method = "GET",
         .path = "/api/v1/accounts",
         .group = "users",
         .sentence = "All accounts by username, with role and kind. Takes the permission users.manage.",
         .fields = {in_query(text_field("prefix", 256, "How the username or the display name begins.")),
                    in_query(text_field("after", 256, "The `next` of the page before.")), page_limit()},
         .answers = "AccountPage",
         .problems = {403},
         .run = reads(list_accounts)},
        {.name = "user.create",
         .method = "POST",
         .path = "/api/v1/users",
         .group = "users",
         .sentence = "Makes an account without a password; user.reset_password gives the link for a first one, "
                     "token.create a token for a bot. Takes the permission users.manage.",
         .success = 201,
         .fields = {required(text_field("username", 256, "1 to 32 of a-z, 0-9, dot, dash and underscore.")),
                    text_field("display_name", 1280, "1 to 80 characters; the username when it is not said."),
                    text_field("role", 64, "The role's name; member when it is not said."),
                    choice_field("kind", {"person", "bot"}, "A person when it is not said.")},
         .answers = "Account",
         .problems = {403, 409},
         .run = guarded("user.create", "", create_user),
         .judged_as = "user.create"},
        {.name = "user.change",
         .method = "PATCH",
         .path = "/api/v1/users/{user}",
         .group = "users",
         .sentence = "Gives somebody another role, or disables or enables the account; who is disabled is signed out "
                     "everywhere. Takes the permission users.manage.",
         .fields = {whose, text_field("role", 64, "The role's name."),
                    field_of(field_type::boolean, "disabled", "Whether nobody can sign in.")},
         .answers = "Account",
         .problems = {403},
         .run = guarded("user.change", "user", change_user)},
        {.name = "user.sign_out",
         .method = "DELETE",
         .path = "/api/v1/users/{user}/sessions",
         .group = "users",
         .sentence = "Signs somebody out everywhere; tokens end as well. Takes the permission users.manage.",
         .fields = {whose},
         .answers = "Ended",
         .problems = {403},
         .run = guarded("user.sign_out", "user", sign_out)},
        {.name = "user.reset_password",
         .method = "POST",
         .path = "/api/v1/users/{user}/password_reset",
         .group = "users",
         .sentence = "Gives a token, good once and for a day, with which somebody sets a new password. Takes the "
                     "permission users.manage.",
         .success = 201,
         .fields = {whose},
         .answers = "ResetLink",
         .problems = {403},
         .run = guarded("user.reset_password", "user", reset_password)},
        {.name = "user.reset_totp",
         .method = "DELETE",
         .path = "/api/v1/users/{user}/totp",
         .group = "users",
         .sentence = "Takes away the second factor of somebody who lost it. Takes the permission users.manage.",
         .fields = {whose},
         .problems = {403},
         .run = guarded("user.reset_totp", "user", reset_totp)},
    };
}

}  // namespace parley::transport
