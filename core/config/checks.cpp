// Rules for values that JSON Schema cannot say: addresses, networks, host names, URLs.
#include "config/checks.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "config/plugin_section.hpp"

namespace parley::config {
namespace {

using verdict = std::optional<std::string>;

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// 32 or 128 for an address, 0 for anything else.
int address_bits(std::string_view text) {
    const std::string terminated(text);
    if (terminated.find('\0') != terminated.npos) return 0;
    in6_addr room{};
    if (inet_pton(AF_INET, terminated.c_str(), &room) == 1) return 32;
    if (inet_pton(AF_INET6, terminated.c_str(), &room) == 1) return 128;
    return 0;
}

verdict check_address(std::string_view text) {
    if (address_bits(text) > 0) return {};
    return "expected an IP address such as 127.0.0.1 or ::1";
}

verdict check_network(std::string_view text) {
    std::string sentence = "expected an IP address or a network such as 10.0.0.0/8";
    const auto slash = text.find('/');
    const int bits = address_bits(text.substr(0, slash));
    if (bits == 0) return sentence;
    if (slash == text.npos) return {};
    const auto digits = text.substr(slash + 1);
    int prefix = -1;
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
    const bool whole = failure == std::errc{} && end == digits.data() + digits.size();
    if (!whole || prefix < 0 || prefix > bits) return sentence;
    return {};
}

bool is_host(std::string_view text) {
    if (text.starts_with('[')) return text.ends_with(']') && address_bits(text.substr(1, text.size() - 2)) == 128;
    const auto allowed = [](char c) { return is_lower(c) || is_digit(c) || c == '-' || c == '.'; };
    if (text.empty() || !std::ranges::all_of(text, allowed)) return false;
    if (text.front() == '.' || text.front() == '-' || text.back() == '.' || text.back() == '-') return false;
    return text.find("..") == text.npos;
}

verdict check_host(std::string_view text) {
    if (is_host(text)) return {};
    return "expected a host name in lower case without port, such as chat.example.org or [::1]";
}

verdict check_public_url(std::string_view text) {
    if (text.empty()) return {};
    std::string sentence = "expected http:// or https://, a host in lower case, perhaps a port, and no more";
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!text.starts_with(scheme)) continue;
        auto host = text.substr(scheme.size());
        const auto colon = host.rfind(':');
        const bool has_port = colon != host.npos && host.find(']', colon) == host.npos;
        if (has_port) {
            const auto port = host.substr(colon + 1);
            host = host.substr(0, colon);
            if (port.empty() || port.size() > 5 || !std::ranges::all_of(port, is_digit)) return sentence;
        }
        if (is_host(host)) return {};
    }
    return sentence;
}

verdict check_origin(std::string_view text) {
    std::string sentence =
        "expected an origin as browsers write it: http:// or https://, a host in lower case, perhaps a "
        "port that is not the scheme's own";
    if (text.empty() || check_public_url(text)) return sentence;
    const bool usual_port = text.starts_with("https://") ? text.ends_with(":443") : text.ends_with(":80");
    if (usual_port) return sentence;
    return {};
}

verdict check_header_name(std::string_view text) {
    const auto allowed = [](char c) {
        return is_lower(c) || is_digit(c) || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
    };
    if (std::ranges::all_of(text, allowed)) return {};
    return "expected the name of a header, such as X-Parley-Tenant";
}

verdict check_vouch_secret(std::string_view text) {
    if (text.empty() || text.size() >= 32) return {};
    return "has fewer than 32 bytes, so that it could be guessed; `openssl rand -hex 32` makes a good one";
}

verdict check_operator_token(std::string_view text) {
    if (text.empty()) return {};
    // What a header can carry as it is.
    if (!std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; }))
        return "has characters other than visible ASCII ones";
    if (text.size() >= 32) return {};
    return "has fewer than 32 bytes, so that it could be guessed; `openssl rand -hex 32` makes a good one";
}

verdict check_line(std::string_view text) {
    const auto forbidden = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
    if (std::ranges::any_of(text, forbidden)) return "a line end or another control character";
    return {};
}

verdict check_name(std::string_view text) {
    if (is_name(text)) return {};
    return "expected a name of lower-case letters, digits, _ and -, which begins with a letter or a digit";
}

verdict check_database_url(std::string_view text) {
    const auto forbidden = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
    if (std::ranges::any_of(text, forbidden)) return "a line end or another control character in a URL";
    if (text.starts_with("postgresql://")) return {};
    const bool sqlite = text.starts_with("sqlite:") && text.size() > 7;
    if (sqlite && text[7] == ':') return "an in-memory database cannot be shared by the server's connections";
    if (sqlite) return {};
    return "expected sqlite: and a path, or postgresql:// and a server";
}

/// NATS servers, with commas between.
verdict check_bus_url(std::string_view text) {
    const auto forbidden = [](unsigned char c) { return c <= 0x20 || c == 0x7f; };
    if (std::ranges::any_of(text, forbidden)) return "a space, a line end or another control character in a URL";
    while (!text.empty()) {
        const auto one = text.substr(0, text.find(','));
        if (!one.starts_with("nats://") && !one.starts_with("tls://"))
            return "expected nats:// or tls:// and a server, or several of these with commas between";
        text.remove_prefix(std::min(text.size(), one.size() + 1));
    }
    return {};
}

}  // namespace

verdict broken_rule(std::string_view check, std::string_view value) {
    if (check.empty()) return {};
    if (check == "address") return check_address(value);
    if (check == "network") return check_network(value);
    if (check == "host") return check_host(value);
    if (check == "content_host") return value.empty() ? verdict{} : check_host(value);
    if (check == "public_url") return check_public_url(value);
    if (check == "origin") return check_origin(value);
    if (check == "header_name") return check_header_name(value);
    if (check == "database_url") return check_database_url(value);
    if (check == "bus_url") return check_bus_url(value);
    if (check == "bus_key") return check_vouch_secret(value);
    if (check == "vouch_secret") return check_vouch_secret(value);
    if (check == "operator_token") return check_operator_token(value);
    if (check == "line") return check_line(value);
    if (check == "name") return check_name(value);
    if (check == hooks_check) return {};                              // see checked_hooks
    if (check == "issuer" || check == "sign_in_provider") return {};  // have entries, see broken_entry
    throw std::logic_error("settings_text: unknown check " + std::string(check));
}

bool is_name(std::string_view text) {
    const auto letter_or_digit = [](char c) { return is_lower(c) || is_digit(c); };
    const auto allowed = [&](char c) { return letter_or_digit(c) || c == '_' || c == '-'; };
    return !text.empty() && text.size() <= 63 && letter_or_digit(text.front()) && std::ranges::all_of(text, allowed);
}

bool has_password(std::string_view url) {
    if (!url.starts_with("postgresql://")) return false;
    if (url.find("password=") != url.npos) return true;
    // Up to the last @ before the path: a password may itself contain one that nobody escaped.
    const auto rest = url.substr(std::string_view("postgresql://").size());
    const auto at = rest.rfind('@');
    return at != rest.npos && rest.substr(0, at).find(':') != rest.npos;
}

}  // namespace parley::config
