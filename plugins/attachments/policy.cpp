// Content and name are both held against the lists; denied goes before allowed.
#include "policy.hpp"

#include <algorithm>

#include "kinds.hpp"
#include "names.hpp"

namespace attachments {
namespace {

bool is_taken(std::string_view type, const settings& here) {
    return !is_one_of(here.denied_types, type) && is_one_of(here.allowed_types, type);
}

/// A name that promises a text keeps that promise with any text; it is taken, and served, as what it looks like.
bool is_text(std::string_view type) { return type.starts_with("text/") || type == "application/json"; }
bool agree(const kind* named, const kind* is, std::string_view type, std::string_view extension) {
    if (named == nullptr || (is != nullptr && has_extension(*is, extension))) return true;
    return is_text(named->type) && !named->is_dangerous && is_text(type);
}

sdk::error refused(std::string_view type) {
    return sdk::invalid("file", "type_refused", "Files of the type " + std::string(type) + " are not taken here.");
}

}  // namespace

std::int64_t most_bytes(const settings& here, file_category category) {
    const auto own = [&] {
        switch (category) {
            case file_category::image:
                return here.max_image_size;
            case file_category::document:
                return here.max_document_size;
            case file_category::video:
                return here.max_video_size;
            case file_category::audio:
                return here.max_audio_size;
            case file_category::other:
                break;
        }
        return here.max_other_size;
    }();
    return own == 0 ? here.max_file_size : std::min(own, here.max_file_size);
}

std::int64_t most_bytes(const settings& here) {
    std::int64_t most = 0;
    for (const auto one : {file_category::image, file_category::document, file_category::video, file_category::audio,
                           file_category::other})
        most = std::max(most, most_bytes(here, one));
    return most;
}

sdk::result<judged_type> judge_type(std::string_view found, const std::string& name, std::int64_t bytes,
                                    const settings& here) {
    const auto extension = extension_of(name);
    const auto type = canonical_type(found, extension);
    const auto* is = find_kind(type);
    const auto* named = find_kind_by_extension(extension);
    if (!is_taken(type, here)) return refused(type);
    if (!agree(named, is, type, extension)) {
        // Also when it is kept: what it pretends to be must be welcome.
        if (!is_taken(named->type, here)) return refused(named->type);
        if (here.mismatched_names == mismatch::refuse)
            return sdk::invalid("file", "type_mismatch",
                                "The name says ." + extension + ", and the content is " + type + ".");
    }
    const judged_type made{type, category_of_type(type)};
    if (bytes > most_bytes(here, made.category))
        return sdk::too_large("file_too_large", "One file of this type may have at most " +
                                                    std::to_string(most_bytes(here, made.category)) + " bytes here.");
    return made;
}

}  // namespace attachments
