// Whether a link is good now: itself, what it leads to, and whether its maker could still give it away.
#pragma once

#include <parley/storage.hpp>

#include "attachments/contract.hpp"
#include "links.hpp"

namespace share_links {

enum class fate : std::uint8_t {
    unknown = 1,  ///< it never was one here
    over,
    stands,  ///< it may be used up all the same
    unclear  ///< attachments cannot be asked now
};

struct standing {
    fate is = fate::unknown;
    link_row row{};                                 ///< unless it is unknown, or over without a trace
    std::optional<attachments::file_facts> file{};  ///< of a link to one that stands
};

/// Asked each time that somebody uses a link.
[[nodiscard]] sdk::task<standing> standing_of(sdk::call, std::string token);

/// A file of a conversation's link, if everybody there can have it and the maker sees its message; otherwise not_found.
[[nodiscard]] sdk::task<attachments::file_facts> file_among(sdk::call, link_row, sdk::id file);

/// Turned down or put away for good; a file in another state may come back.
[[nodiscard]] bool is_lost(attachments::file_state);

/// Whether a file may be given away: ready, sent, and its message seen by all.
[[nodiscard]] bool is_given_out(const attachments::file_facts&);

}  // namespace share_links
