// A reset token is "prw_<user>.<random>"; its digest is made together with the hash of the password it replaces, so
// that every link is void once the password is another one, whichever way it changed.
#include "kernel/passwords.hpp"

#include "base/secret.hpp"
#include "kernel/audit.hpp"
#include "kernel/events.hpp"
#include "kernel/sessions.hpp"

namespace parley::kernel {
namespace {

constexpr std::chrono::hours link_lives{24};
constexpr std::string_view prefix = "prw_";

std::string digest_of(std::string_view token, const user& whose) {
    return token_digest(std::string(token) + ":" + whose.password_hash);
}

std::unexpected<error> used_up() {
    return failure(fault::gone, "link_invalid", "The link is unknown, used or over; ask for a new one.");
}

struct good_link {
    one_time_link row;
    user whose;
};
result<good_link> find_link(const environment& env, reading& from, std::string_view token) {
    if (!token.starts_with(prefix)) return used_up();
    const auto whose = user_id::parse(token.substr(0, token.find('.')).substr(prefix.size()));
    auto account = whose ? from.find_user(*whose) : std::nullopt;
    if (!account || account->disabled_at) return used_up();
    auto row = from.find_link(digest_of(token, *account));
    const bool good = row && row->purpose == link_purpose::password_reset && row->user == account->id &&
                      !row->used_at && env.time.now() < row->expires_at;
    if (!good) return used_up();
    return good_link{std::move(*row), std::move(*account)};
}

/// Ends all sessions but `except`.
void set_password(const environment& env, writing& w, const caller& by, user account, std::string hash, token_id except,
                  std::string_view how) {
    account.password_hash = std::move(hash);
    account.updated_at = env.time.now();
    w.update(account);
    end_sessions_of(env, w, by, account.id, except, "password_changed");
    record(
        env, w, by,
        {.action = "password.changed", .subject_kind = "user", .subject = account.id.value, .details = {{"how", how}}});
}

}  // namespace

result<void> change_password(const environment& env, writing& w, const caller& by, std::string_view verified_hash,
                             std::string new_hash) {
    auto who = access::authorise_whole(env, w, by);
    if (!who) return std::unexpected(who.error());
    if (who->account().password_hash != verified_hash)
        return failure(fault::conflict, "password_changed", "The password was changed in the meantime.");
    set_password(env, w, by, who->account(), std::move(new_hash), by.session, "own");
    return {};
}

result<reset_link> make_reset_link(const environment& env, writing& w, const caller& by, user_id whose) {
    const auto account = w.find_user(whose);
    if (by.user) {
        auto who = access::authorise_whole(env, w, by);
        if (!who) return std::unexpected(who.error());
        if (auto may = access::manages(env, w, *who, account); !may) return std::unexpected(may.error());
    }
    if (!account || account->disabled_at) return no_such("user");
    if (account->kind != user_kind::person) return not_allowed("Only people have passwords.");
    const auto now = env.time.now();
    reset_link made{.token = std::string(prefix) + whose.text() + "." + random_token(""),
                    .expires_at = now + link_lives};
    w.insert(one_time_link{.digest = digest_of(made.token, *account),
                           .tenant = w.tenant(),
                           .user = whose,
                           .purpose = link_purpose::password_reset,
                           .created_at = now,
                           .expires_at = made.expires_at,
                           .used_at = {}});
    record(env, w, by, {.action = "password.link_made", .subject_kind = "user", .subject = whose.value});
    return made;
}

result<user_id> check_reset_link(const environment& env, reading& from, std::string_view token) {
    const auto found = find_link(env, from, token);
    if (!found) return std::unexpected(found.error());
    return found->whose.id;
}

result<user_id> use_reset_link(const environment& env, writing& w, const caller& by, std::string_view token,
                               std::string new_hash) {
    auto found = find_link(env, w, token);
    if (!found) return std::unexpected(found.error());
    found->row.used_at = env.time.now();
    w.update(found->row);
    const auto whose = found->whose.id;
    set_password(env, w, by, std::move(found->whose), std::move(new_hash), {}, "link");
    return whose;
}

}  // namespace parley::kernel
