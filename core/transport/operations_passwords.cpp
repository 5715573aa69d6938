// Passwords and the second factor.
#include "base/secret.hpp"
#include "kernel/passwords.hpp"
#include "kernel/second_factors.hpp"
#include "transport/audited_refusal.hpp"
#include "transport/live.hpp"
#include "transport/operations.hpp"
#include "transport/sign_in.hpp"

namespace parley::transport {
namespace json = boost::json;
namespace {

constexpr std::int64_t password_bytes = 1024;
constexpr std::int64_t code_bytes = 64;

/// Hashes the new password and stores it with `work`(env, writing, caller, hash).
template <class Work>
void store_new_password(const attempt_ptr& one, std::string_view field, Work work) {
    auto hash = hash_password(one->it.in.text(field));
    if (!hash) return one->it.reply(std::unexpected(hash.error()));
    reply_with_write(std::move(one->it),
                     [hash = std::move(*hash), work](const kernel::environment& env, kernel::writing& w,
                                                     const kernel::caller& by, const input& in) -> result<answer> {
                         if (auto done = work(env, w, by, in, hash); !done) return std::unexpected(done.error());
                         return answer{};
                     });
}

void change_password(call it) {
    if (auto fits = check_password(it.in.text("new_password")); !fits) {
        auto why = fits.error();
        why.field = "new_password";
        return it.reply(std::unexpected(std::move(why)));
    }
    const auto find = [](attempt& one, kernel::reading& from) -> result<std::optional<user>> {
        const auto who = kernel::access::authorise_whole(one.it.with.env, from, one.it.by);
        if (!who) return std::unexpected(who.error());
        return who->account();
    };
    auto name = it.by.user.text();
    try_password(std::move(it), std::move(name), find, [](const attempt_ptr& one) {
        const auto right = check_password_of(one->account, one->it.in.text("old_password"));
        if (!right && right.error().kind == fault::unauthenticated)
            return refuse_deed(one->it.with, one->it.by, "password.change", "user", one->it.by.user.value,
                               error{.kind = fault::forbidden,
                                     .code = "password_wrong",
                                     .message = "The old password is wrong.",
                                     .field = "old_password"},
                               std::move(one->it.reply));
        if (!right) return one->it.reply(std::unexpected(right.error()));
        let_go(one);
        store_new_password(
            one, "new_password",
            [verified = one->account->password_hash](const kernel::environment& env, kernel::writing& w,
                                                     const kernel::caller& by, const input&, const std::string& hash) {
                return kernel::change_password(env, w, by, verified, hash);
            });
    });
}

void reset_password(call it) {
    if (auto fits = check_password(it.in.text("password")); !fits) return it.reply(std::unexpected(fits.error()));
    auto& env = it.with.env;
    const auto find = [&env](attempt& one, kernel::reading& from) -> result<std::optional<user>> {
        const auto whose = kernel::check_reset_link(env, from, one.it.in.text("token"));
        if (!whose) return std::unexpected(whose.error());
        return from.find_user(*whose);
    };
    try_password(std::move(it), "(reset)", find, [](const attempt_ptr& one) {
        let_go(one);
        store_new_password(
            one, "password",
            [](const kernel::environment& with, kernel::writing& w, const kernel::caller& by, const input& in,
               const std::string& hash) { return kernel::use_reset_link(with, w, by, in.text("token"), hash); });
    });
}

result<answer> begin_totp(const kernel::environment& env, kernel::writing& w, const kernel::caller& by, const input&) {
    const auto made = kernel::begin_second_factor(env, w, by);
    if (!made) return std::unexpected(made.error());
    return answer{
        201,
        {{"secret", made->secret}, {"uri", kernel::otpauth_uri(by.tenant_name, w.find_user(by.user).value(), *made)}}};
}

void confirm_totp(call it) {
    auto reply = std::move(it.reply);
    it.reply = [&room = it.with.room, session = it.session, reply = std::move(reply)](result<answer> made) mutable {
        if (made) room.session_changed(session);  // it may do everything now
        reply(std::move(made));
    };
    reply_with_write(std::move(it),
                     [](const kernel::environment& env, kernel::writing& w, const kernel::caller& by,
                        const input& in) -> result<answer> {
                         const auto codes = kernel::confirm_second_factor(env, w, by, in.text("code"));
                         if (!codes) return std::unexpected(codes.error());
                         return answer{200, {{"recovery_codes", json::array(codes->begin(), codes->end())}}};
                     });
}

/// Codes are short, so that guessing is slowed down as at the door.
void prove_totp(call it) {
    const bool guesses = it.by.stage == token_stage::prove_only;  // for all others there is nothing to find out
    const auto name = it.by.user.text();
    if (guesses)
        if (auto may = it.with.brake.admit(it.by.tenant, name, it.by.address, kernel::sign_in_brake::device::unknown);
            !may)
            return it.reply(std::unexpected(may.error()));
    auto reply = std::move(it.reply);
    it.reply = [&with = it.with, by = it.by, name, guesses, session = it.session,
                reply = std::move(reply)](result<answer> made) mutable {
        if (!guesses) return reply(std::move(made));
        if (!made && made.error().code == "code_wrong")
            return refuse_deed(with, by, "totp.prove", "user", by.user.value, std::move(made.error()),
                               std::move(reply));
        made ? with.brake.succeeded(by.tenant, name, by.address) : with.brake.not_judged(by.tenant, name, by.address);
        if (made) with.room.session_changed(session);  // it may do more now
        reply(std::move(made));
    };
    reply_with_write(std::move(it),
                     [](const kernel::environment& env, kernel::writing& w, const kernel::caller& by,
                        const input& in) -> result<answer> {
                         const auto done = kernel::prove_second_factor(env, w, by, in.text("code"));
                         if (!done) return std::unexpected(done.error());
                         return answer{};
                     });
}

result<answer> disable_totp(const kernel::environment& env, kernel::writing& w, const kernel::caller& by,
                            const input& in) {
    if (auto done = kernel::disable_second_factor(env, w, by, in.text("code")); !done)
        return std::unexpected(done.error());
    return answer{};
}

}  // namespace

std::vector<operation> password_operations() {
    const auto code = required(text_field("code", code_bytes, "A code of the app, or a recovery code."));
    return {
        {.name = "password.change",
         .method = "POST",
         .path = "/api/v1/users/me/password",
         .group = "sessions",
         .sentence = "Changes one's own password; all other sessions and tokens end.",
         .fields = {required(text_field("old_password", password_bytes, "The password until now.")),
                    required(text_field("new_password", password_bytes, "The password from now on."))},
         .problems = {403, 409},
         .run = change_password,
         .counted_as = route_class::sign_in},
        {.name = "password.reset",
         .method = "POST",
         .path = "/api/v1/passwords/reset",
         .group = "sessions",
         .sentence = "Sets a password with the token of a one-time link; all sessions of its user end.",
         .access = access_level::anybody,
         .fields = {required(text_field("token", 256, "What user.reset_password gave.")),
                    required(text_field("password", password_bytes, "The password from now on."))},
         .problems = {410},
         .run = reset_password},
        {.name = "totp.begin",
         .method = "POST",
         .path = "/api/v1/users/me/totp",
         .group = "sessions",
         .sentence = "Makes the secret of a second factor, for an app; it is asked for once it is confirmed.",
         .success = 201,
         .fields = {},
         .answers = "TotpSecret",
         .problems = {403, 409},
         .run = writes(begin_totp)},
        {.name = "totp.confirm",
         .method = "POST",
         .path = "/api/v1/users/me/totp/confirm",
         .group = "sessions",
         .sentence =
             "Confirms the second factor with a first code of the app and gives recovery codes, shown this once.",
         .fields = {required(text_field("code", code_bytes, "A code of the app."))},
         .answers = "RecoveryCodes",
         .problems = {403, 409},
         .run = confirm_totp,
         .counted_as = route_class::sign_in},
        {.name = "totp.prove",
         .method = "POST",
         .path = "/api/v1/users/me/totp/prove",
         .group = "sessions",
         .sentence = "Shows the second factor in a session that was opened at a provider and can do nothing else "
                     "before (403 code_needed); with all others there is nothing to do.",
         .fields = {code},
         .problems = {403},
         .run = prove_totp,
         .counted_as = route_class::sign_in},
        {.name = "totp.disable",
         .method = "POST",
         .path = "/api/v1/users/me/totp/disable",
         .group = "sessions",
         .sentence = "Takes one's second factor away, where the tenant does not want one.",
         .fields = {code},
         .problems = {403},
         .run = writes(disable_totp),
         .counted_as = route_class::sign_in},
    };
}

}  // namespace parley::transport
