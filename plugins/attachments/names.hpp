// Names of files as people see them. No path is ever made of one.
#pragma once

#include <string>
#include <string_view>

namespace attachments {

/// What may be shown of what a client called a file: the last part of a path, valid UTF-8 of at most 255 bytes, without
/// control characters, marks that turn the direction of writing and invisible ones, not beginning with a dot or dash.
/// "file" when nothing is left.
[[nodiscard]] std::string clean_name(std::string_view given);

/// What stands after the last dot, in lower case ("jpg"); empty when there is none or it is no extension.
[[nodiscard]] std::string extension_of(std::string_view clean);

/// Folders for a file by a template that `is_template` takes; the values are cleaned. "" between slashes is left out.
struct place_values {
    std::string tenant, model, conversation, category, date;
};
[[nodiscard]] bool is_template(std::string_view);
[[nodiscard]] std::string folders_by(std::string_view path_template, const place_values&);

}  // namespace attachments
