// A second factor: begun, confirmed with a first code, asked for at sign-in, taken away.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kernel/access.hpp"

namespace parley::kernel {

/// A new secret for the caller's app. Nothing is asked for before it is confirmed; beginning again makes another
/// secret. `conflict` while one is confirmed.
[[nodiscard]] result<second_factor> begin_second_factor(const environment&, writing&, const caller&);

/// What an app reads from a picture: otpauth://totp/...
[[nodiscard]] std::string otpauth_uri(std::string_view tenant_name, const user&, const second_factor&);

/// With a code of the app. From now on signing in with the password takes one, and a session that could only enrol can
/// do everything. Answers ten recovery codes, shown once. Errors: code_wrong (invalid), conflict.
[[nodiscard]] result<std::vector<std::string>> confirm_second_factor(const environment&, writing&, const caller&,
                                                                     std::string_view code);

/// With a code, or a recovery code. `forbidden` where the tenant wants a second factor.
[[nodiscard]] result<void> disable_second_factor(const environment&, writing&, const caller&, std::string_view code);
/// For somebody who lost app and recovery codes; by the system or users.manage. Saying it twice changes nothing.
[[nodiscard]] result<void> reset_second_factor(const environment&, writing&, const caller&, user_id);

/// What a sign-in is good for that brought no code, and could not.
[[nodiscard]] token_stage stage_before_code(const environment&, reading&, const caller& by, const user&);
/// The code of a session that still needs one, which can do everything from then on. Answers false when it needed none.
/// Errors: code_wrong (invalid).
[[nodiscard]] result<bool> prove_second_factor(const environment&, writing&, const caller&, std::string_view code);

/// What a sign-in with a password is good for. Takes the code, which is good once. Errors: code_needed, code_wrong
/// (unauthenticated).
[[nodiscard]] result<token_stage> pass_second_factor(const environment&, writing&, const caller& by, const user&,
                                                     std::string_view code);

}  // namespace parley::kernel
