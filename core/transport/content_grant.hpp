// Leave to fetch one address of a host where nothing but people's files are: how it is written, and whether it is good.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "model/settings.hpp"
#include "transport/http_message.hpp"

namespace parley::transport {

/// Who was sent there, and what for. It says that somebody may ask; whether they may have it is asked then.
struct content_grant {
    std::string tenant;      ///< its name
    token_id session{};      ///< whose rights are asked; none: those of anybody
    std::int64_t until = 0;  ///< seconds since 1970
    std::string note{};      ///< the plugin's own, see is_note()
};

/// A target with a grant, taken apart; nothing of it is to be believed unless is_good().
struct granted_target {
    std::string target;  ///< as it was before the grant
    content_grant grant;
    std::string mark;
};

/// Letters, digits and -_. at most 256 of them.
[[nodiscard]] bool is_note(std::string_view text);

/// The target with the grant as its last parameter; `secret` is the tenant's.
[[nodiscard]] std::string with_grant(std::string_view target, const content_grant&, std::string_view secret);
/// Nothing when there is none, or it is written in another way.
[[nodiscard]] std::optional<granted_target> read_grant(std::string_view target);
/// Whether it was made with this secret, for this very target, and is not over.
[[nodiscard]] bool is_good(const granted_target&, std::string_view secret, moment now);

/// When a grant that is made now is over: the same for some time, so that browsers find in their caches what they
/// fetched a moment ago, and at least half of `seconds` away.
[[nodiscard]] std::int64_t grant_ends(moment now, std::int64_t seconds);

/// "files.example.org:8443": the tenant's host for files at the port that was asked; empty where there is none.
[[nodiscard]] std::string content_authority(const content_settings&, const http_request&);

}  // namespace parley::transport
