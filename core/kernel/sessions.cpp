// A refresh token is "prr_<family>.<secret>". Both parts are random; the family stays while the session lasts, so that
// a secret which is not the latest is known for what it is: used before, and perhaps by somebody else.
#include "kernel/sessions.hpp"

#include <algorithm>
#include <sstream>

#include "base/secret.hpp"
#include "base/text.hpp"
#include "kernel/audit.hpp"
#include "kernel/events.hpp"
#include "kernel/present.hpp"

namespace parley::kernel {
namespace {

constexpr text_limits name_limits{.max_graphemes = 80, .max_bytes = 1280, .field = "name"};
constexpr std::string_view refresh_prefix = "prr_";
constexpr std::size_t user_agent_bytes = 200;

std::unexpected<error> not_refreshable() {
    return failure(fault::unauthenticated, "refresh_invalid",
                   "The refresh token is unknown, used, or its session is over; sign in again.");
}

std::string shown_agent(std::string_view as_it_came) { return escape_and_cut(as_it_came, user_agent_bytes); }

bool is_refreshed(const open_session_command& of) {
    return of.kind == token_kind::password && of.kept_by == keeper::program;
}

moment end_of(const session_settings& of, token_kind kind, moment now) {
    switch (kind) {
        case token_kind::password:
        case token_kind::provider:
            return now + std::chrono::days{of.session_days};
        case token_kind::guest:
            return now + std::chrono::hours{of.guest_hours};
        case token_kind::vouched:
            return now + std::chrono::days{1};
        case token_kind::personal:
        case token_kind::service:
            break;
    }
    return now + std::chrono::days{of.token_days};
}

/// Gives the row new secrets. `family` is what its refresh tokens have in common, in clear.
opened_session give_pair(const session_settings& of, access_token row, const std::string& family, moment now) {
    opened_session made{.row = std::move(row), .token = random_token("prl_"), .refresh_token = {}};
    made.row.digest = token_digest(made.token);
    if (family.empty()) {
        made.row.expires_at = made.row.ends_at;
        return made;
    }
    const auto secret = random_token("");
    made.refresh_token = std::string(refresh_prefix) + family + "." + secret;
    made.row.family = token_digest(family);
    made.row.refresh_digest = token_digest(secret);
    made.row.expires_at = std::min(now + std::chrono::minutes{of.access_minutes}, made.row.ends_at);
    return made;
}

struct refresh_parts {
    std::string family;
    std::string secret;
};
std::optional<refresh_parts> parts_of(std::string_view token) {
    if (!token.starts_with(refresh_prefix)) return std::nullopt;
    token.remove_prefix(refresh_prefix.size());
    const auto dot = token.find('.');
    if (dot == 0 || dot == std::string_view::npos) return std::nullopt;
    return refresh_parts{std::string(token.substr(0, dot)), std::string(token.substr(dot + 1))};
}

/// A tenant may have begun to want a second factor since the session was opened.
token_stage stage_of(const session_settings& of, reading& from, const access_token& row) {
    if (!of.require_totp || row.kind != token_kind::password) return row.stage;
    const auto factor = from.find_second_factor(row.user);
    return factor && factor->confirmed_at ? row.stage : token_stage::enrol_only;
}

}  // namespace

result<void> check_session_name(std::string_view name) {
    if (name.empty()) return {};
    if (auto fits = normalize_name(name, name_limits); !fits) return std::unexpected(fits.error());
    return {};
}

result<opened_session> open_session(const environment& env, writing& w, const caller& by,
                                    const open_session_command& command) {
    auto name = normalize_name(command.name.empty() ? "Session" : command.name, name_limits);
    if (!name) return std::unexpected(name.error());
    const auto of = env.settings.of(by.tenant_name)->sessions;
    const auto now = env.time.now();
    const auto latest = end_of(of, command.kind, now);
    access_token row;
    row.id = env.ids.next<token_id>();
    row.tenant = w.tenant();
    row.user = command.owner;
    row.name = std::move(*name);
    row.created_at = now;
    row.kind = command.kind;
    row.stage = command.stage;
    row.user_agent = shown_agent(by.user_agent);
    row.address = by.address;
    row.ends_at = command.ends_at ? std::min(*command.ends_at, latest) : latest;
    auto made = give_pair(of, std::move(row), is_refreshed(command) ? random_token("") : std::string{}, now);
    w.insert(made.row);
    record(env, w, by,
           {.action = "session.opened",
            .subject_kind = "session",
            .subject = made.row.id.value,
            .details = {{"kind", name_of(made.row.kind)},
                        {"name", made.row.name},
                        {"user_agent", made.row.user_agent},
                        {"second_factor_missing", made.row.stage == token_stage::enrol_only}},
            .actor = made.row.user,
            .session = made.row.id});
    return made;
}

result<refreshed_session> refresh_session(const environment& env, writing& w, const caller& by,
                                          std::string_view refresh_token) {
    const auto parts = parts_of(refresh_token);
    if (!parts) return not_refreshable();
    auto row = w.find_family(token_digest(parts->family));
    const auto now = env.time.now();
    if (!row || !is_open(*row, now)) return not_refreshable();
    const auto owner = w.find_user(row->user);
    if (!owner || owner->disabled_at) return not_refreshable();
    if (!equal_in_constant_time(token_digest(parts->secret), row->refresh_digest)) {
        end_one_session(env, w, by, *row, "refresh_reused");
        return refreshed_session{.opened = {}, .session = std::move(*row)};
    }
    const auto of = env.settings.of(by.tenant_name)->sessions;
    row->ends_at = end_of(of, row->kind, now);
    row->used_at = now;
    row->stage = stage_of(of, w, *row);
    if (!by.address.empty()) row->address = by.address;
    if (!by.user_agent.empty()) row->user_agent = shown_agent(by.user_agent);
    auto made = give_pair(of, std::move(*row), parts->family, now);
    w.update(made.row);
    auto session = made.row;
    return refreshed_session{.opened = std::move(made), .session = std::move(session)};
}

result<std::vector<access_token>> list_sessions(const environment& env, reading& from, const caller& by) {
    auto who = access::authorise_whole(env, from, by);
    if (!who) return std::unexpected(who.error());
    auto all = from.tokens_of(who->id());
    std::erase_if(all, [now = env.time.now()](const access_token& one) { return !is_open(one, now); });
    return all;
}

result<void> end_session(const environment& env, writing& w, const caller& by, token_id id) {
    const auto who = id == by.session ? access::identify(env, w, by) : access::authorise_whole(env, w, by);
    if (!who) return std::unexpected(who.error());
    auto found = w.find_token(id);
    if (!found || found->user != who->id()) return no_such("session");
    if (!found->revoked_at) end_one_session(env, w, by, std::move(*found), "signed_out");
    return {};
}

result<int> end_all_sessions(const environment& env, writing& w, const caller& by, user_id whose) {
    const auto account = w.find_user(whose);
    if (by.user) {
        const auto who = access::authorise_whole(env, w, by);
        if (!who) return std::unexpected(who.error());
        if (whose != who->id())
            if (auto may = access::manages(env, w, *who, account); !may) return std::unexpected(may.error());
    }
    if (!account) return no_such("user");
    return end_sessions_of(env, w, by, whose, {}, "signed_out");
}

int end_sessions_of(const environment& env, writing& w, const caller& by, user_id whose, token_id except,
                    std::string_view reason) {
    int ended = 0;
    for (auto& one : w.tokens_of(whose)) {
        if (one.id == except || !is_open(one, env.time.now())) continue;
        end_one_session(env, w, by, std::move(one), reason);
        ++ended;
    }
    return ended;
}

void end_one_session(const environment& env, writing& w, const caller& by, access_token row, std::string_view reason) {
    const auto now = env.time.now();
    row.revoked_at = now;
    w.update(row);
    w.append(events::session_ended(row.user, row.id, reason, now));
    const bool is_token = row.kind == token_kind::personal || row.kind == token_kind::service;
    record(env, w, by,
           {.action = is_token ? "token.revoked" : "session.ended",
            .subject_kind = is_token ? "token" : "session",
            .subject = row.id.value,
            .details = {{"user", row.user.text()}, {"reason", reason}}});
}

bool note_use(writing& w, token_id id, moment now) {
    auto row = w.find_token(id);
    if (!row || row->revoked_at || (row->used_at && now - *row->used_at < use_noted_every)) return false;
    row->used_at = now;
    w.update(*row);
    return true;
}

bool is_good(const access_token& token, moment now) { return !token.revoked_at && now < token.expires_at; }

bool is_open(const access_token& token, moment now) {
    return !token.revoked_at && now < std::max(token.ends_at, token.expires_at);
}

std::optional<permission_set> permissions_of(const permission_catalogue& all, const std::optional<std::string>& scope) {
    if (!scope) return std::nullopt;
    permission_set named;
    std::istringstream names(*scope);
    for (std::string one; names >> one;)
        if (const auto known = all.find(one)) named.grant(*known);
    return named;
}

}  // namespace parley::kernel
