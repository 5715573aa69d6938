// What there is of types: categories, extensions, and how each may be served. A strict table of our own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "attachments/contract.hpp"

namespace attachments {

struct kind {
    std::string_view type;  ///< "image/png"
    file_category category;
    std::string_view extensions;  ///< separated by spaces; the first is the usual one
    bool shown = false;           ///< may be shown in place; all others are downloads
    bool is_dangerous = false;    ///< a browser or a system would run it
};

/// Null when the table does not have it.
[[nodiscard]] const kind* find_kind(std::string_view type);
[[nodiscard]] const kind* find_kind_by_extension(std::string_view extension);
[[nodiscard]] bool has_extension(const kind&, std::string_view extension);

/// By what libmagic says, in the table's own words; a container or a text becomes what its extension says it contains.
[[nodiscard]] std::string canonical_type(std::string_view found, std::string_view extension);

[[nodiscard]] file_category category_of_type(std::string_view type);
[[nodiscard]] bool is_shown_in_place(std::string_view type);

}  // namespace attachments
