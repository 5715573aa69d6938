// People and bots, and the tokens that are made for programs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "kernel/access.hpp"
#include "kernel/sessions.hpp"

namespace parley::kernel {

inline constexpr text_limits display_name_limits{.max_graphemes = 80, .max_bytes = 1280, .field = "display_name"};

struct create_user_command {
    std::string username;
    std::string display_name;  ///< empty: the username
    std::string role = "member";
    std::string password_hash;  ///< made before, because hashing takes long; empty: no password
    user_kind kind = user_kind::person;
    std::string external_id{};
    std::optional<moment> expires_at{};
};
/// With the user's personal conversation. `conflict` when the name is taken. By the system or users.manage.
[[nodiscard]] result<user> create_user(const environment&, writing&, const caller&, const create_user_command&);

/// What is given is changed, the rest stays. Appends user.updated.
struct change_profile_command {
    std::optional<std::string> display_name;
    std::optional<std::string> status_text;  ///< empty takes it away
    std::optional<moment> status_expires_at;
};
[[nodiscard]] result<user> change_profile(const environment&, writing&, const caller&, const change_profile_command&);

/// Role or activity of somebody; by the system or users.manage. Nothing given changes nothing. Appends user.updated,
/// and rights.updated when the role is another one. Who is disabled or gets another password is signed out everywhere.
struct change_account_command {
    user_id user;
    std::optional<std::string> role;
    std::optional<std::string> password_hash;
    std::optional<bool> disabled;
};
[[nodiscard]] result<user> change_account(const environment&, writing&, const caller&, const change_account_command&);

struct issued_token {
    access_token row;
    std::string secret;  ///< shown once, never stored
};
/// A token for the caller; for a bot by users.manage; by the system for anybody. Lives as long as the tenant's settings
/// say unless `expires_at` is earlier. `scope` lists the permissions it gives at most; without it, all of the role's.
[[nodiscard]] result<issued_token> issue_token(const environment&, writing&, const caller&, user_id owner,
                                               std::string_view name, std::optional<moment> expires_at,
                                               const std::optional<std::vector<std::string>>& scope = {});
/// Personal and service tokens that are still good: one's own, or a bot's by users.manage.
[[nodiscard]] result<std::vector<access_token>> list_tokens(const environment&, reading&, const caller&, user_id owner);
/// One's own, or a bot's by users.manage; saying it twice changes nothing.
[[nodiscard]] result<void> revoke_token(const environment&, writing&, const caller&, token_id);

}  // namespace parley::kernel
