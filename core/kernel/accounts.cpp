// Accounts, kept simple: a name, a role, a password, tokens.
#include "kernel/accounts.hpp"

#include <algorithm>

#include "base/secret.hpp"
#include "base/text.hpp"
#include "kernel/audit.hpp"
#include "kernel/create_conversation.hpp"
#include "kernel/events.hpp"

namespace parley::kernel {
namespace {

constexpr text_limits status_limits{.max_graphemes = 100, .max_bytes = 1600, .field = "status_text"};
constexpr text_limits token_name_limits{.max_graphemes = 80, .max_bytes = 1280, .field = "name"};

/// Whether the caller may change this account, if it is there, and give it that role, if one is given. The system needs
/// no account: it is the operator at the command line.
result<void> may_manage(const environment& env, reading& from, const caller& by, const std::optional<user>& whom,
                        const std::optional<std::string>& role) {
    auto reach = access::everything(env);
    if (by.user) {
        const auto who = access::authorise(env, from, by);
        if (!who) return std::unexpected(who.error());
        if (auto may = access::manages(env, from, *who, whom); !may) return may;
        reach = who->everywhere();
    }
    return role ? access::may_give(env, from, reach, *role) : result<void>{};
}

/// The account over whose tokens the caller has a say: its own, or a bot's. Who has no say over accounts learns nothing
/// of them here: absent and somebody else's are one answer.
result<user> keeper_of_tokens(const environment& env, reading& from, const caller& by, user_id owner) {
    auto account = from.find_user(owner);
    if (by.user) {
        const auto who = access::authorise_whole(env, from, by);
        if (!who) return std::unexpected(who.error());
        const bool own = owner == by.user;
        if (!own && !who->may(permission::users_manage)) return no_such("user");
        if (!own && account && account->kind != user_kind::bot) return not_allowed("Tokens are made by their owner.");
        if (!own)
            if (auto may = access::manages(env, from, *who, account); !may) return std::unexpected(may.error());
    }
    if (!account) return no_such("user");
    return std::move(*account);
}

result<std::string> scope_text(const environment& env, const std::vector<std::string>& names) {
    std::string text;
    for (const auto& one : names) {
        if (!env.permissions.find(one))
            return invalid("permission_unknown", "There is no such permission; permissions.list names them.",
                           "permissions");
        text += (text.empty() ? "" : " ") + one;
    }
    return text;
}

/// What change_account did, one entry for each thing.
void record_changes(const environment& env, writing& w, const caller& by, const user& before, const user& now) {
    const auto about = [&](std::string_view action, boost::json::object details) {
        record(env, w, by,
               {.action = action, .subject_kind = "user", .subject = now.id.value, .details = std::move(details)});
    };
    if (before.role != now.role) about("role.changed", {{"from", before.role}, {"to", now.role}});
    if (before.password_hash != now.password_hash) about("password.changed", {{"how", "set"}});
    if (!before.disabled_at && now.disabled_at) about("user.disabled", {{"reason", "managed"}});
    if (before.disabled_at && !now.disabled_at) about("user.enabled", {});
}

}  // namespace

result<user> create_user(const environment& env, writing& w, const caller& by, const create_user_command& command) {
    if (auto may = may_manage(env, w, by, {}, command.role); !may) return std::unexpected(may.error());
    auto username = parse_username(command.username);
    if (!username) return std::unexpected(username.error());
    auto shown = normalize_name(command.display_name.empty() ? *username : command.display_name, display_name_limits);
    if (!shown) return std::unexpected(shown.error());
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
              .updated_at = now,
              .kind = command.kind,
              .external_id = command.external_id,
              .expires_at = command.expires_at};
    w.insert(made);
    create_personal_conversation(env, w, made);
    // A guest's coming in is told by its session.
    if (made.kind != user_kind::guest)
        record(env, w, by,
               {.action = "user.created",
                .subject_kind = "user",
                .subject = made.id.value,
                .details = {{"username", made.username}, {"role", made.role}}});
    return made;
}

