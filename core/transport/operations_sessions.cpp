// Signing in and out.
#include "base/log.hpp"
#include "base/secret.hpp"
#include "base/text.hpp"
#include "kernel/guests.hpp"
#include "kernel/present.hpp"
#include "kernel/second_factors.hpp"
#include "kernel/vouching.hpp"
#include "transport/audited_refusal.hpp"
#include "transport/live.hpp"
#include "transport/operations.hpp"
#include "transport/sign_in.hpp"

namespace parley::transport {
namespace json = boost::json;
namespace {

constexpr std::int64_t password_bytes = 1024;
constexpr std::int64_t name_bytes = 1280;
constexpr std::int64_t token_bytes = 256;
constexpr std::int64_t code_bytes = 64;
constexpr std::int64_t last_second = 253'402'300'799;  // of the year 9999

/// The one answer for an unknown name, a wrong password and a disabled account.
std::unexpected<error> wrong() {
    return failure(fault::unauthenticated, "sign_in_failed", "The username or the password is wrong.");
}

kernel::caller system_of(const kernel::caller& by) {
    auto system = by;
    system.user = {};
    system.session = {};
    system.only = {};
    return system;
}

result<answer> open_for(const kernel::environment& env, kernel::writing& w, const kernel::caller& by, const input& in,
                        const user& verified) {
    const auto now = w.find_user(verified.id);
    // The password that was verified may have been changed since.
    if (!now || now->disabled_at || now->password_hash != verified.password_hash) return wrong();
    const auto name = in.text("name");
    if (auto fits = kernel::check_session_name(name); !fits) return std::unexpected(fits.error());
    const auto stage = kernel::pass_second_factor(env, w, by, *now, in.text("code"));
    if (!stage) return std::unexpected(stage.error());
    const auto made = kernel::open_session(env, w, by,
                                           {.owner = now->id,
                                            .kind = token_kind::password,
                                            .name = name,
                                            .stage = *stage,
                                            .ends_at = {},
                                            .kept_by = keeper_of(in)});
    if (!made) return std::unexpected(made.error());
    return signed_in(*made, *now, 201, keeper_of(in), env.time.now());
}

void give_session(const attempt_ptr& one) {
    auto it = std::move(one->it);
    auto reply = std::move(it.reply);
    it.reply = [&with = it.with, by = it.by, name = one->name, account = one->account->id,
                reply = std::move(reply)](result<answer> made) mutable {
        if (made) with.brake.succeeded(by.tenant, name, by.address);
        // A code that is missing is asked for; one that is wrong was tried.
        const bool tried = !made && (made.error().code == "code_wrong" || made.error().code == "sign_in_failed");
        if (!tried) return reply(std::move(made));
        refuse_entry(with, by, {.name = name, .account = account}, std::move(made.error()), std::move(reply));
    };
    reply_with_write(std::move(it), [verified = *one->account](const kernel::environment& env, kernel::writing& w,
                                                               const kernel::caller& by, const input& in) {
        return open_for(env, w, system_of(by), in, verified);
    });
}

void verify(const attempt_ptr& one) {
    const auto right = check_password_of(one->account, one->it.in.text("password"));
    const bool is_wrong = !right && right.error().kind == fault::unauthenticated;
    if (!right && !is_wrong) return one->it.reply(std::unexpected(right.error()));
    if (is_wrong || !one->account || one->account->disabled_at)
        return refuse_entry(one->it.with, one->it.by,
                            {.name = one->name, .account = one->account ? one->account->id : user_id{}},
                            wrong().error(), std::move(one->it.reply));
    give_session(one);
}

void open_session(call it) {
    const auto given = it.in.text("username");
    const auto name = parse_username(given);
    const auto find = [name](attempt&, kernel::reading& from) -> result<std::optional<user>> {
        if (!name) return std::optional<user>();
        return from.find_user(*name);
    };
    try_password(std::move(it), name ? *name : given, find, verify);
}

/// A refresh token that was used before ends its session, which is a success to store and a failure to answer.
void refresh_session(call it) {
    if (!it.by.tenant)
        return it.reply(failure(fault::not_found, "tenant_unknown", "There is no tenant at this address."));
    auto reply = std::move(it.reply);
    it.reply = [&room = it.with.room, request = it.by.request_id, tenant = it.by.tenant_name, address = it.by.address,
                reply = std::move(reply)](result<answer> made) mutable {
        if (!made) return reply(std::move(made));
        const std::string session(made->body.at("session").as_string());
        room.session_changed(token_id::parse(session).value());  // the access token before is good no more
        if (made->status != 401) return reply(std::move(made));
        log::warning("a refresh token was used twice; its session is ended",
                     {{"request", request}, {"tenant", tenant}, {"remote", address}, {"session", session}});
        reply(failure(fault::unauthenticated, "refresh_reused",
                      "The refresh token was used before, so somebody else may have it; the session is ended."));
    };
    reply_with_write(std::move(it),
                     [](const kernel::environment& env, kernel::writing& w, const kernel::caller& by,
                        const input& in) -> result<answer> {
                         auto done = kernel::refresh_session(env, w, system_of(by), in.text("refresh_token"));
                         if (!done) return std::unexpected(done.error());
                         if (!done->opened) return answer{401, {{"session", done->session.id.text()}}};
                         return signed_in(*done->opened, w.find_user(done->session.user).value(), 200,
                                          kernel::keeper::program, env.time.now());
                     });
}

result<answer> close_session(const kernel::environment& env, kernel::writing& w, const kernel::caller& by,
                             const input&) {
    if (auto done = kernel::end_session(env, w, by, by.session); !done) return std::unexpected(done.error());
    return answer{};
}

result<answer> end_session(const kernel::environment& env, kernel::writing& w, const kernel::caller& by,
                           const input& in) {
    const auto which = in.id<token_id>("session");
    if (auto done = kernel::end_session(env, w, by, which); !done) return std::unexpected(done.error());
    return answer{};
}

result<answer> end_all_sessions(const kernel::environment& env, kernel::writing& w, const kernel::caller& by,
                                const input&) {
    const auto ended = kernel::end_all_sessions(env, w, by, by.user);
    if (!ended) return std::unexpected(ended.error());
    return answer{200, {{"ended", *ended}}};
}

result<answer> list_sessions(const kernel::environment& env, kernel::reading& from, const kernel::caller& by,
                             const input&) {
    auto all = kernel::list_sessions(env, from, by);
    if (!all) return std::unexpected(all.error());
    return answer{200, listed("sessions", *all, [&](const access_token& one) {
                      auto shown = kernel::present(one);
                      shown["current"] = one.id == by.session;
                      return shown;
                  })};
}

/// For those who are nobody yet: the tenant is known by the host alone.
template <class Work>
std::function<void(call)> comes_in(Work work) {
    return [work](call it) {
        if (!it.by.tenant)
            return it.reply(failure(fault::not_found, "tenant_unknown", "There is no tenant at this address."));
        auto reply = std::move(it.reply);
        it.reply = [&with = it.with, by = it.by, name = it.in.has("user") ? it.in.text("user") : std::string(),
                    reply = std::move(reply)](result<answer> made) mutable {
            if (made || made.error().kind != fault::unauthenticated) return reply(std::move(made));
            // Nothing brakes these tries but the limits of requests.
            refuse_entry(with, by, {.name = name, .account = {}, .how_often = told::once_a_minute},
                         std::move(made.error()), std::move(reply));
        };
        reply_with_write(std::move(it),
                         [work](const kernel::environment& env, kernel::writing& w, const kernel::caller& by,
                                const input& in) -> result<answer> {
                             auto made = work(env, w, system_of(by), in);
                             if (!made) return std::unexpected(made.error());
                             return signed_in(made->session, made->who, 201, keeper_of(in), env.time.now());
                         });
    };
}

result<kernel::arrival> guest(const kernel::environment& env, kernel::writing& w, const kernel::caller& by,
                              const input& in) {
    return kernel::let_guest_in(env, w, by, in.text("display_name"));
}

result<kernel::arrival> vouched(const kernel::environment& env, kernel::writing& w, const kernel::caller& by,
                                const input& in) {
    return kernel::let_vouched_in(env, w, by,
                                  {.user = in.text("user"),
                                   .display_name = in.text("display_name"),
                                   .expires = in.integer("expires", 0),
                                   .nonce = in.text("nonce"),
                                   .signature = in.text("signature")});
}

std::vector<operation> ways_in() {
    const auto as_cookie = field_of(field_type::boolean, "cookie",
                                    "Over HTTP: puts the token into a cookie that scripts cannot read, for pages of "
                                    "this host, and answers a CSRF token instead.");
    return {
        {.name = "session.open",
         .method = "POST",
         .path = "/api/v1/sessions",
         .group = "sessions",
         .sentence = "Signs in with a username and a password and gives an access token and a refresh token.",
         .access = access_level::anybody,
         .success = 201,
         .fields = {required(text_field("username", 256, "The username, in any case.")),
                    required(text_field("password", password_bytes, "The password.")),
                    text_field("code", code_bytes, "The second factor: a code of the app, or a recovery code."),
                    text_field("name", name_bytes, "What the session is called in the list of one's sessions."),
                    as_cookie},
         .answers = "SignedIn",
         .problems = {},
         .run = open_session},
        {.name = "session.refresh",
         .method = "POST",
         .path = "/api/v1/sessions/refresh",
         .group = "sessions",
         .sentence = "Gives a new pair of tokens for a refresh token, which is good once; the access token before is "
                     "good no more. Using one twice ends the session.",
         .access = access_level::anybody,
         .fields = {required(text_field("refresh_token", token_bytes, "The latest refresh token of the session."))},
         .answers = "SignedIn",
         .problems = {},
         .run = refresh_session,
         .counted_as = route_class::write},
        {.name = "session.guest",
         .method = "POST",
         .path = "/api/v1/sessions/guest",
         .group = "sessions",
         .sentence = "Comes in without an account, where the tenant lets guests in.",
         .access = access_level::anybody,
         .success = 201,
         .fields = {text_field("display_name", name_bytes, "1 to 80 characters; empty: a made-up name."), as_cookie},
         .answers = "SignedIn",
         .problems = {403},
         .run = comes_in(guest)},
        {.name = "session.vouch",
         .method = "POST",
         .path = "/api/v1/sessions/vouch",
         .group = "sessions",
         .sentence = "Signs in whom a site vouches for with its signature, which is good once.",
         .access = access_level::anybody,
         .success = 201,
         .fields = {required(text_field("user", 255, "What the site calls the user.")),
                    text_field("display_name", name_bytes, "How others see the user; a new one is taken over."),
                    required(
                        integer_field("expires", 1, last_second,
                                      "When the signature is over, in seconds since 1970; at most an hour ahead.")),
                    text_field("nonce", 64, "Anything that tells two signatures of one second apart."),
                    required(text_field("signature", 128,
                                        "HMAC-SHA256 in lower-case hexadecimal of parley-vouch-1, "
                                        "tenant, user, display_name, expires and nonce, with a line "
                                        "feed between.")),
                    as_cookie},
         .answers = "SignedIn",
         .problems = {403},
         .run = comes_in(vouched)},
    };
}

}  // namespace

std::vector<operation> session_operations() {
    auto all = ways_in();
    std::vector<operation> rest{
        {.name = "session.close",
         .method = "DELETE",
         .path = "/api/v1/sessions/current",
         .group = "sessions",
         .sentence = "Signs out: the tokens of this session are good for nothing any more, and its connections end.",
         .fields = {},
         .problems = {},
         .run = writes(close_session)},
        {.name = "session.list",
         .method = "GET",
         .path = "/api/v1/sessions",
         .group = "sessions",
         .sentence = "One's own sessions and tokens that are still good, the current one marked.",
         .fields = {},
         .answers = "SessionList",
         .problems = {403},
         .run = reads(list_sessions)},
        {.name = "session.end",
         .method = "DELETE",
         .path = "/api/v1/sessions/{session}",
         .group = "sessions",
         .sentence = "Ends a session or token of one's own and the connections that came with it.",
         .fields = {path_id("session", "The session's id.")},
         .problems = {403},
         .run = writes(end_session)},
        {.name = "session.end_all",
         .method = "DELETE",
         .path = "/api/v1/sessions",
         .group = "sessions",
         .sentence = "Signs out everywhere, here too; tokens made for programs end as well.",
         .fields = {},
         .answers = "Ended",
         .problems = {403},
         .run = writes(end_all_sessions)},
    };
    std::ranges::move(rest, std::back_inserter(all));
    return all;
}

}  // namespace parley::transport
