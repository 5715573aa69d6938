// Signing in at an OpenID provider: the browser goes there, comes back with a code, and Parley asks what it is worth.
// Whatever goes wrong after that, the browser goes on to the page it came from, which learns a word; the log says more.
#include <fmt/format.h>

#include <array>

#include "base/jwt_text.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "kernel/started_sign_ins.hpp"
#include "kernel/vouching.hpp"
#include "transport/audited_refusal.hpp"
#include "transport/authenticator.hpp"
#include "transport/browser_session.hpp"
#include "transport/id_token.hpp"
#include "transport/issuer_keys.hpp"
#include "transport/oidc_client.hpp"
#include "transport/operations.hpp"
#include "transport/own_address.hpp"
#include "transport/web_text.hpp"

namespace parley::transport {
namespace json = boost::json;
namespace {

constexpr std::int64_t code_bytes = 4096;
constexpr std::int64_t path_bytes = 1024;
constexpr std::int64_t word_bytes = 1024;

/// One browser on its way back, handed from thread to thread.
struct journey {
    call it;
    started_sign_in begun;
    std::shared_ptr<const tenant_settings> settings;
    const sign_in_provider_settings* at = nullptr;  ///< in the settings above
    oidc_client::known document;
    redeemed_code got;
    jwt::unverified token;
    kernel::vouched_identity who;
};
using journey_ptr = std::shared_ptr<journey>;

const sign_in_provider_settings* find_provider(const tenant_settings& in, std::string_view name) {
    const auto found = std::ranges::find(in.sign_in_providers, name, &sign_in_provider_settings::name);
    return found == in.sign_in_providers.end() ? nullptr : &*found;
}

std::unexpected<error> tenant_unknown() {
    return failure(fault::not_found, "tenant_unknown", "There is no tenant at this address.");
}

answer go_to(std::string place, int status) {
    answer made{status, {}};
    made.headers.push_back({"Location", std::move(place)});
    return made;
}

// The list.

void list_providers(call it) {
    if (!it.by.tenant) return it.reply(tenant_unknown());
    json::array all;
    const auto settings = it.with.env.settings.of(it.by.tenant_name);
    for (const auto& one : settings->sign_in_providers)
        all.emplace_back(json::object{{"name", one.name}, {"title", one.title.empty() ? one.name : one.title}});
    it.reply(answer{200, {{"providers", std::move(all)}, {"guests", settings->sessions.guests}}});
}

// The way there.

std::string address_at(const provider_document& document, const sign_in_provider_settings& at,
                       const kernel::begun_sign_in& begun) {
    const auto challenge = jwt::challenge_of(begun.row.verifier);
    const std::array<parameter, 8> asked{{{"response_type", "code"},
                                          {"client_id", at.client_id},
                                          {"redirect_uri", begun.row.redirect_uri},
                                          {"scope", at.scopes},
                                          {"state", begun.state},
                                          {"nonce", begun.row.nonce},
                                          {"code_challenge", challenge},
                                          {"code_challenge_method", "S256"}}};
    return with_query(document.authorization_endpoint, asked);
}

void begin(call it) {
    if (!it.by.tenant) return it.reply(tenant_unknown());
    const auto settings = it.with.env.settings.of(it.by.tenant_name);
    const auto* at = find_provider(*settings, it.in.text("provider"));
    if (at == nullptr) return it.reply(failure(fault::not_found, "provider_unknown", "There is no such provider."));
    auto return_to = it.in.optional_text("return_to").value_or("/");
    if (!is_own_path(return_to))
        return it.reply(invalid("return_to_invalid", "Only a path of this host can be returned to.", "return_to"));
    const auto origin = own_origin(*it.request, *settings, it.with.providers.public_url());
    kernel::begin_sign_in_command command{
        .provider = at->name,
        .redirect_uri = fmt::format("{}/api/v1/sign_in/{}/callback", origin, at->name),
        .return_to = std::move(return_to)};
    const auto shared = std::make_shared<call>(std::move(it));
    shared->with.providers.discover(*at, [shared, settings, at, command](result<oidc_client::known> document) mutable {
        if (!document) return shared->reply(std::unexpected(document.error()));
        reply_with_write(std::move(*shared),
                         [settings, at, command = std::move(command), document = std::move(*document)](
                             const kernel::environment& env, kernel::writing& w, const kernel::caller&,
                             const input&) -> result<answer> {
                             const auto begun = kernel::begin_sign_in(env, w, command);
                             auto made = go_to(address_at(*document, *at, begun), 302);
                             made.headers.push_back(keep_cookie(begun.browser, kernel::sign_in_lasts, sign_in_cookie));
                             return made;
                         });
    });
}

// The way back.

/// Somebody is told that it came to nothing: the audit log, the log, and the page by a word.
void turn_back(const journey_ptr& one, std::string word, const error& why) {
    auto& with = one->it.with;
    log::info("a sign-in at a provider came to nothing", {{"request", one->it.by.request_id},
                                                          {"tenant", one->it.by.tenant_name},
                                                          {"remote", one->it.by.address},
                                                          {"provider", one->begun.provider},
                                                          {"code", why.code},
                                                          {"why", escape_and_cut(why.message, 300)}});
    const std::array<parameter, 1> said{{{"sign_in_error", word}}};
    auto back = go_to(with_query(one->begun.return_to, said), 303);
    back.headers.push_back(drop_cookie(sign_in_cookie));
    refuse_entry(with, one->it.by, {.name = one->begun.provider, .account = {}, .how_often = told::once_a_minute}, why,
                 [one, back = std::move(back)](const result<answer>&) mutable { one->it.reply(std::move(back)); });
}
void turn_back(const journey_ptr& one, std::string word, std::string code, std::string sentence) {
    turn_back(one, std::move(word), failure(fault::unauthenticated, std::move(code), std::move(sentence)).error());
}

void let_in(const journey_ptr& one) {
    const auto by = one->it.by;
    call it{.with = one->it.with, .by = by, .session = {}, .in = one->it.in, .reply = {}};
    it.reply = [one](result<answer> made) {
        if (made || made.error().kind != fault::unauthenticated) return one->it.reply(std::move(made));
        turn_back(one, "no_account", made.error());
    };
    it.by.user = {};
    it.by.session = {};
    it.by.only = {};
    reply_with_write(
        std::move(it),
        [one](const kernel::environment& env, kernel::writing& w, const kernel::caller& as,
              const input&) -> result<answer> {
            const auto now = env.time.now();
            auto made = kernel::let_identity_in(env, w, as, one->who,
                                                {.owner = {},
                                                 .kind = token_kind::provider,
                                                 .name = one->at->title.empty() ? one->at->name : one->at->title,
                                                 .ends_at = now + std::chrono::hours{one->at->session_hours},
                                                 .kept_by = kernel::keeper::browser});
            if (!made) return std::unexpected(made.error());
            auto in = go_to(one->begun.return_to, 303);
            const auto lasts = std::chrono::floor<std::chrono::seconds>(made->session.row.expires_at - now);
            in.headers.push_back(keep_cookie(made->session.token, lasts));
            in.headers.push_back(drop_cookie(sign_in_cookie));
            return in;
        });
}

std::string claim(const json::object& from, const std::string& name) {
    const auto* found = name.empty() ? nullptr : from.if_contains(name);
    return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
}

/// Claims that many providers leave out of the token are asked for; a sign-in does not fail for a name.
void find_names(const journey_ptr& one) {
    const auto& at = *one->at;
    const auto subject = jwt::text_claim(one->token, "sub");
    one->who = {.external_id = kernel::provided_external_id(at.issuer, subject),
                .display_name = claim(one->token.claims, at.name_claim),
                .username = claim(one->token.claims, at.username_claim),
                .role = at.role,
                .unknown = at.create_users ? kernel::newcomer::made : kernel::newcomer::refused};
    const bool enough = !one->who.display_name.empty() || !one->who.username.empty();
    if (enough || one->document->userinfo_endpoint.empty()) return let_in(one);
    one->it.with.providers.look_up(
        at, *one->document, one->got.access_token, [one, subject](const result<json::object>& told) {
            if (told && claim(*told, "sub") != subject)
                return turn_back(one, "failed", "userinfo_subject_wrong", "The provider tells of somebody else.");
            if (told) {
                one->who.display_name = claim(*told, one->at->name_claim);
                one->who.username = claim(*told, one->at->username_claim);
            }
            let_in(one);
        });
}

void judge(const journey_ptr& one, std::span<const jwt::key> keys) {
    const id_token_expectation wanted{.issuer = one->at->issuer,
                                      .client_id = one->at->client_id,
                                      .nonce = one->begun.nonce,
                                      .access_token = one->got.access_token};
    if (auto good = check_id_token(one->token, wanted, keys, one->it.with.env.time.now()); !good)
        return turn_back(one, "failed", good.error());
    find_names(one);
}

void redeem(const journey_ptr& one) {
    const code_grant given{
        .code = one->it.in.text("code"), .verifier = one->begun.verifier, .redirect_uri = one->begun.redirect_uri};
    one->it.with.providers.redeem(*one->at, *one->document, given, [one](result<redeemed_code> got) {
        if (!got)
            return turn_back(one, got.error().kind == fault::unavailable ? "provider_away" : "failed", got.error());
        one->got = std::move(*got);
        auto token = jwt::read(one->got.id_token);
        if (!token) return turn_back(one, "failed", token.error());
        one->token = std::move(*token);
        one->it.with.keys.find({one->document->jwks_uri, reach_of(*one->at)}, one->token,
                               [one](result<issuer_keys::keys> had) {
                                   if (!had) return turn_back(one, "provider_away", had.error());
                                   judge(one, **had);
                               });
    });
}

/// Before the code goes anywhere: it may be another provider's, which somebody wants to have it redeemed at this one.
void check_answer(const journey_ptr& one) {
    const auto& in = one->it.in;
    const auto issuer = in.text("iss");
    if (in.has("iss") ? issuer != one->at->issuer : one->document->names_itself)
        return turn_back(one, "failed", "provider_mixed_up", "The answer is not of the provider that was asked.");
    if (const auto said = in.text("error"); !said.empty())
        return turn_back(one, said == "access_denied" ? "denied" : "failed", "provider_refused",
                         "The provider says: " + said);
    if (in.text("code").empty()) return turn_back(one, "failed", "code_missing", "The provider gave no code.");
    redeem(one);
}

void go_on(const journey_ptr& one) {
    one->settings = one->it.with.env.settings.of(one->it.by.tenant_name);
    one->at = find_provider(*one->settings, one->begun.provider);
    if (one->at == nullptr)
        return turn_back(one, "failed", "provider_gone", "The provider is not among the settings any more.");
    one->it.with.providers.discover(*one->at, [one](result<oidc_client::known> document) {
        if (!document) return turn_back(one, "provider_away", document.error());
        one->document = std::move(*document);
        check_answer(one);
    });
}

/// Takes the sign-in back first, so that whatever comes of it there is no second try.
void come_back(call it) {
    if (!it.by.tenant) return it.reply(tenant_unknown());
    const auto one = std::make_shared<journey>(
        journey{.it = std::move(it), .begun = {}, .settings = {}, .document = {}, .got = {}, .token = {}, .who = {}});
    const auto lost = std::make_shared<std::optional<error>>();
    one->it.with.store.write(
        {.tenant = one->it.by.tenant,
         .author = {},
         .client_key = {},
         .apply =
             [one, lost](kernel::writing& w) {
                 auto taken =
                     kernel::take_sign_in(one->it.with.env, w, one->it.in.text("provider"), one->it.in.text("state"),
                                          cookie_named(sign_in_cookie, *one->it.request));
                 lost->reset();
                 if (taken)
                     one->begun = std::move(*taken);
                 else
                     *lost = taken.error();
                 return taken.has_value();
             },
         .finish =
             [one, lost](std::optional<error> why) {
                 if (why) return one->it.reply(std::unexpected(std::move(*why)));
                 if (!*lost) return go_on(one);
                 refuse_entry(one->it.with, one->it.by,
                              {.name = one->it.in.text("provider"), .account = {}, .how_often = told::once_a_minute},
                              **lost, [one](result<answer> refused) { one->it.reply(std::move(refused)); });
             }});
}

field provider_in_path() {
    auto made = required(text_field("provider", 63, "The provider's name in the list."));
    made.in = place::path;
    return made;
}

}  // namespace

std::vector<operation> sign_in_operations() {
    return {
        {.name = "sign_in.providers",
         .method = "GET",
         .path = "/api/v1/sign_in/providers",
         .group = "sessions",
         .sentence = "The OpenID providers at which people of this tenant sign in with their browser, and whether "
                     "guests may come in.",
         .access = access_level::anybody,
         .fields = {},
         .answers = "ProviderList",
         .problems = {},
         .run = list_providers},
        {.name = "sign_in.start",
         .method = "GET",
         .path = "/api/v1/sign_in/{provider}/start",
         .group = "sessions",
         .sentence = "Sends the browser to the provider, with a cookie by which it is known when it comes back within "
                     "ten minutes.",
         .access = access_level::anybody,
         .success = 302,
         .fields = {provider_in_path(),
                    in_query(text_field("return_to", path_bytes,
                                        "The path of this host to go on to in the end; `/` when it is not said."))},
         .problems = {},
         .run = begin,
         .counted_as = route_class::sign_in,
         .over = wires::http_alone},
        {.name = "sign_in.callback",
         .method = "GET",
         .path = "/api/v1/sign_in/{provider}/callback",
         .group = "sessions",
         .sentence =
             "Where the provider sends the browser back to, once. Gives it the session's cookie and sends it on "
             "to the path it is to return to; when it came to nothing with `sign_in_error` in the query: "
             "denied, failed, no_account or provider_away.",
         .access = access_level::anybody,
         .success = 303,
         .fields = {provider_in_path(), required(in_query(text_field("state", 256, "What the provider was given."))),
                    in_query(text_field("code", code_bytes, "What the provider gives for it.")),
                    in_query(text_field("iss", word_bytes, "Which provider this is.")),
                    in_query(text_field("error", word_bytes, "Why the provider gives nothing."))},
         .problems = {401},
         .run = come_back,
         .counted_as = route_class::sign_in,
         .over = wires::http_alone},
    };
}

}  // namespace parley::transport
