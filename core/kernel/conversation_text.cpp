// Names are compared, so they are stored in one form; descriptions are stored as written.
#include "kernel/conversation_text.hpp"

#include "base/text.hpp"

namespace parley::kernel {
namespace {

constexpr std::size_t bytes_per_grapheme = 16;

text_limits limits_of(std::size_t graphemes, std::string_view field) {
    return {.max_graphemes = graphemes, .max_bytes = graphemes * bytes_per_grapheme, .field = field};
}

result<std::string> line_or_empty(std::string_view text, const text_limits& limits) {
    if (trim(text).empty()) return std::string{};
    return normalize_name(text, limits);
}

}  // namespace

result<std::string> conversation_name(const tenant_settings& limits, const conversation_kind& kind,
                                      std::string_view text) {
    auto name = line_or_empty(text, limits_of(limits.conversations.name_graphemes, "name"));
    if (name && name->empty() && kind.named)
        return invalid("name_missing", "A conversation of this kind needs a name.", "name");
    return name;
}

result<std::string> conversation_topic(const tenant_settings& limits, std::string_view text) {
    return line_or_empty(text, limits_of(limits.conversations.topic_graphemes, "topic"));
}

result<std::string> conversation_description(const tenant_settings& limits, std::string_view text) {
    auto fits = check_text(text, limits_of(limits.conversations.description_graphemes, "description"));
    if (!fits) return std::unexpected(fits.error());
    return std::string(trim(text));
}

result<std::string> conversation_team(std::string_view text) { return line_or_empty(text, limits_of(80, "team")); }

}  // namespace parley::kernel
