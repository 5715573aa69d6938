// Stands before the API: measures every answer and keeps probes out of the access log.
#pragma once

#include <array>
#include <atomic>
#include <string_view>

#include "metrics/registry.hpp"
#include "server/operator_desk.hpp"
#include "transport/http_server.hpp"

namespace parley::server {

/// Is there before what it leads to, because the server it is given to must be there before the store is.
class front_door final : public transport::http_handler {
public:
    explicit front_door(metrics::registry& measured);

    /// Before the server starts; both must outlive the last request.
    void lead_to(transport::http_handler& to, operator_desk& desk) {
        to_ = &to;
        desk_ = &desk;
    }

    void handle(transport::http_request request, transport::http_answer answer) override;
    [[nodiscard]] bool streams(std::string_view method, std::string_view path) const override {
        return to_->streams(method, path);
    }
    void on_upgrade(transport::http_request request, transport::upgrade handshake) override;
    void on_answered(const transport::access_record&) override;
    void on_fault(std::string_view what, std::string_view request_id) override;

private:
    transport::http_handler* to_ = nullptr;
    operator_desk* desk_ = nullptr;
    std::array<metrics::histogram*, 6> took_{};  // by first digit of the status; [0] is unused
    metrics::counter& faults_;
};

/// Whether the path is one that machines ask every few seconds: /live, /ready, /metrics.
[[nodiscard]] bool is_probe(std::string_view path);

}  // namespace parley::server
