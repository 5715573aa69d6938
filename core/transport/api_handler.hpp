// HTTP requests to operations, and WebSocket handshakes to sessions.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "transport/chat_session.hpp"
#include "transport/http_server.hpp"

namespace parley::transport {

struct api_options {
    std::size_t json_bytes = 1024 * 1024;
    std::size_t json_depth = 32;
};

/// The front door: outlives the server it is given to.
class api_handler final : public http_handler {
public:
    /// Answers what is not the API's, such as health and metrics; nothing for everything else.
    using other_routes = std::function<std::optional<http_response>(const http_request&)>;

    api_handler(chat_parts& parts, api_options options, other_routes others)
        : parts_(parts), options_(options), others_(std::move(others)) {}

    void handle(http_request request, http_answer answer) override;
    void on_upgrade(http_request request, upgrade handshake) override;
    void on_answered(const access_record&) override;
    void on_fault(std::string_view what, std::string_view request_id) override;

private:
    void run(const operation&, http_request, boost::json::object given, http_answer);
    void run_as(const operation&, const http_request&, kernel::caller, boost::json::object given, http_answer);

    chat_parts& parts_;
    api_options options_;
    other_routes others_;
};

}  // namespace parley::transport
