// Sessions: opened, refreshed, listed, ended. Tokens of one's own are sessions too.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kernel/access.hpp"

namespace parley::kernel {

/// Who keeps a session's secrets: a program, which refreshes them, or a browser, which cannot without letting scripts
/// see them, so that it has one token for the session's whole life.
enum class keeper : std::uint8_t { program = 1, browser };

struct open_session_command {
    user_id owner;
    token_kind kind = token_kind::password;
    std::string name;  ///< empty: "Session"
    token_stage stage = token_stage::full;
    std::optional<moment> ends_at;  ///< nothing: as the tenant's settings say
    keeper kept_by = keeper::program;
};
struct opened_session {
    access_token row;
    std::string token;          ///< shown once, never stored
    std::string refresh_token;  ///< likewise; empty where there is none
};
/// Whether a session may be called so. Errors: those of normalize_name.
[[nodiscard]] result<void> check_session_name(std::string_view name);

/// For a user who has shown who it is; `by` is the system, with the peer's address and name. One that is opened with a
/// password by a program gets a short access token and a refresh token, all others one token for their whole life.
[[nodiscard]] result<opened_session> open_session(const environment&, writing&, const caller& by,
                                                  const open_session_command&);

/// What came of a refresh token that is known: a new pair, or nothing when it had been used before. Then somebody else
/// may hold its successor, and the session has been ended.
struct refreshed_session {
    std::optional<opened_session> opened;
    access_token session;
};
/// `unauthenticated` for a token that is unknown, or of a session or an account that has ended.
[[nodiscard]] result<refreshed_session> refresh_session(const environment&, writing&, const caller& by,
                                                        std::string_view refresh_token);

/// One's own that are still good.
[[nodiscard]] result<std::vector<access_token>> list_sessions(const environment&, reading&, const caller&);
/// One's own; saying it twice changes nothing. The caller's current one may always be ended.
[[nodiscard]] result<void> end_session(const environment&, writing&, const caller&, token_id);
/// Signs somebody out everywhere: oneself, or another by the system or with users.manage. Tokens made for programs end
/// as well. Answers how many sessions ended.
[[nodiscard]] result<int> end_all_sessions(const environment&, writing&, const caller&, user_id whose);

/// For use cases that have asked access: ends all sessions of a user but `except` and says so in both logs.
int end_sessions_of(const environment&, writing&, const caller&, user_id whose, token_id except,
                    std::string_view reason);
/// For the same: ends this one.
void end_one_session(const environment&, writing&, const caller&, access_token, std::string_view reason);

/// Notes that a session was used now; answers whether that was news.
[[nodiscard]] bool note_use(writing&, token_id, moment now);
/// How old the last note of a use may become.
inline constexpr std::chrono::minutes use_noted_every{10};

/// Whether a stored token still opens anything.
[[nodiscard]] bool is_good(const access_token&, moment now);
/// Whether the session goes on: its token may be over, but can be refreshed.
[[nodiscard]] bool is_open(const access_token&, moment now);

/// The permissions that a scope names; nothing when it does not narrow. Names that are not known give nothing.
[[nodiscard]] std::optional<permission_set> permissions_of(const permission_catalogue&,
                                                           const std::optional<std::string>& scope);

}  // namespace parley::kernel