result<user> change_profile(const environment& env, writing& w, const caller& by,
                            const change_profile_command& command) {
    auto who = access::authorise(env, w, by);
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
    auto changed = w.find_user(command.user);
    if (auto may = may_manage(env, w, by, changed, command.role); !may) return std::unexpected(may.error());
    if (!changed) return no_such("user");
    const auto before = *changed;
    const bool other_rights = command.role && *command.role != changed->role;
    if (command.role) changed->role = *command.role;
    const auto now = env.time.now();
    if (command.password_hash) changed->password_hash = *command.password_hash;
    if (command.disabled && *command.disabled && !changed->disabled_at) changed->disabled_at = now;
    if (command.disabled && !*command.disabled) changed->disabled_at.reset();
    changed->updated_at = now;
    w.update(*changed);
    w.append(events::user_updated(*changed, w.contacts_of(rows(), changed->id), now));
    if (other_rights)
        w.append(
            events::rights_updated(*changed, env.permissions.names_of(access::granted_by(env, w, changed->role)), now));
    if (command.password_hash) end_sessions_of(env, w, by, changed->id, {}, "password_changed");
    if (changed->disabled_at) end_sessions_of(env, w, by, changed->id, {}, "disabled");
    record_changes(env, w, by, before, *changed);
    return std::move(*changed);
}

result<issued_token> issue_token(const environment& env, writing& w, const caller& by, user_id owner,
                                 std::string_view name, std::optional<moment> expires_at,
                                 const std::optional<std::vector<std::string>>& scope) {
    const auto account = keeper_of_tokens(env, w, by, owner);
    if (!account) return std::unexpected(account.error());
    if (account->disabled_at) return no_such("user");
    auto called = normalize_name(name, token_name_limits);
    if (!called) return std::unexpected(called.error());
    const auto now = env.time.now();
    if (expires_at && *expires_at <= now)
        return invalid("expiry_past", "The token expires before it begins.", "expires_at");
    const auto narrowed = scope ? scope_text(env, *scope) : std::string();
    if (!narrowed) return std::unexpected(narrowed.error());
    const auto latest = now + std::chrono::days{env.settings.of(by.tenant_name)->sessions.token_days};
    const auto ends = expires_at ? std::min(*expires_at, latest) : latest;
    issued_token made{.row = {}, .secret = random_token("prl_")};
    made.row = {.id = env.ids.next<token_id>(),
                .tenant = w.tenant(),
                .user = owner,
                .name = std::move(*called),
                .digest = token_digest(made.secret),
                .created_at = now,
                .expires_at = ends,
                .revoked_at = {},
                .kind = account->kind == user_kind::bot ? token_kind::service : token_kind::personal,
                .scope = scope ? narrowed.value() : std::optional<std::string>(),
                .user_agent = {},
                .address = by.address,
                .ends_at = ends,
                .used_at = {},
                .family = {},
                .refresh_digest = {}};
    w.insert(made.row);
    boost::json::object details{{"user", owner.text()}, {"name", made.row.name}};
    if (made.row.scope) details["permissions"] = *made.row.scope;
    record(env, w, by,
           {.action = "token.created",
            .subject_kind = "token",
            .subject = made.row.id.value,
            .details = std::move(details)});
    return made;
}

result<std::vector<access_token>> list_tokens(const environment& env, reading& from, const caller& by, user_id owner) {
    if (auto account = keeper_of_tokens(env, from, by, owner); !account) return std::unexpected(account.error());
    auto all = from.tokens_of(owner);
    std::erase_if(all, [now = env.time.now()](const access_token& one) {
        return !is_good(one, now) || (one.kind != token_kind::personal && one.kind != token_kind::service);
    });
    return all;
}

result<void> revoke_token(const environment& env, writing& w, const caller& by, token_id id) {
    auto found = w.find_token(id);
    if (found && found->user == by.user) return end_session(env, w, by, id);
    // Whose token it is, is nobody's business who has no say over it.
    if (!found || !keeper_of_tokens(env, w, by, found->user)) return no_such("token");
    if (!found->revoked_at) end_one_session(env, w, by, std::move(*found), "signed_out");
    return {};
}

}  // namespace parley::kernel
