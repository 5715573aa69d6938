// Stands before the API: everything goes through, answers are measured.
#include "server/front_door.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.hpp"

namespace parley::server {

front_door::front_door(metrics::registry& measured)
    : faults_(
          measured.add_counter("parley_session_faults_total", "Sessions that ended in a fault of the server's own.")) {
    for (std::size_t digit = 1; digit < took_.size(); ++digit)
        took_[digit] = &measured.add_histogram(
            "parley_http_request_seconds", "From a request's last byte to its answer's hand-over.",
            {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30},
            {{"class", fmt::format("{}xx", digit)}});
}

void front_door::handle(transport::http_request request, transport::http_answer answer) {
    if (desk_->takes(request)) return desk_->handle(std::move(request), std::move(answer));
    to_->handle(std::move(request), std::move(answer));
}

void front_door::on_upgrade(transport::http_request request, transport::upgrade handshake) {
    to_->on_upgrade(std::move(request), std::move(handshake));
}

void front_door::on_answered(const transport::access_record& record) {
    const auto digit = static_cast<std::size_t>(std::clamp(record.status / 100, 1, 5));
    took_[digit]->observe(std::chrono::duration<double>(record.took).count());
    if (is_probe(record.path) && record.status < 400) return;
    to_->on_answered(record);
}

void front_door::on_fault(std::string_view what, std::string_view request_id) {
    faults_.add();
    if (to_ != nullptr) return to_->on_fault(what, request_id);
    log::error("a session failed", {{"request", request_id}, {"what", what}});
}

bool is_probe(std::string_view path) { return path == "/live" || path == "/ready" || path == "/metrics"; }

}  // namespace parley::server
