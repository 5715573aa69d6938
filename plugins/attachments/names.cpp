// Byte by byte through UTF-8: what cannot be shown safely is left out.
#include "names.hpp"

#include <array>
#include <cstdint>

namespace attachments {
namespace {

constexpr std::size_t longest_name = 255;
constexpr std::size_t longest_extension = 16;

struct letter {
    std::uint32_t code = 0;
    std::size_t bytes = 0;  ///< 0: not UTF-8
};

letter read_letter(std::string_view from) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(from[at]); };
    const auto first = byte(0);
    if (first < 0x80) return {first, 1};
    const std::size_t bytes = first >= 0xf0 && first < 0xf5 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || from.size() < bytes) return {};
    std::uint32_t code = first & (0x7fU >> bytes);
    for (std::size_t i = 1; i < bytes; ++i) {
        if ((byte(i) & 0xc0U) != 0x80U) return {};
        code = code << 6U | (byte(i) & 0x3fU);
    }
    constexpr std::array<std::uint32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
    const bool is_surrogate = code >= 0xd800 && code < 0xe000;
    if (code < least[bytes] || code > 0x10ffff || is_surrogate) return {};
    return {code, bytes};
}

bool is_between(std::uint32_t code, std::uint32_t first, std::uint32_t last) { return code >= first && code <= last; }

/// Control characters, what turns the direction of writing, what nobody sees, and what belongs to nobody.
bool is_hidden(std::uint32_t code) {
    if (code < 0x20 || is_between(code, 0x7f, 0x9f)) return true;
    if (code == 0xad || code == 0x34f || code == 0x61c || code == 0x180e || code == 0x3164 || code == 0xfeff)
        return true;
    if (is_between(code, 0x115f, 0x1160) || is_between(code, 0x200b, 0x200f) || is_between(code, 0x2028, 0x202e))
        return true;
    if (is_between(code, 0x2060, 0x206f) || is_between(code, 0xfff0, 0xfffb)) return true;
    if (is_between(code, 0xe000, 0xf8ff) || is_between(code, 0xe0000, 0xe0fff) || code >= 0xf0000) return true;
    return is_between(code, 0xfdd0, 0xfdef) || (code & 0xfffe) == 0xfffe;
}

/// Spaces of every width count as one, and what looks like a slash, a dot leader or a colon is none.
std::string plain(std::uint32_t code, std::string_view bytes) {
    if (code == 0xa0 || code == 0x1680 || is_between(code, 0x2000, 0x200a) || code == 0x202f || code == 0x205f ||
        code == 0x3000)
        return " ";
    if (code == 0x2044 || code == 0x2215 || code == 0x29f8 || code == 0xff0f || code == 0x29f5 || code == 0xfe68 ||
        code == 0xff3c)
        return "_";
    if (code == 0xff0e || code == 0x2024 || code == 0xfe52) return ".";
    if (code == ':' || code == '*' || code == '?' || code == '"' || code == '<' || code == '>' || code == '|')
        return "_";
    return std::string(bytes);
}

/// What the server has written instead of characters that are not seen: "\\u{202e}". Its backslash is no path's.
std::string without_escapes(std::string_view given) {
    std::string made;
    for (std::size_t at = 0; at < given.size(); ++at) {
        if (given.substr(at).starts_with("\\u{")) {
            const auto end = given.find_first_not_of("0123456789abcdef", at + 3);
            if (end != std::string_view::npos && given[end] == '}') {
                at = end;
                continue;
            }
        }
        made += given[at];
    }
    return made;
}

std::string_view last_part(std::string_view given) {
    const auto at = given.find_last_of("/\\");
    return at == std::string_view::npos ? given : given.substr(at + 1);
}

void trim(std::string& name) {
    const auto first = name.find_first_not_of(" .-~");
    if (first == std::string::npos) return name.clear();
    name.erase(0, first);
    name.erase(name.find_last_not_of(" .") + 1);
}

/// Too long ones keep their extension.
void shorten(std::string& name) {
    if (name.size() <= longest_name) return;
    const auto extension = extension_of(name);
    const auto tail = extension.empty() ? std::string() : name.substr(name.size() - extension.size() - 1);
    auto end = longest_name - tail.size();
    while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xc0U) == 0x80U) --end;
    name = name.substr(0, end) + tail;
}

bool is_plain_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; }

std::string as_folder(std::string_view value) {
    std::string made;
    for (const char c : value.substr(0, 64)) made += is_plain_letter(c) ? c : '_';
    return made.empty() ? "none" : made;
}

const std::string* value_of(std::string_view name, const place_values& of) {
    if (name == "tenant") return &of.tenant;
    if (name == "model") return &of.model;
    if (name == "conversation") return &of.conversation;
    if (name == "category") return &of.category;
    return name == "date" ? &of.date : nullptr;
}

}  // namespace

std::string clean_name(std::string_view given) {
    const auto plain_text = without_escapes(given);
    auto left = last_part(plain_text);
    std::string name;
    while (!left.empty()) {
        const auto next = read_letter(left);
        if (next.bytes == 0) {
            left.remove_prefix(1);
            continue;
        }
        if (!is_hidden(next.code)) name += plain(next.code, left.substr(0, next.bytes));
        left.remove_prefix(next.bytes);
    }
    trim(name);
    shorten(name);
    trim(name);
    return name.empty() ? "file" : name;
}

std::string extension_of(std::string_view clean) {
    const auto at = clean.rfind('.');
    if (at == std::string_view::npos || at == 0) return {};
    std::string made;
    for (const char c : clean.substr(at + 1)) {
        const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        if (!is_plain_letter(lower)) return {};
        made += lower;
    }
    return made.size() <= longest_extension ? made : std::string();
}

bool is_template(std::string_view text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '{') {
            if (text[at] != '/' && !is_plain_letter(text[at])) return false;
            continue;
        }
        const auto end = text.find('}', at);
        if (end == std::string_view::npos || value_of(text.substr(at + 1, end - at - 1), {}) == nullptr) return false;
        at = end;
    }
    return true;
}

std::string folders_by(std::string_view path_template, const place_values& values) {
    std::string whole;
    for (std::size_t at = 0; at < path_template.size(); ++at) {
        if (path_template[at] != '{') {
            whole += path_template[at];
            continue;
        }
        const auto end = path_template.find('}', at);
        whole += as_folder(*value_of(path_template.substr(at + 1, end - at - 1), values));
        at = end;
    }
    std::string made;
    for (std::size_t at = 0; at < whole.size();) {
        const auto end = std::min(whole.find('/', at), whole.size());
        if (end > at) made += (made.empty() ? "" : "/") + whole.substr(at, end - at);
        at = end + 1;
    }
    return made;
}

}  // namespace attachments
