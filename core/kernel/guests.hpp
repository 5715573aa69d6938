// Coming in without an account: for a while, with a name and the rights of a guest.
#pragma once

#include <string_view>

#include "kernel/sessions.hpp"

namespace parley::kernel {

struct arrival {
    user who;
    opened_session session;
};
/// `forbidden` unless the tenant lets guests in. `by` is nobody yet, with the peer's address and name. Makes an account
/// of the role guest, which ends by itself together with its session.
[[nodiscard]] result<arrival> let_guest_in(const environment&, writing&, const caller& by,
                                           std::string_view display_name);

/// Disables the accounts whose time is over and ends their sessions; forgets links that are over, and sessions that
/// were over a month ago. Answers whether there was anything to do.
[[nodiscard]] bool sweep_sessions(const environment&, writing&);

}  // namespace parley::kernel
