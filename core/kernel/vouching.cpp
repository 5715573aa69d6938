// The checks of a vouched identity, and the account behind it.
#include "kernel/vouching.hpp"

#include <fmt/format.h>

#include "base/secret.hpp"
#include "base/text.hpp"
#include "kernel/accounts.hpp"
#include "kernel/events.hpp"
#include "kernel/second_factors.hpp"

namespace parley::kernel {
namespace {

constexpr std::chrono::hours most_ahead{1};
constexpr text_limits external_limits{.max_graphemes = 255, .max_bytes = 255, .field = "user"};
constexpr text_limits name_limits{.max_graphemes = 80, .max_bytes = 1280, .field = "display_name"};
constexpr text_limits nonce_limits{.max_graphemes = 64, .max_bytes = 64, .field = "nonce"};

std::unexpected<error> refused(std::string sentence) {
    return failure(fault::unauthenticated, "vouch_refused", std::move(sentence));
}

/// No part may hold a line end, or one text could be read as two different statements.
result<void> check_parts(const vouch_command& said) {
    for (const auto& [text, limits] :
         {std::pair{&said.user, external_limits}, std::pair{&said.display_name, name_limits},
          std::pair{&said.nonce, nonce_limits}})
        if (auto fits = check_line(*text, limits); !fits) return fits;
    if (said.user.empty()) return invalid("text_empty", "The user needs a name on the site.", "user");
    return {};
}

result<void> check_signature(const environment& env, reading& from, const caller& by, const vouch_command& said) {
    const auto key = env.settings.of(by.tenant_name)->sessions.vouch_secret;
    if (key.empty()) return failure(fault::forbidden, "vouching_not_allowed", "This tenant lets no site vouch.");
    if (!equal_in_constant_time(keyed_digest(key, vouched_text(by.tenant_name, said)), said.signature))
        return refused("The signature does not fit what is said.");
    const auto now = std::chrono::floor<std::chrono::seconds>(env.time.now()).time_since_epoch().count();
    if (said.expires <= now) return refused("The signature is too old.");
    if (said.expires - now > std::chrono::seconds(most_ahead).count())
        return refused("A signature is good for an hour at most; this one would be for longer.");
    if (from.find_link(token_digest(said.signature))) return refused("The signature was used before.");
    return {};
}

/// The name that was wished for, if it is one and free. Never that of an account which is there: nobody becomes
/// somebody else by being called alike.
std::string free_username(const environment& env, reading& from, const vouched_identity& said) {
    const auto wished = parse_username(said.username);
    if (wished && !from.find_user(*wished)) return *wished;
    return "site-" + env.ids.next<user_id>().text();
}

result<user> account_of(const environment& env, writing& w, const caller& by, const vouched_identity& said) {
    auto known = w.find_external(said.external_id);
    if (!known && said.unknown == newcomer::refused) return refused("Nobody of this identity has an account.");
    if (!known)
        return create_user(env, w, by,
                           {.username = free_username(env, w, said),
                            .display_name = said.display_name,
                            .role = said.role,
                            .password_hash = {},
                            .external_id = said.external_id});
    if (known->disabled_at) return refused("The account is disabled.");
    if (said.display_name.empty()) return std::move(*known);
    auto name = normalize_name(said.display_name, name_limits);
    if (!name) return std::unexpected(name.error());
    if (*name == known->display_name) return std::move(*known);
    const auto now = env.time.now();
    known->display_name = std::move(*name);
    known->updated_at = now;
    w.update(*known);
    w.append(events::user_updated(*known, w.contacts_of(rows(), known->id), now));
    return std::move(*known);
}

}  // namespace

std::string vouched_text(std::string_view tenant, const vouch_command& said) {
    return fmt::format("parley-vouch-1\n{}\n{}\n{}\n{}\n{}", tenant, said.user, said.display_name, said.expires,
                       said.nonce);
}

result<arrival> let_vouched_in(const environment& env, writing& w, const caller& by, const vouch_command& said) {
    if (auto fits = check_parts(said); !fits) return std::unexpected(fits.error());
    if (auto good = check_signature(env, w, by, said); !good) return std::unexpected(good.error());
    auto system = by;
    system.user = {};
    auto who = account_of(env, w, system,
                          {.external_id = said.user,
                           .display_name = said.display_name,
                           .username = {},
                           .role = "guest",
                           .unknown = newcomer::made});
    if (!who) return std::unexpected(who.error());
    const auto now = env.time.now();
    w.insert(one_time_link{.digest = token_digest(said.signature),
                           .tenant = w.tenant(),
                           .user = who->id,
                           .purpose = link_purpose::vouch,
                           .created_at = now,
                           .expires_at = moment{std::chrono::seconds{said.expires}},
                           .used_at = now});
    auto session = open_session(
        env, w, by,
        {.owner = who->id, .kind = token_kind::vouched, .name = "Site", .stage = token_stage::full, .ends_at = {}});
    if (!session) return std::unexpected(session.error());
    return arrival{std::move(*who), std::move(*session)};
}

std::string issued_external_id(std::string_view issuer, std::string_view subject) {
    // Both in a digest, because they may be long; the line feed keeps sites out, whose names have none.
    return "jwt\n" + token_digest(fmt::format("{}\n{}", issuer, subject));
}

std::string provided_external_id(std::string_view issuer, std::string_view subject) {
    return "oidc\n" + token_digest(fmt::format("{}\n{}", issuer, subject));
}

result<arrival> let_identity_in(const environment& env, writing& w, const caller& by, vouched_identity said,
                                open_session_command opens) {
    if (!normalize_name(said.display_name, name_limits)) said.display_name.clear();
    auto system = by;
    system.user = {};
    auto who = account_of(env, w, system, said);
    if (!who) return std::unexpected(who.error());
    opens.owner = who->id;
    if (opens.kind == token_kind::provider) opens.stage = stage_before_code(env, w, by, *who);
    auto session = open_session(env, w, by, opens);
    if (!session) return std::unexpected(session.error());
    return arrival{std::move(*who), std::move(*session)};
}

}  // namespace parley::kernel
