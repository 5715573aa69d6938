// Who has to wait: files by their type, messages by their words and their author.
#pragma once

#include <string>
#include <string_view>

#include "attachments/type_glob.hpp"
#include "settings.hpp"

namespace approval {

/// Why a file of this type waits; empty: it passes. What attachments denies or does not allow never comes here, so
/// `needs_approval` goes first, then `auto_approve`, and everything else waits.
[[nodiscard]] std::string why_file_waits(std::string_view type, const settings&);

/// Why a message with this text waits, whoever wrote it; empty: it does not.
[[nodiscard]] std::string why_text_waits(std::string_view text, const settings&);
[[nodiscard]] bool is_exempt(std::string_view role, const settings&);

/// Something that clients make a link of, or that people would type into an address bar.
[[nodiscard]] bool has_link(std::string_view text);

}  // namespace approval
