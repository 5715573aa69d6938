// The pages for machines.
#include "server/probes.hpp"

#include <boost/json/array.hpp>

#include "base/json.hpp"
#include "server/front_door.hpp"
#include "transport/problem.hpp"

namespace parley::server {
namespace {

transport::http_response page(int status, std::string body) {
    return {.status = status, .headers = {{"Cache-Control", "no-store"}}, .body = std::move(body)};
}

}  // namespace

std::optional<transport::http_response> probes::answer(const transport::http_request& request) const {
    const auto path = request.path();
    if (!is_probe(path)) return std::nullopt;
    if (request.method != "GET" && request.method != "HEAD") {
        auto refused = transport::problem(
            405, {fault::invalid, "method_not_allowed", "This address takes GET only.", {}}, request.request_id);
        refused.headers.push_back({"Allow", "GET, HEAD"});
        return refused;
    }
    if (path == "/live") return page(200, R"({"status":"live"})");
    if (path == "/ready") return ready_page();
    auto made = page(200, measured_.text());
    made.content_type = metrics::content_type;
    return made;
}

transport::http_response probes::ready_page() const {
    const auto reasons = ready_();
    boost::json::object body{{"status", reasons.empty() ? "ready" : "not_ready"}};
    if (!reasons.empty()) body["reasons"] = boost::json::array(reasons.begin(), reasons.end());
    if (configuration_) body["configuration"] = configuration_();
    return page(reasons.empty() ? 200 : 503, to_text(body));
}

}  // namespace parley::server
