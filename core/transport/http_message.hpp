// Requests and responses as the API sees them: plain values without any library's types.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace parley::transport {

struct http_header {
    std::string name;
    std::string value;
};

/// What a client spoke with the first server it met.
enum class carriage : unsigned char { plain = 0, tls };

/// From whom a request came: a trusted proxy's headers may be believed.
enum class bearer : unsigned char { anybody = 0, trusted_proxy };

/// One request, read completely. Text is as it came: nothing is percent-decoded.
struct http_request {
    std::string method;  ///< "GET", "HEAD", "POST", ...
    std::string target;  ///< path and query; begins with '/', visible ASCII only
    std::vector<http_header> headers;
    std::string body;
    std::string remote;      ///< address of the client, without the port; behind a trusted proxy not the peer's
    std::string request_id;  ///< from X-Request-Id when that was well formed, else made here
    carriage came_by{};      ///< what the client spoke, as far as is known
    bearer brought_by{};     ///< who sent it here

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
    std::string tenant;  ///< whose it was; for the log, never sent
};

/// Sends the response; from any thread, the first call counts. Destroyed without a call, it answers 500.
using http_answer = std::move_only_function<void(http_response)>;

/// The members of a comma-separated header value, without the spaces around them; empty ones are left out.
[[nodiscard]] std::vector<std::string_view> list_members(std::string_view header_value);

/// Whether two header names, tokens and the like are equal without regard to ASCII case.
[[nodiscard]] bool same_token(std::string_view left, std::string_view right);

}  // namespace parley::transport
