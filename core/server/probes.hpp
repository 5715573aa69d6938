// The pages for machines: /live, /ready and /metrics.
#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "metrics/registry.hpp"
#include "transport/http_message.hpp"

namespace parley::server {

/// Why the server should get no new clients now, one sentence each; empty when it is ready. Must not wait.
using readiness = std::function<std::vector<std::string>()>;

/// What /ready says besides. Must not wait.
using ready_details = std::function<boost::json::object()>;

/// Answers the three pages and nothing else. Safe to call from any thread; must be outlived by `measured`.
class probes {
public:
    probes(readiness ready, const metrics::registry& measured, ready_details configuration = {})
        : ready_(std::move(ready)), measured_(measured), configuration_(std::move(configuration)) {}

    /// Nothing for other paths. GET and HEAD only; 405 for other methods.
    [[nodiscard]] std::optional<transport::http_response> answer(const transport::http_request&) const;

private:
    [[nodiscard]] transport::http_response ready_page() const;

    readiness ready_;
    const metrics::registry& measured_;
    ready_details configuration_;
};

}  // namespace parley::server
