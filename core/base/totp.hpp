// One-time codes from an app (RFC 6238 with SHA-1, six digits, thirty seconds: what every app knows).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace parley {

/// 160 random bits in base32, as apps are told them.
[[nodiscard]] std::string random_totp_secret();

/// The bytes behind base32 (A-Z, 2-7, in any case, spaces and padding left out); nothing when it is none.
[[nodiscard]] std::optional<std::string> from_base32(std::string_view text);
[[nodiscard]] std::string to_base32(std::string_view bytes);

/// The time step of a moment.
[[nodiscard]] std::int64_t totp_step(moment at);
/// The code of a step, with six or eight digits.
[[nodiscard]] std::string totp_code(std::string_view key, std::int64_t step, int digits = 6);

/// The step whose code this is, of the step of `now`, the one before and the one after, and later than `after`; nothing
/// when it is of none. `secret` is base32.
[[nodiscard]] std::optional<std::int64_t> match_totp(std::string_view secret, std::string_view code, moment now,
                                                     std::int64_t after);

}  // namespace parley
