// Texts of the web: forms, queries, and paths that stay on this host.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace parley::transport {

using parameter = std::pair<std::string_view, std::string_view>;

/// "a=b&c=d" as application/x-www-form-urlencoded; a space is %20, which queries understand as well.
[[nodiscard]] std::string form_of(std::span<const parameter>);

/// Everything but letters, digits and -._~ as %XX.
[[nodiscard]] std::string percent_encoded(std::string_view);

/// The address with more in its query, before a fragment.
[[nodiscard]] std::string with_query(std::string_view address, std::span<const parameter>);

/// Whether a browser that is told to go there stays on this host: one slash in front, visible ASCII without
/// backslashes, 1,024 bytes at most.
[[nodiscard]] bool is_own_path(std::string_view);

}  // namespace parley::transport
