// HTTP requests to operations, and WebSocket handshakes to sessions.
#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <string>

#include "base/work_pool.hpp"
#include "transport/chat_session.hpp"
#include "transport/http_server.hpp"
#include "transport/tenant_documents.hpp"

namespace parley::transport {

struct api_options {
    std::size_t json_bytes = 1024 * 1024;
    std::size_t json_depth = 32;
};

inline constexpr unsigned disk_threads = 4;
inline constexpr std::size_t disk_queue = 10'000;

/// The front door: outlives the server it is given to.
class api_handler final : public http_handler {
public:
    /// Answers what is not the API's, such as health and metrics; nothing for everything else.
    using other_routes = std::function<std::optional<http_response>(const http_request&)>;

    api_handler(chat_parts& parts, api_options options, other_routes others);

    void handle(http_request request, http_answer answer) override;
    [[nodiscard]] bool streams(std::string_view method, std::string_view path) const override;
    void on_upgrade(http_request request, upgrade handshake) override;
    void on_answered(const access_record&) override;
    void on_fault(std::string_view what, std::string_view request_id) override;

private:
    /// A request's input, or the answer to one that makes no sense.
    using understood = std::expected<boost::json::object, http_response>;
    void handle_content(http_request, http_answer);
    void tell_document(const http_request&, http_answer);
    void run(const operation&, http_request, understood, http_answer);
    void run_as(const operation&, http_request, kernel::caller, understood, http_answer);

    chat_parts& parts_;
    api_options options_;
    other_routes others_;
    tenant_documents documents_;
    work_pool disk_{disk_threads, disk_queue};
};

}  // namespace parley::transport
