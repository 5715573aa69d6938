// From a failure to its status and document.
#include "transport/problem.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace parley::transport {
namespace {

// Sorted by status.
constexpr std::array phrases{
    std::pair{101, std::string_view{"Switching Protocols"}},
    std::pair{200, std::string_view{"OK"}},
    std::pair{201, std::string_view{"Created"}},
    std::pair{202, std::string_view{"Accepted"}},
    std::pair{204, std::string_view{"No Content"}},
    std::pair{206, std::string_view{"Partial Content"}},
    std::pair{301, std::string_view{"Moved Permanently"}},
    std::pair{302, std::string_view{"Found"}},
    std::pair{303, std::string_view{"See Other"}},
    std::pair{304, std::string_view{"Not Modified"}},
    std::pair{307, std::string_view{"Temporary Redirect"}},
    std::pair{308, std::string_view{"Permanent Redirect"}},
    std::pair{400, std::string_view{"Bad Request"}},
    std::pair{401, std::string_view{"Unauthorized"}},
    std::pair{403, std::string_view{"Forbidden"}},
    std::pair{404, std::string_view{"Not Found"}},
    std::pair{405, std::string_view{"Method Not Allowed"}},
    std::pair{406, std::string_view{"Not Acceptable"}},
    std::pair{408, std::string_view{"Request Timeout"}},
    std::pair{409, std::string_view{"Conflict"}},
    std::pair{410, std::string_view{"Gone"}},
    std::pair{411, std::string_view{"Length Required"}},
    std::pair{412, std::string_view{"Precondition Failed"}},
    std::pair{413, std::string_view{"Content Too Large"}},
    std::pair{414, std::string_view{"URI Too Long"}},
    std::pair{415, std::string_view{"Unsupported Media Type"}},
    std::pair{416, std::string_view{"Range Not Satisfiable"}},
    std::pair{417, std::string_view{"Expectation Failed"}},
    std::pair{422, std::string_view{"Unprocessable Content"}},
    std::pair{423, std::string_view{"Locked"}},
    std::pair{426, std::string_view{"Upgrade Required"}},
    std::pair{428, std::string_view{"Precondition Required"}},
    std::pair{429, std::string_view{"Too Many Requests"}},
    std::pair{431, std::string_view{"Request Header Fields Too Large"}},
    std::pair{500, std::string_view{"Internal Server Error"}},
    std::pair{501, std::string_view{"Not Implemented"}},
    std::pair{502, std::string_view{"Bad Gateway"}},
    std::pair{503, std::string_view{"Service Unavailable"}},
    std::pair{504, std::string_view{"Gateway Timeout"}},
    std::pair{505, std::string_view{"HTTP Version Not Supported"}},
    std::pair{507, std::string_view{"Insufficient Storage"}},
};

/// Of what is away for a time that nobody knows, such as a plugin that does not answer.
constexpr std::chrono::seconds usual_pause{2};

/// How long to wait; 0 where waiting does not help, or nobody knows.
std::chrono::seconds pause_after(int status, const error& why) {
    return why.retry_after.count() == 0 && status == 503 ? usual_pause : why.retry_after;
}

std::string document(int status, const error& why, std::string_view request_id) {
    const auto text = [](std::string_view from) { return boost::json::string_view{from.data(), from.size()}; };
    boost::json::object made;
    made["type"] = "urn:parley:problem:" + why.code;
    made["title"] = text(phrase_of(status));
    made["status"] = status;
    made["code"] = text(why.code);
    made["detail"] = text(why.message);
    if (!why.field.empty()) made["field"] = text(why.field);
    if (const auto pause = pause_after(status, why); pause.count() > 0) made["retry_after"] = pause.count();
    made["request_id"] = text(request_id);
    return boost::json::serialize(made);
}

}  // namespace

int status_of(fault kind) {
    switch (kind) {
        case fault::invalid:
            return 400;
        case fault::unauthenticated:
            return 401;
        case fault::forbidden:
            return 403;
        case fault::not_found:
            return 404;
        case fault::conflict:
            return 409;
        case fault::gone:
            return 410;
        case fault::too_large:
            return 413;
        case fault::too_many:
            return 429;
        case fault::unavailable:
            return 503;
        case fault::internal:
            return 500;
    }
    return 500;
}

std::string_view phrase_of(int status) {
    const auto found = std::ranges::lower_bound(phrases, status, {}, &std::pair<int, std::string_view>::first);
    return found != phrases.end() && found->first == status ? found->second : "Unknown";
}

std::string problem_json(const error& why, std::string_view request_id) {
    return document(status_of(why.kind), why, request_id);
}

refusal refuse(int status, fault kind, std::string code, std::string message) {
    return {status, {.kind = kind, .code = std::move(code), .message = std::move(message), .field = {}}};
}

http_response problem(int status, const error& why, std::string_view request_id) {
    http_response made;
    made.status = status;
    made.content_type = "application/problem+json";
    made.body = document(status, why, request_id);
    if (const auto pause = pause_after(status, why); pause.count() > 0)
        made.headers.push_back({"Retry-After", std::to_string(pause.count())});
    return made;
}

http_response problem(const error& why, std::string_view request_id) {
    return problem(status_of(why.kind), why, request_id);
}

}  // namespace parley::transport
