// Looking things up in a request.
#include "transport/http_message.hpp"

#include <algorithm>

namespace parley::transport {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

std::string_view http_request::path() const { return std::string_view{target}.substr(0, target.find('?')); }

std::string_view http_request::query() const {
    const auto mark = target.find('?');
    return mark == std::string::npos ? std::string_view{} : std::string_view{target}.substr(mark + 1);
}

std::string_view http_request::header(std::string_view name) const {
    const auto found = std::ranges::find_if(headers, [&](const http_header& h) { return same_token(h.name, name); });
    return found == headers.end() ? std::string_view{} : std::string_view{found->value};
}

std::vector<std::string_view> list_members(std::string_view header_value) {
    std::vector<std::string_view> members;
    while (!header_value.empty()) {
        const auto comma = header_value.find(',');
        const auto member = trimmed(header_value.substr(0, comma));
        if (!member.empty()) members.push_back(member);
        if (comma == std::string_view::npos) break;
        header_value.remove_prefix(comma + 1);
    }
    return members;
}

bool same_token(std::string_view left, std::string_view right) {
    return std::ranges::equal(left, right, [](char a, char b) { return lower(a) == lower(b); });
}

bool says_json(const http_request& request) {
    auto type = request.header("Content-Type");
    type = type.substr(0, type.find(';'));
    while (type.ends_with(' ')) type.remove_suffix(1);
    return same_token(type, "application/json");
}

}  // namespace parley::transport
