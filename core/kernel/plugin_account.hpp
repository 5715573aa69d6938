// The account under which a plugin does what it does by itself.
#pragma once

#include <string_view>

#include "kernel/access.hpp"

namespace parley::kernel {

/// The plugin's own bot in this tenant, made on first use: username "<id>-bot" (of a long id the first 28 letters), so
/// that whoever reads what it wrote sees who it was. Its role is guest and matters to nobody but who signs in with a
/// token that an admin makes for it: a caller with `acting_plugin` has exactly the permissions in `own`. Like everybody
/// it sees the conversations it is a member of, and open ones with channels.browse; an admin who disables the account
/// stops it. `conflict` with code plugin_name_taken when somebody who is no bot is called so.
[[nodiscard]] result<user> plugin_account(const environment&, writing&, std::string_view plugin);

}  // namespace parley::kernel
