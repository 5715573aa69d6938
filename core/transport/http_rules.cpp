// The rules of HTTP that a server must insist on, and ours.
#include "transport/http_rules.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <boost/beast/http/error.hpp>

namespace parley::transport {
namespace {

namespace http = boost::beast::http;
using boost::system::error_code;

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

}  // namespace

std::optional<refusal> judge_head(const request_parser& parsed, std::size_t body_limit) {
    const auto& head = parsed.get();
    const auto malformed = [](std::string message) {
        return refuse(400, fault::invalid, "malformed_request", std::move(message));
    };
    const auto target = view(head.target());
    const auto visible = [](char c) { return c > ' ' && c < 0x7f && c != '#'; };
    if (!target.starts_with('/') || !std::ranges::all_of(target, visible)) {
        return malformed("The request target must be a path of visible ASCII characters.");
    }
    if (head.version() == 11 && head.count(http::field::host) != 1) {
        return malformed("There must be exactly one Host header.");
    }
    const auto encodings = head.count(http::field::transfer_encoding);
    if (encodings > 0 && head.version() != 11) return malformed("Transfer-Encoding needs HTTP/1.1.");
    if (encodings > 1 || (encodings == 1 && !same_token(view(head[http::field::transfer_encoding]), "chunked"))) {
        return refuse(501, fault::invalid, "encoding_unsupported",
                      "Only the transfer coding \"chunked\" is known here.");
    }
    const auto lengths = head.count(http::field::content_length);
    if (lengths > 1 || view(head[http::field::content_length]).find(',') != std::string_view::npos) {
        return malformed("There is more than one Content-Length.");
    }
    // Beast refuses a length beside an encoding; the tests of the wire hold it to that.
    if (lengths == 1 && parsed.content_length().value_or(0) > body_limit) {
        return refuse(413, fault::too_large, "body_too_large",
                      "The body is longer than the limit of " + std::to_string(body_limit) + " bytes.");
    }
    const auto expect = view(head[http::field::expect]);
    if (!expect.empty() && !same_token(expect, "100-continue")) {
        return refuse(417, fault::invalid, "expectation_failed", "Only \"Expect: 100-continue\" is known here.");
    }
    return std::nullopt;
}

std::optional<refusal> refusal_of(error_code why, const http_options& options) {
    if (why == http::error::header_limit) {
        return refuse(431, fault::too_large, "headers_too_large",
                      "The headers are longer than the limit of " + std::to_string(options.header_bytes) + " bytes.");
    }
    if (why == http::error::body_limit) {
        return refuse(413, fault::too_large, "body_too_large",
                      "The body is longer than the limit of " + std::to_string(options.body_bytes) + " bytes.");
    }
    if (why == http::error::end_of_stream || why == http::error::partial_message) return std::nullopt;
    if (why.category() != http::make_error_code(http::error::bad_method).category()) return std::nullopt;
    return refuse(400, fault::invalid, "malformed_request", "The request is not well-formed HTTP/1.1.");
}

bool wants_websocket(const http_request& request) {
    const auto has = [&](std::string_view name, std::string_view token) {
        const auto members = list_members(request.header(name));
        return std::ranges::any_of(members, [&](auto member) { return same_token(member, token); });
    };
    return has("Connection", "upgrade") && has("Upgrade", "websocket");
}

std::optional<refusal> judge_handshake(const http_request& request) {
    if (request.method != "GET") {
        return refuse(400, fault::invalid, "bad_handshake", "A WebSocket handshake is a GET request.");
    }
    if (request.header("Sec-WebSocket-Version") != "13") {
        return refuse(426, fault::invalid, "websocket_version", "Only version 13 of WebSocket is spoken here.");
    }
    const auto key = request.header("Sec-WebSocket-Key");
    if (key.size() != 24 || !key.ends_with("==")) {
        return refuse(400, fault::invalid, "bad_handshake", "Sec-WebSocket-Key must be 16 bytes in base64.");
    }
    return std::nullopt;
}

}  // namespace parley::transport
