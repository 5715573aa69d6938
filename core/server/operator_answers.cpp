// Refusals, and problems of a configuration as JSON.
#include "server/operator_answers.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <utility>

#include "base/json.hpp"
#include "transport/problem.hpp"

namespace parley::server {
namespace json = boost::json;
namespace {

json::object shown(const config::problem& one) {
    json::object made{{"file", one.file}, {"line", one.line}, {"column", one.column}, {"message", one.message}};
    made["setting"] = one.path.empty() ? json::value() : json::value(one.path);
    return made;
}

}  // namespace

transport::http_response not_json(const transport::http_request& request) {
    return transport::problem(415, {fault::invalid, "not_json", "A body is application/json.", {}}, request.request_id);
}

transport::http_response method_not_allowed(const transport::http_request& request, std::string_view allowed) {
    auto made = transport::problem(
        405, {fault::invalid, "method_not_allowed", "This address takes " + std::string(allowed) + " only.", {}},
        request.request_id);
    made.headers.push_back({"Allow", std::string(allowed)});
    return made;
}

transport::http_response problems_of(const reload_outcome& made, const std::string& request_id) {
    auto answer = transport::problem(
        422, {fault::invalid, "configuration_invalid", "The configuration is wrong; nothing has changed.", {}},
        request_id);
    auto body = json::parse(answer.body).as_object();
    json::array problems;
    for (const auto& one : made.problems) problems.push_back(shown(one));
    body["problems"] = std::move(problems);
    body["generation"] = made.generation;
    answer.body = to_text(body);
    return answer;
}

reload_asker asker_of(const transport::http_request& request) {
    return {.by = reload_asker::way::api, .address = request.remote, .request_id = request.request_id};
}

}  // namespace parley::server
