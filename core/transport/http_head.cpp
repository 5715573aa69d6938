// Writing response heads by hand: a handful of appends, no tree of fields.
#include "transport/http_head.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <random>

#include "transport/problem.hpp"

namespace parley::transport {
namespace {

struct default_header {
    std::string_view name;
    std::string_view value;
    enum class needs : unsigned char { nothing = 1, tls } needed = needs::nothing;
};

// What every answer says that does not say it otherwise. The API's answers are data: nothing in them may run, be framed
// or be kept.
constexpr std::array security_headers{
    default_header{"X-Content-Type-Options", "nosniff"},
    default_header{"Cache-Control", "no-store"},
    default_header{"Referrer-Policy", "no-referrer"},
    default_header{"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
    // Over plain HTTP browsers ignore it, and somebody on the way could have written it.
    default_header{"Strict-Transport-Security", "max-age=31536000", default_header::needs::tls},
};

// What the server itself decides; a handler that set them could contradict the body.
constexpr std::array<std::string_view, 5> own_headers{"Content-Length", "Transfer-Encoding", "Connection", "Date",
                                                      "X-Request-Id"};

void append_header(std::string& head, std::string_view name, std::string_view value) {
    head.append(name).append(": ").append(value).append("\r\n");
}

bool travels_safely(const http_header& header) {
    const auto token = [](char c) { return c > ' ' && c < 0x7f && c != ':'; };
    const auto text = [](char c) { return (static_cast<unsigned char>(c) >= ' ' && c != 0x7f) || c == '\t'; };
    return !header.name.empty() && std::ranges::all_of(header.name, token) && std::ranges::all_of(header.value, text);
}

bool sets(const http_response& answer, std::string_view name) {
    return std::ranges::any_of(answer.headers, [&](const http_header& h) { return same_token(h.name, name); });
}

// The clock's text, made anew once a second.
std::string_view http_date() {
    thread_local std::time_t made_at = 0;
    thread_local std::array<char, 32> text{};
    const auto now = std::time(nullptr);
    if (now != made_at) {
        std::tm utc{};
        gmtime_r(&now, &utc);
        std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc);
        made_at = now;
    }
    return text.data();
}

}  // namespace

bool may_have_body(int status) { return status >= 200 && status != 204 && status != 304; }

std::uint64_t body_bytes(const http_response& of) { return of.stream ? of.stream->length() : of.body.size(); }

std::string response_head(const http_response& answer, std::string_view request_id, connection_fate fate,
                          carriage came_by) {
    std::string head;
    head.reserve(512);
    head.append("HTTP/1.1 ").append(std::to_string(answer.status)).append(" ").append(phrase_of(answer.status));
    head.append("\r\n");
    if (!answer.content_type.empty() && may_have_body(answer.status)) {
        append_header(head, "Content-Type", answer.content_type);
    }
    for (const auto& header : answer.headers) {
        const bool ours = std::ranges::any_of(own_headers, [&](auto name) { return same_token(header.name, name); });
        if (!ours && travels_safely(header)) append_header(head, header.name, header.value);
    }
    for (const auto& [name, value, needed] : security_headers) {
        const bool applies = needed == default_header::needs::nothing || came_by == carriage::tls;
        if (applies && !sets(answer, name)) append_header(head, name, value);
    }
    append_header(head, "Date", http_date());
    append_header(head, "X-Request-Id", request_id);
    if (fate == connection_fate::close) append_header(head, "Connection", "close");
    if (may_have_body(answer.status)) append_header(head, "Content-Length", std::to_string(body_bytes(answer)));
    head.append("\r\n");
    return head;
}

std::string request_id_from(std::string_view proposed) {
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
               c == '-';
    };
    if (!proposed.empty() && proposed.size() <= 64 && std::ranges::all_of(proposed, fits)) return std::string{proposed};
    thread_local std::mt19937_64 source{std::random_device{}()};
    constexpr std::string_view digits = "0123456789abcdef";
    std::string made(16, '0');
    auto value = source();
    for (auto& digit : made) {
        digit = digits[value & 15];
        value >>= 4;
    }
    return made;
}

}  // namespace parley::transport
