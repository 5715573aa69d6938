// Small strict readers.
#include "tus_text.hpp"

namespace attachments {
namespace {

int value_of(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+') return 62;
    return c == '/' ? 63 : -1;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

}  // namespace

std::optional<std::string> decode_base64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    std::size_t padding = 0;
    while (padding < 2 && !text.empty() && text.back() == '=') {
        text.remove_suffix(1);
        ++padding;
    }
    std::string made;
    unsigned bits = 0;
    unsigned count = 0;
    for (const char c : text) {
        const int value = value_of(c);
        if (value < 0) return std::nullopt;
        bits = (bits << 6U | static_cast<unsigned>(value)) & 0xffffU;
        count += 6;
        if (count < 8) continue;
        count -= 8;
        made += static_cast<char>(bits >> count & 0xffU);
    }
    if ((bits & ((1U << count) - 1)) != 0) return std::nullopt;
    return made;
}

std::optional<std::map<std::string, std::string>> read_metadata(std::string_view text) {
    std::map<std::string, std::string> all;
    while (!trimmed(text).empty()) {
        const auto end = text.find(',');
        const auto one = trimmed(text.substr(0, end));
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        const auto space = one.find(' ');
        const auto key = one.substr(0, space);
        auto value = space == std::string_view::npos ? std::optional<std::string>("")
                                                     : decode_base64(trimmed(one.substr(space + 1)));
        if (key.empty() || !value || !all.emplace(key, *std::move(value)).second) return std::nullopt;
    }
    return all;
}

bool is_piece(std::string_view content_type) {
    const auto type = trimmed(content_type.substr(0, content_type.find(';')));
    if (type.size() != tus_body.size()) return false;
    for (std::size_t i = 0; i < type.size(); ++i) {
        const char c = type[i];
        if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != tus_body[i]) return false;
    }
    return true;
}

}  // namespace attachments
