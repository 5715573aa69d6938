// Percent signs and ampersands.
#include "transport/web_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace parley::transport {
namespace {

constexpr std::size_t longest_path = 1024;

bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

}  // namespace

std::string percent_encoded(std::string_view text) {
    std::string out;
    for (const char c : text)
        out += is_unreserved(c) ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    return out;
}

std::string form_of(std::span<const parameter> all) {
    std::string out;
    for (const auto& [name, value] : all) {
        if (!out.empty()) out += '&';
        out += percent_encoded(name) + "=" + percent_encoded(value);
    }
    return out;
}

std::string with_query(std::string_view address, std::span<const parameter> all) {
    const auto hash = std::min(address.find('#'), address.size());
    std::string out(address.substr(0, hash));
    out += out.find('?') == std::string::npos ? '?' : '&';
    return out + form_of(all) + std::string(address.substr(hash));
}

bool is_own_path(std::string_view text) {
    // Browsers read a backslash as a slash, and leave tabs and line ends out.
    const auto visible = [](char c) { return c > ' ' && c < '\x7f' && c != '\\'; };
    return text.starts_with('/') && !text.starts_with("//") && text.size() <= longest_path &&
           std::ranges::all_of(text, visible);
}

}  // namespace parley::transport
