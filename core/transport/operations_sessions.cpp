// Signing in and out, and the tokens of one's own devices and programs.
#include <memory>

#include "base/secret.hpp"
#include "base/text.hpp"
#include "kernel/accounts.hpp"
#include "kernel/present.hpp"
#include "transport/live.hpp"
#include "transport/operations.hpp"

namespace parley::transport {
namespace json = boost::json;
namespace {

constexpr std::int64_t password_bytes = 1024;
constexpr std::int64_t name_bytes = 1280;

/// One try at signing in, handed from thread to thread: rows, hashing, rows.
struct attempt {
    call it;
    std::optional<user> account;
};

/// The one answer for an unknown name, a wrong password and a disabled account.
std::unexpected<error> wrong() {
    return failure(fault::unauthenticated, "sign_in_failed", "The username or the password is wrong.");
}

void give_token(attempt& one) {
    const kernel::caller system{one.it.by.tenant, one.it.by.tenant_name, {}, one.it.by.request_id};
    reply_with_write(std::move(one.it),
                     [system, verified = *one.account](const kernel::environment& env, kernel::writing& w,
                                                       const kernel::caller&, const input& in) -> result<answer> {
                         const auto now = w.find_user(verified.id);
                         // The password that was verified may have been changed since.
                         if (!now || now->disabled_at || now->password_hash != verified.password_hash) return wrong();
                         const auto name = in.optional_text("name").value_or("Session");
                         auto made = kernel::issue_token(env, w, system, verified.id, name, {});
                         if (!made) return std::unexpected(made.error());
                         return answer{201,
                                       {{"token", made->secret},
                                        {"expires_at", rfc3339(made->row.expires_at)},
                                        {"user", kernel::present(*now)}}};
                     });
}

void verify(attempt& one) {
    const auto password = one.it.in.text("password");
    const bool has_password = one.account && !one.account->password_hash.empty();
    const auto right = has_password ? verify_password(one.account->password_hash, password) : dummy_verify(password);
    if (!right && right.error().kind == fault::unauthenticated) return one.it.reply(wrong());
    if (!right) return one.it.reply(std::unexpected(right.error()));
    if (!one.account || one.account->disabled_at) return one.it.reply(wrong());
    give_token(one);
}

void hash_off_thread(const std::shared_ptr<attempt>& one) {
    one->it.with.hash_later([one](bool refused) {
        if (!refused) return verify(*one);
        one->it.reply(
            failure(fault::unavailable, "sign_in_busy", "Too many people sign in at this moment; try again."));
    });
}

void open_session(call it) {
    if (!it.by.tenant)
        return it.reply(failure(fault::not_found, "tenant_unknown", "There is no tenant at this address."));
    const auto one = std::make_shared<attempt>(attempt{std::move(it), {}});
    one->it.with.store.read({.tenant = one->it.by.tenant,
                             .run =
                                 [one](kernel::reading& from) {
                                     if (const auto name = parse_username(one->it.in.text("username")))
                                         one->account = from.find_user(*name);
                                     hash_off_thread(one);
                                 },
                             .failed = [one](error why) { one->it.reply(std::unexpected(std::move(why))); }});
}

/// Revokes, answers, and then ends the connections that came with the token: this one may be among them.
void end_token(call it, token_id which) {
    it.reply = [&room = it.with.room, which, reply = std::move(it.reply)](result<answer> made) mutable {
        const bool ended = made.has_value();
        reply(std::move(made));
        if (ended) room.token_ended(which);
    };
    reply_with_write(std::move(it),
                     [which](const kernel::environment& env, kernel::writing& w, const kernel::caller& by,
                             const input&) -> result<answer> {
                         if (auto done = kernel::revoke_token(env, w, by, which); !done)
                             return std::unexpected(done.error());
                         return answer{};
                     });
}

void close_session(call it) {
    const auto which = it.session;
    end_token(std::move(it), which);
}

void revoke_token(call it) {
    const auto which = it.in.id<token_id>("token");
    end_token(std::move(it), which);
}

result<answer> create_token(const kernel::environment& env, kernel::writing& w, const kernel::caller& by,
                            const input& in) {
    auto made = kernel::issue_token(env, w, by, by.user, in.text("name"), in.moment("expires_at"));
    if (!made) return std::unexpected(made.error());
    auto body = kernel::present(made->row);
    body["token"] = made->secret;
    return answer{201, std::move(body)};
}

result<answer> list_tokens(const kernel::environment& env, kernel::reading& from, const kernel::caller& by,
                           const input&) {
    auto all = kernel::list_tokens(env, from, by);
    if (!all) return std::unexpected(all.error());
    return answer{200, listed("tokens", *all, [](const access_token& one) { return kernel::present(one); })};
}

}  // namespace

std::vector<operation> session_operations() {
    return {
        {.name = "session.open",
         .method = "POST",
         .path = "/api/v1/sessions",
         .group = "sessions",
         .sentence = "Signs in with a username and a password and gives a token.",
         .access = access_level::anybody,
         .success = 201,
         .fields = {required(text_field("username", 256, "The username, in any case.")),
                    required(text_field("password", password_bytes, "The password.")),
                    text_field("name", name_bytes, "What the token is called in the list of one's tokens.")},
         .answers = "SignedIn",
         .problems = {},
         .run = open_session},
        {.name = "session.close",
         .method = "DELETE",
         .path = "/api/v1/sessions/current",
         .group = "sessions",
         .sentence = "Signs out: the token of this request is good for nothing any more, and its connections end.",
         .fields = {},
         .problems = {},
         .run = close_session},
        {.name = "token.create",
         .method = "POST",
         .path = "/api/v1/tokens",
         .group = "sessions",
         .sentence = "Makes another token of one's own, for a device or a program; it is shown this once.",
         .success = 201,
         .fields = {required(text_field("name", name_bytes, "What the token is called.")),
                    field_of(field_type::moment, "expires_at", "When it ends, if earlier than the server's limit.")},
         .answers = "NewToken",
         .problems = {},
         .run = writes(create_token)},
        {.name = "token.list",
         .method = "GET",
         .path = "/api/v1/tokens",
         .group = "sessions",
         .sentence = "One's own tokens that are still good, without their secrets.",
         .fields = {},
         .answers = "TokenList",
         .problems = {},
         .run = reads(list_tokens)},
        {.name = "token.revoke",
         .method = "DELETE",
         .path = "/api/v1/tokens/{token}",
         .group = "sessions",
         .sentence = "Ends a token of one's own and the connections that came with it.",
         .fields = {path_id("token", "The token's id.")},
         .problems = {},
         .run = revoke_token},
    };
}

}  // namespace parley::transport
