// Ways into a tenant that hash a password on the way: rows, brake, hashing off the thread, rows.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "kernel/sessions.hpp"
#include "transport/operation.hpp"

namespace parley::transport {

/// One try with a password, handed from thread to thread.
struct attempt {
    call it;
    std::string name;  ///< who is meant, as the brake counts it
    std::optional<user> account;
    kernel::sign_in_brake::device device = kernel::sign_in_brake::device::unknown;
};
using attempt_ptr = std::shared_ptr<attempt>;

/// Looks up the account with `find`, asks the brake, and runs `then` on a hashing thread. Replies itself when there is
/// no way on.
void try_password(call it, std::string name,
                  std::function<result<std::optional<user>>(attempt&, kernel::reading&)> find,
                  std::function<void(const attempt_ptr&)> then);

/// Holds a password against the account's, at the same price for an account that is not there. `unauthenticated` for a
/// wrong one.
[[nodiscard]] result<void> check_password_of(const std::optional<user>& account, std::string_view password);

/// The try was right.
void let_go(const attempt_ptr&);

/// What every way in answers: the secrets, this once, and whose they are. For a browser the secret is in a cookie, and
/// the body has what its page needs instead.
[[nodiscard]] answer signed_in(const kernel::opened_session&, const user&, int status, kernel::keeper, moment now);

/// Who will keep the secrets of the session that is asked for.
[[nodiscard]] kernel::keeper keeper_of(const input&);

}  // namespace parley::transport
