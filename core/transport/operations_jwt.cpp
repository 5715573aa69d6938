// Signing in with the token of an outside issuer. Whatever is wrong with one is answered alike; the log says more.
#include <algorithm>

#include "base/jwt.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "kernel/vouching.hpp"
#include "transport/audited_refusal.hpp"
#include "transport/issuer_keys.hpp"
#include "transport/operations.hpp"
#include "transport/sign_in.hpp"

namespace parley::transport {
namespace {

constexpr std::size_t longest_subject = 255;
constexpr text_limits subject_limits{.max_graphemes = longest_subject, .max_bytes = longest_subject, .field = "sub"};

/// One token on its way from thread to thread.
struct exchange {
    call it;
    std::shared_ptr<const tenant_settings> settings;
    const issuer_settings* from = nullptr;  ///< in the settings above; null: of nobody who is trusted
    jwt::unverified token;
};
using exchange_ptr = std::shared_ptr<exchange>;

/// Says nothing of the token itself, of which the reason was made, and nothing to the client but that it is not good.
void refuse(const exchange_ptr& one, const error& why) {
    const auto& by = one->it.by;
    const auto name = one->from != nullptr ? one->from->issuer : std::string();
    log::debug("a token of an outside issuer was refused", {{"request", by.request_id},
                                                            {"tenant", by.tenant_name},
                                                            {"remote", by.address},
                                                            {"issuer", name},
                                                            {"code", why.code},
                                                            {"why", why.message}});
    refuse_entry(one->it.with, by, {.name = name, .account = {}, .how_often = told::once_a_minute},
                 {.kind = fault::unauthenticated, .code = "token_invalid", .message = "The token is not good."},
                 std::move(one->it.reply));
}
void refuse(const exchange_ptr& one, std::string code, std::string sentence) {
    refuse(one, failure(fault::unauthenticated, std::move(code), std::move(sentence)).error());
}

/// By issuer and audience: one issuer may be trusted for several.
const issuer_settings* find_issuer(const tenant_settings& in, const jwt::unverified& token) {
    const auto found = std::ranges::find_if(in.issuers, [&](const issuer_settings& one) {
        return one.issuer == token.issuer && std::ranges::find(token.audience, one.audience) != token.audience.end();
    });
    return found == in.issuers.end() ? nullptr : &*found;
}

std::vector<jwt::algorithm> algorithms_of(const issuer_settings& from) {
    std::vector<jwt::algorithm> made;
    for (const auto& name : from.algorithms)
        if (const auto known = jwt::find_algorithm(name)) made.push_back(*known);
    return made;
}

kernel::vouched_identity identity_of(const issuer_settings& from, const jwt::unverified& token) {
    return {.external_id = kernel::issued_external_id(from.issuer, jwt::text_claim(token, "sub")),
            .display_name = from.name_claim.empty() ? std::string() : jwt::text_claim(token, from.name_claim),
            .username = from.username_claim.empty() ? std::string() : jwt::text_claim(token, from.username_claim),
            .role = from.role,
            .unknown = from.create_users ? kernel::newcomer::made : kernel::newcomer::refused};
}

void let_in(const exchange_ptr& one) {
    auto it = std::move(one->it);
    auto by = it.by;
    auto reply = std::move(it.reply);
    it.by.user = {};
    it.by.session = {};
    it.by.only = {};
    it.reply = [one, by, reply = std::move(reply)](result<answer> made) mutable {
        if (made || made.error().kind != fault::unauthenticated) return reply(std::move(made));
        one->it.reply = std::move(reply);
        one->it.by = std::move(by);
        refuse(one, made.error());
    };
    reply_with_write(std::move(it),
                     [one](const kernel::environment& env, kernel::writing& w, const kernel::caller& as,
                           const input& in) -> result<answer> {
                         auto made = kernel::let_identity_in(
                             env, w, as, identity_of(*one->from, one->token),
                             {.owner = {}, .kind = token_kind::vouched, .name = "Issuer", .ends_at = {}});
                         if (!made) return std::unexpected(made.error());
                         return signed_in(made->session, made->who, 201, keeper_of(in), env.time.now());
                     });
}

void judge(const exchange_ptr& one, std::span<const jwt::key> keys) {
    const auto allowed = algorithms_of(*one->from);
    const jwt::expectation wanted{one->from->issuer, one->from->audience, allowed};
    if (auto good = jwt::verify(one->token, wanted, keys, one->it.with.env.time.now()); !good)
        return refuse(one, good.error());
    const auto subject = jwt::text_claim(one->token, "sub");
    if (subject.empty() || !check_line(subject, subject_limits))
        return refuse(one, "jwt_malformed", "sub is missing or no line of up to 255 bytes.");
    let_in(one);
}

void judge_by_published_keys(const exchange_ptr& one) {
    const auto may = one->from->allow_private ? reach::also_private : reach::open_internet;
    one->it.with.keys.find({one->from->jwks_url, may}, one->token, [one](result<issuer_keys::keys> had) {
        if (!had) return one->it.reply(std::unexpected(had.error()));
        judge(one, **had);
    });
}

void judge_by_configured_keys(const exchange_ptr& one) {
    std::vector<jwt::key> keys;
    for (const auto& text : one->from->keys) {
        auto some = jwt::parse_keys(text);  // cheap, and checked when the configuration was loaded
        if (some) std::ranges::move(*some, std::back_inserter(keys));
    }
    judge(one, keys);
}

void exchange_token(call it) {
    if (!it.by.tenant)
        return it.reply(failure(fault::not_found, "tenant_unknown", "There is no tenant at this address."));
    auto settings = it.with.env.settings.of(it.by.tenant_name);
    const auto one = std::make_shared<exchange>(
        exchange{.it = std::move(it), .settings = std::move(settings), .from = nullptr, .token = {}});
    auto token = jwt::read(one->it.in.text("token"));
    if (!token) return refuse(one, token.error());
    one->token = std::move(*token);
    one->from = find_issuer(*one->settings, one->token);
    if (one->from == nullptr) return refuse(one, "jwt_issuer_unknown", "No such issuer and audience is trusted here.");
    // Before anything is fetched: a token that cannot be good makes no work.
    const auto allowed = algorithms_of(*one->from);
    if (std::ranges::find(allowed, one->token.signed_with) == allowed.end())
        return refuse(one, "jwt_algorithm_refused", "The issuer signs with other algorithms.");
    if (one->from->jwks_url.empty()) return judge_by_configured_keys(one);
    judge_by_published_keys(one);
}

}  // namespace

std::vector<operation> jwt_operations() {
    return {
        {.name = "session.jwt",
         .method = "POST",
         .path = "/api/v1/sessions/jwt",
         .group = "sessions",
         .sentence = "Signs in whom the token (JWT) of an issuer that the tenant trusts names. Whatever is wrong with "
                     "a token, the answer is the same.",
         .access = access_level::anybody,
         .success = 201,
         // Without a limit of its own: one that is too long is answered like any other that is not good.
         .fields = {required(text_field("token", 0, "The token in its compact form; longer than 8 KiB is not good.")),
                    field_of(field_type::boolean, "cookie",
                             "Over HTTP: puts the token into a cookie that scripts cannot read, for pages of "
                             "this host, and answers a CSRF token instead.")},
         .answers = "SignedIn",
         .problems = {},
         .run = exchange_token},
    };
}

}  // namespace parley::transport
