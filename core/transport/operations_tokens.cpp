// Tokens for devices, programs and bots.
#include "kernel/accounts.hpp"
#include "kernel/present.hpp"
#include "transport/operations.hpp"

namespace parley::transport {
namespace {

std::optional<std::vector<std::string>> names_in(const std::optional<std::string>& text) {
    if (!text) return std::nullopt;
    return words_of(*text);
}

user_id owner_of(const kernel::caller& by, const input& in) {
    return in.has("user") ? in.id<user_id>("user") : by.user;
}

result<answer> create_token(const kernel::environment& env, kernel::writing& w, const kernel::caller& by,
                            const input& in) {
    auto made = kernel::issue_token(env, w, by, owner_of(by, in), in.text("name"), in.moment("expires_at"),
                                    names_in(in.optional_text("permissions")));
    if (!made) return std::unexpected(made.error());
    auto body = kernel::present(made->row);
    body["token"] = made->secret;
    return answer{201, std::move(body)};
}

result<answer> list_tokens(const kernel::environment& env, kernel::reading& from, const kernel::caller& by,
                           const input& in) {
    auto all = kernel::list_tokens(env, from, by, owner_of(by, in));
    if (!all) return std::unexpected(all.error());
    return answer{200, listed("tokens", *all, [](const access_token& one) { return kernel::present(one); })};
}

result<answer> revoke_token(const kernel::environment& env, kernel::writing& w, const kernel::caller& by,
                            const input& in) {
    if (auto done = kernel::revoke_token(env, w, by, in.id<token_id>("token")); !done)
        return std::unexpected(done.error());
    return answer{};
}

}  // namespace

std::vector<operation> token_operations() {
    return {
        {.name = "token.create",
         .method = "POST",
         .path = "/api/v1/tokens",
         .group = "sessions",
         .sentence = "Makes a token of one's own, for a device or a program, or one for a bot with the permission "
                     "users.manage; it is shown this once.",
         .success = 201,
         .fields = {required(text_field("name", 1280, "What the token is called.")),
                    field_of(field_type::moment, "expires_at", "When it ends, if earlier than the server's limit."),
                    text_field("permissions", 4096,
                               "All that the token may give of what the role does, names with spaces between; without "
                               "it, everything."),
                    field_of(field_type::id, "user", "The bot it is for; oneself when it is not said.")},
         .answers = "NewToken",
         .problems = {403},
         .run = writes(create_token)},
        {.name = "token.list",
         .method = "GET",
         .path = "/api/v1/tokens",
         .group = "sessions",
         .sentence = "Tokens for programs that are still good, without their secrets: one's own, or a bot's with the "
                     "permission users.manage.",
         .fields = {in_query(field_of(field_type::id, "user", "The bot; oneself when it is not said."))},
         .answers = "TokenList",
         .problems = {403},
         .run = reads(list_tokens)},
        {.name = "token.revoke",
         .method = "DELETE",
         .path = "/api/v1/tokens/{token}",
         .group = "sessions",
         .sentence = "Ends a token of one's own, or a bot's, and the connections that came with it.",
         .fields = {path_id("token", "The token's id.")},
         .problems = {403},
         .run = writes(revoke_token)},
    };
}

}  // namespace parley::transport
