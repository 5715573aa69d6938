// Guests come and go.
#include "kernel/guests.hpp"

#include "kernel/accounts.hpp"
#include "kernel/audit.hpp"
#include "kernel/events.hpp"

namespace parley::kernel {
namespace {

constexpr int ended_at_once = 200;
constexpr std::chrono::days sessions_kept{30};  // after their end, for whoever asks what happened

caller system_of(const caller& by) {
    auto system = by;
    system.user = {};
    return system;
}

}  // namespace

result<arrival> let_guest_in(const environment& env, writing& w, const caller& by, std::string_view display_name) {
    const auto of = env.settings.of(by.tenant_name)->sessions;
    if (!of.guests) return failure(fault::forbidden, "guests_not_allowed", "This tenant lets no guests in.");
    const auto until = env.time.now() + std::chrono::hours{of.guest_hours};
    const create_user_command command{.username = "guest-" + env.ids.next<user_id>().text(),
                                      .display_name = std::string(display_name),
                                      .role = "guest",
                                      .password_hash = {},
                                      .kind = user_kind::guest,
                                      .expires_at = until};
    auto who = create_user(env, w, system_of(by), command);
    if (!who) return std::unexpected(who.error());
    auto session = open_session(
        env, w, by,
        {.owner = who->id, .kind = token_kind::guest, .name = "Guest", .stage = token_stage::full, .ends_at = until});
    if (!session) return std::unexpected(session.error());
    return arrival{std::move(*who), std::move(*session)};
}

bool sweep_sessions(const environment& env, writing& w) {
    const auto now = env.time.now();
    const auto forgotten = w.erase_links(now) + w.erase_started(now) + w.erase_tokens(now - sessions_kept);
    const auto over = w.ended_users(now, ended_at_once);
    const caller clockwork{.tenant = w.tenant(), .tenant_name = {}, .user = {}, .request_id = {}};
    for (auto one : over) {
        one.disabled_at = now;
        one.updated_at = now;
        w.update(one);
        w.append(events::user_updated(one, w.contacts_of(rows(), one.id), now));
        end_sessions_of(env, w, clockwork, one.id, {}, "expired");
        record(env, w, clockwork,
               {.action = "user.disabled",
                .subject_kind = "user",
                .subject = one.id.value,
                .details = {{"reason", "expired"}}});
    }
    return !over.empty() || forgotten > 0;
}

}  // namespace parley::kernel
