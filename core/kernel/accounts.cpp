// Accounts, kept simple: a name, a role, a password, tokens.
#include "kernel/accounts.hpp"

#include <algorithm>

#include "base/secret.hpp"
#include "base/text.hpp"
#include "kernel/create_conversation.hpp"
#include "kernel/events.hpp"

namespace parley::kernel {
namespace {

constexpr text_limits display_name_limits{.max_graphemes = 80, .max_bytes = 1280, .field = "display_name"};
constexpr text_limits status_limits{.max_graphemes = 100, .max_bytes = 1600, .field = "status_text"};
constexpr text_limits token_name_limits{.max_graphemes = 80, .max_bytes = 1280, .field = "name"};

/// The system needs no account: it is the operator at the command line.
result<void> may_manage(reading& from, const caller& by) {
    if (!by.user) return {};
    auto who = access::authorise(from, by);
    if (!who) return std::unexpected(who.error());
    return who->require(permission::users_manage);
}

result<void> check_role(std::string_view role) {
    if (find_role(role) != nullptr) return {};
    return invalid("role_unknown", "There is no such role: guest, member, staff, manager, admin.", "role");
}

}  // namespace

result<user> create_user(const environment& env, writing& w, const caller& by, const create_user_command& command) {
    if (auto may = may_manage(w, by); !may) return std::unexpected(may.error());
    auto username = parse_username(command.username);
    if (!username) return std::unexpected(username.error());
    auto shown = normalize_name(command.display_name.empty() ? *username : command.display_name, display_name_limits);
    if (!shown) return std::unexpected(shown.error());
    if (auto known = check_role(command.role); !known) return std::unexpected(known.error());
    if (w.find_user(*username))
        return failure(fault::conflict, "username_taken", "There is a user of this name already.", "username");
    const auto now = env.time.now();
    user made{.id = env.ids.next<user_id>(),
              .tenant = w.tenant(),
              .username = std::move(*username),
              .display_name = std::move(*shown),
              .role = command.role,
              .password_hash = command.password_hash,
              .status_text = {},
              .created_at = now,
              .updated_at = now};
    w.insert(made);
    create_personal_conversation(env, w, made);
    return made;
}

result<user> change_profile(const environment& env, writing& w, const caller& by,
                            const change_profile_command& command) {
    auto who = access::authorise(w, by);
    if (!who) return std::unexpected(who.error());
    auto changed = who->account();
    if (command.display_name) {
        auto name = normalize_name(*command.display_name, display_name_limits);
        if (!name) return std::unexpected(name.error());
        changed.display_name = std::move(*name);
    }
    if (command.status_text) {
        if (auto fits = check_line(*command.status_text, status_limits); !fits) return std::unexpected(fits.error());
        changed.status_text = trim(*command.status_text);
        changed.status_expires_at.reset();
    }
    const auto now = env.time.now();
    if (command.status_expires_at) {
        if (*command.status_expires_at <= now)
            return invalid("expiry_past", "The status expires before it begins.", "status_expires_at");
        changed.status_expires_at = command.status_expires_at;
    }
    changed.updated_at = now;
    w.update(changed);
    w.append(events::user_updated(changed, w.contacts_of(rows(), changed.id), now));
    return changed;
}

result<user> change_account(const environment& env, writing& w, const caller& by,
                            const change_account_command& command) {
    if (auto may = may_manage(w, by); !may) return std::unexpected(may.error());
    auto changed = w.find_user(command.user);
    if (!changed) return no_such("user");
    const bool other_rights = command.role && *command.role != changed->role;
    if (command.role) {
        if (auto known = check_role(*command.role); !known) return std::unexpected(known.error());
        changed->role = *command.role;
    }
    const auto now = env.time.now();
    if (command.password_hash) changed->password_hash = *command.password_hash;
    if (command.disabled && *command.disabled && !changed->disabled_at) changed->disabled_at = now;
    if (command.disabled && !*command.disabled) changed->disabled_at.reset();
    changed->updated_at = now;
    w.update(*changed);
    w.append(events::user_updated(*changed, w.contacts_of(rows(), changed->id), now));
    if (other_rights) w.append(events::rights_updated(*changed, now));
    return std::move(*changed);
}

result<issued_token> issue_token(const environment& env, writing& w, const caller& by, user_id owner,
                                 std::string_view name, std::optional<moment> expires_at) {
    if (by.user && by.user != owner) return not_allowed("Tokens are made by their owner.");
    const auto account = w.find_user(owner);
    if (!account || account->disabled_at) return no_such("user");
    auto called = normalize_name(name, token_name_limits);
    if (!called) return std::unexpected(called.error());
    const auto now = env.time.now();
    const auto latest = now + std::chrono::days{env.settings.of(by.tenant_name)->sessions.token_days};
    if (expires_at && *expires_at <= now) return invalid("expiry_past", "The token expires before it begins.", "expires_at");
    issued_token made{.row = {}, .secret = random_token("prl_")};
    made.row = {.id = env.ids.next<token_id>(),
                .tenant = w.tenant(),
                .user = owner,
                .name = std::move(*called),
                .digest = token_digest(made.secret),
                .created_at = now,
                .expires_at = expires_at ? std::min(*expires_at, latest) : latest};
    w.insert(made.row);
    return made;
}

result<std::vector<access_token>> list_tokens(const environment& env, reading& from, const caller& by) {
    auto who = access::authorise(from, by);
    if (!who) return std::unexpected(who.error());
    auto all = from.tokens_of(who->id());
    std::erase_if(all, [now = env.time.now()](const access_token& one) { return !is_good(one, now); });
    return all;
}

result<void> revoke_token(const environment& env, writing& w, const caller& by, token_id id) {
    auto who = access::authorise(w, by);
    if (!who) return std::unexpected(who.error());
    auto all = w.tokens_of(who->id());
    const auto found = std::ranges::find(all, id, &access_token::id);
    if (found == all.end()) return no_such("token");
    if (found->revoked_at) return {};
    found->revoked_at = env.time.now();
    w.update(*found);
    return {};
}

bool is_good(const access_token& token, moment now) { return !token.revoked_at && now < token.expires_at; }

}  // namespace parley::kernel
