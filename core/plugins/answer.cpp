// From outcomes of the ABI to results of ours.
#include "plugins/answer.hpp"

#include <utility>

#include "base/json.hpp"
#include "base/text.hpp"
#include "plugins/abi_text.hpp"
#include "plugins/manifest_names.hpp"

namespace parley::plugins {
namespace {

constexpr std::size_t most_json = 1024 * 1024;
constexpr std::size_t most_sentence = 1000;

fault fault_of(parley_status of) {
    switch (of) {
        case PARLEY_INVALID:
            return fault::invalid;
        case PARLEY_REFUSED:
        case PARLEY_FORBIDDEN:
            return fault::forbidden;
        case PARLEY_NOT_FOUND:
            return fault::not_found;
        case PARLEY_CONFLICT:
            return fault::conflict;
        case PARLEY_TOO_LARGE:
            return fault::too_large;
        case PARLEY_LIMITED:
            return fault::too_many;
        case PARLEY_UNAVAILABLE:
            return fault::unavailable;
        default:
            return fault::internal;
    }
}

}  // namespace

std::string safe_sentence(std::string_view said, std::string_view otherwise) {
    if (trim(said).empty()) return std::string(otherwise);
    if (check_line(said, {.max_graphemes = most_sentence, .max_bytes = most_sentence, .field = "sentence"}))
        return std::string(said);
    return escape_and_cut(said, most_sentence);
}

std::string safe_code(std::string_view said, std::string_view otherwise) {
    return std::string(is_word(said) ? said : otherwise);
}

answer answer_of(const parley_outcome& from) {
    answer made;
    if (!PARLEY_HAS(&from, parley_outcome, field)) {
        made.how = call_end::failed;
        made.sentence = "Its answer is a struct that is too short.";
        return made;
    }
    made.status = from.status;
    made.json = view(from.json);
    made.code = safe_code(view(from.code), {});
    made.sentence = safe_sentence(view(from.sentence), {});
    made.field = safe_sentence(view(from.field).substr(0, 100), {});
    if (from.status == 0 || from.status >= PARLEY_FAILED) made.how = call_end::failed;
    if (made.json.empty() || made.json == "{}" || from.status != PARLEY_OK) return made;
    const auto read = parse_object(made.json, {.max_bytes = most_json, .max_members = 10'000});
    if (read) return made;
    made.how = call_end::failed;
    made.status = PARLEY_FAILED;
    made.sentence = "Its answer is not the JSON that it must be: " + read.error().message;
    return made;
}

result<boost::json::object> result_of(const answer& from) {
    if (from.how == call_end::timed_out || from.how == call_end::not_asked)
        return failure(fault::unavailable, "plugin_not_answering",
                       "This feature does not answer now; try again later.");
    if (from.how == call_end::failed || from.status >= PARLEY_FAILED || from.status == 0)
        return failure(fault::internal, "plugin_failed", "This feature failed; whoever runs the server can see why.");
    if (from.status == PARLEY_OK) {
        if (from.json.empty()) return boost::json::object{};
        return parse_object(from.json, {.max_bytes = most_json, .max_members = 10'000});
    }
    return failure(fault_of(from.status), safe_code(from.code, "refused_by_plugin"),
                   safe_sentence(from.sentence, "This was refused."), from.field);
}

parley_status status_of(fault of) {
    switch (of) {
        case fault::invalid:
            return PARLEY_INVALID;
        case fault::unauthenticated:
        case fault::forbidden:
            return PARLEY_FORBIDDEN;
        case fault::not_found:
        case fault::gone:
            return PARLEY_NOT_FOUND;
        case fault::conflict:
            return PARLEY_CONFLICT;
        case fault::too_large:
            return PARLEY_TOO_LARGE;
        case fault::too_many:
            return PARLEY_LIMITED;
        case fault::unavailable:
            return PARLEY_UNAVAILABLE;
        case fault::internal:
            break;
    }
    return PARLEY_FAILED;
}

}  // namespace parley::plugins
