// Requests and responses as the API sees them: plain values without any library's types.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace parley::transport {

struct http_header {
    std::string name;
    std::string value;
};

/// What a client spoke with the first server it met.
enum class carriage : unsigned char { plain = 0, tls };

/// From whom a request came: a trusted proxy's headers may be believed.
enum class bearer : unsigned char { anybody = 0, trusted_proxy };

/// A request's body, piece by piece. Any thread; one read at a time.
class request_body {
public:
    virtual ~request_body() = default;
    /// What the client says it is; nothing: it does not say.
    [[nodiscard]] virtual std::optional<std::uint64_t> length() const = 0;
    using taker = std::move_only_function<void(result<std::string_view>)>;
    /// Calls back once, on the connection's thread, with bytes that stay until the next read; with none at the end.
    /// body_broken when no more will come, timeout when it comes too slowly.
    virtual void read(taker) = 0;
};

/// A response's body, piece by piece. The server reads one after the other.
class response_body {
public:
    virtual ~response_body() = default;
    /// Of all of it.
    [[nodiscard]] virtual std::uint64_t length() const = 0;
    using taker = std::move_only_function<void(result<std::string_view>)>;
    /// Calls back once, on any thread, with at least one byte; bytes stay until the next read. An error ends the
    /// connection, since the head is out already.
    virtual void read(taker) = 0;
};

/// One request, read completely, or all but its body. Text is as it came: nothing is percent-decoded.
struct http_request {
    std::string method;  ///< "GET", "HEAD", "POST", ...
    std::string target;  ///< path and query; begins with '/', visible ASCII only
    std::vector<http_header> headers;
    std::string body;
    std::string remote;      ///< address of the client, without the port; behind a trusted proxy not the peer's
    std::string request_id;  ///< from X-Request-Id when that was well formed, else made here
    carriage came_by{};      ///< what the client spoke, as far as is known
    bearer brought_by{};     ///< who sent it here
    /// For what http_handler::streams(): instead of `body`. An answer before its end closes the connection.
    std::shared_ptr<request_body> stream{};
    /// At a host of files, by a grant: what the plugin said when it was asked the first time.
    std::optional<std::string> granted{};

    /// The target before '?'. Not decoded and not normalised: compare it exactly.
    [[nodiscard]] std::string_view path() const;
    /// The target after '?', empty when there is none.
    [[nodiscard]] std::string_view query() const;
    /// The value of the first header of that name, in any case; empty when absent.
    [[nodiscard]] std::string_view header(std::string_view name) const;
};

/// One response. The server adds length, date, request id and the security headers that are not set here;
/// a HEAD request gets the headers alone.
struct http_response {
    int status = 200;
    std::string content_type = "application/json";  ///< none is sent when empty
    std::vector<http_header> headers;
    std::string body;
    std::string tenant;                       ///< whose it was; for the log, never sent
    std::shared_ptr<response_body> stream{};  ///< instead of `body`
};

/// Sends the response; from any thread, the first call counts. Destroyed without a call, it answers 500.
using http_answer = std::move_only_function<void(http_response)>;

/// The members of a comma-separated header value, without the spaces around them; empty ones are left out.
[[nodiscard]] std::vector<std::string_view> list_members(std::string_view header_value);

/// Whether two header names, tokens and the like are equal without regard to ASCII case.
[[nodiscard]] bool same_token(std::string_view left, std::string_view right);

/// Whether its Content-Type is application/json, whatever its parameters are.
[[nodiscard]] bool says_json(const http_request&);

}  // namespace parley::transport
