// From a request to an operation and back: route, tenant, caller, input, answer.
#include "transport/api_handler.hpp"

#include <fmt/format.h>
#include <boost/json/serialize.hpp>

#include "base/json.hpp"
#include "base/log.hpp"
#include "transport/browser_origin.hpp"
#include "transport/browser_session.hpp"
#include "transport/content_grant.hpp"
#include "transport/operation_catalogue.hpp"
#include "transport/problem.hpp"
#include "transport/run_operation.hpp"
#include "transport/transfer.hpp"

namespace parley::transport {
namespace json = boost::json;
namespace {

constexpr std::string_view socket_path = "/api/v1/socket";
constexpr std::string_view openapi_path = "/api/v1/openapi.json";
constexpr std::string_view asyncapi_path = "/api/v1/asyncapi.json";
constexpr std::string_view subprotocol = "parley.v1";

std::string_view bearer_of(const http_request& request) {
    const auto value = request.header("Authorization");
    constexpr std::string_view scheme = "Bearer ";
    if (value.size() <= scheme.size() || !same_token(value.substr(0, scheme.size() - 1), "Bearer")) return {};
    return value.substr(scheme.size());
}

peer peer_of(const http_request& request) {
    return {.address = request.remote, .user_agent = std::string(request.header("User-Agent"))};
}

/// A page that was loaded anew learns its CSRF token from whatever it reads first; one that signed out loses its
/// cookie.
http_answer for_browser(const operation& wanted, std::string_view token, http_answer answer) {
    const bool leaves = wanted.name == "session.close" || wanted.name == "session.end_all";
    return [leaves, csrf = csrf_token(token), answer = std::move(answer)](http_response made) mutable {
        if (leaves && made.status < 300)
            made.headers.push_back(drop_cookie());
        else
            made.headers.push_back({"X-CSRF-Token", std::move(csrf)});
        answer(std::move(made));
    };
}

/// A tag of what was said, so that asking again can be answered in a line. FNV-1a: nobody is deceived but the asker.
std::string tag_of(std::string_view body) {
    std::uint64_t hash = 14'695'981'039'346'656'037ULL;
    for (const char c : body) hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211ULL;
    return fmt::format("\"{:016x}\"", hash);
}

http_response tagged(const http_request& request, http_response response) {
    if ((request.method != "GET" && request.method != "HEAD") || response.status != 200) return response;
    auto tag = tag_of(response.body);
    response.headers.push_back({"Cache-Control", "private, no-cache"});
    for (const auto known : list_members(request.header("If-None-Match")))
        if (known == tag || known == "*") {
            response.status = 304;
            response.body.clear();
            response.content_type.clear();
        }
    response.headers.push_back({"ETag", std::move(tag)});
    return response;
}

result<json::object> body_of(const http_request& request, const api_options& options) {
    if (request.body.empty()) return json::object{};
    return parse_object(request.body, {.max_bytes = options.json_bytes, .max_depth = options.json_depth});
}

const error nothing_here{fault::not_found, "not_found", "There is nothing here.", {}};

/// The answer to a method that an address does not take.
http_response other_method(const route_match& route, std::string_view request_id) {
    auto refused =
        problem(405, {fault::invalid, "method_not_allowed", "This address takes other methods.", {}}, request_id);
    refused.headers.push_back({"Allow", fmt::format("{}", fmt::join(route.allowed, ", "))});
    return refused;
}

/// What path, query and body carry. The members of a body join what path and query carry; those win.
result<json::object> input_of(const http_request& request, const route_match& route, const api_options& options) {
    auto given = body_of(request, options);
    if (!given) return given;
    const auto asked = read_query(*route.found, request.query());
    if (!asked) return asked;
    const auto carry = [&given](const json::object& more) {
        for (const auto& [name, value] : more) {
            // Kept under another name, it is no field and will be reported.
            if (auto* twice = given->if_contains(name))
                (*given)[fmt::format("body.{}", std::string_view(name))] =
                    json::value(*twice);  // one may move the other
            (*given)[name] = value;
        }
    };
    carry(*asked);
    carry(route.carried);
    for (const auto& one : route.found->fields) {
        if (one.in != place::header) continue;
        const auto text = request.header(one.header);
        if (text.empty()) continue;
        auto value = from_query_text(one, text);
        if (!value) return std::unexpected(value.error());
        (*given)[one.name] = std::move(*value);
    }
    if (route.found->name == "message.send" && !given->contains("client_key"))
        if (const auto key = request.header("Idempotency-Key"); !key.empty()) (*given)["client_key"] = key;
    return given;
}

/// The input, or the answer to a request that cannot be understood.
std::expected<json::object, http_response> read(const http_request& request, const route_match& route,
                                                const api_options& options) {
    if (route.found == nullptr) return std::unexpected(other_method(route, request.request_id));
    const auto refuse = [&](error why) { return std::unexpected(problem(415, why, request.request_id)); };
    if (!request.body.empty() && !says_json(request))
        return refuse({fault::invalid, "not_json", "A body is application/json.", {}});
    if (const auto coding = request.header("Content-Encoding"); !coding.empty() && !same_token(coding, "identity"))
        return refuse({fault::invalid, "body_encoded", "A body is sent as it is, without encoding.", {}});
    auto given = input_of(request, route, options);
    if (!given) return std::unexpected(problem(given.error(), request.request_id));
    return std::move(*given);
}

}  // namespace

api_handler::api_handler(chat_parts& parts, api_options options, other_routes others)
    : parts_(parts), options_(options), others_(std::move(others)), documents_(parts.with.catalogue) {}

/// Of the tenant that the address names, else of the one of who asks: which plugins another tenant has on is its own.
void api_handler::tell_document(const http_request& request, http_answer answer) {
    const bool is_openapi = request.path() == openapi_path;
    // Only what tagging looks at.
    http_request seen{.method = request.method, .request_id = request.request_id};
    if (const auto tag = request.header("If-None-Match"); !tag.empty())
        seen.headers.push_back({"If-None-Match", std::string(tag)});
    auto tell = [this, is_openapi, seen = std::move(seen),
                 answer = std::move(answer)](std::string_view tenant) mutable {
        const auto texts = documents_.of(tenant);
        answer(tagged(seen, {.headers = {}, .body = is_openapi ? texts->openapi : texts->asyncapi}));
    };
    if (const auto named = parts_.gate.tenant_named_in(request)) return tell(*named);
    auto token = bearer_of(request);
    if (request.header("Authorization").empty()) token = cookie_token(request);
    if (token.empty()) return tell("");
    parts_.who.find_session(token, [tell = std::move(tell)](result<session> found) mutable {
        tell(found ? std::string_view(found->tenant_name) : std::string_view());
    });
}

/// A host of files: one address, for who was sent there, while the grant is good and the right still there. Everything
/// else is nothing here.
void api_handler::handle_content(http_request request, http_answer answer) {
    answer = [answer = std::move(answer)](http_response made) mutable {
        let_pages_show(made);
        answer(std::move(made));
    };
    if (auto may = parts_.gate.knock(request); !may) return answer(problem(may.error(), request.request_id));
    const auto& env = parts_.with.env;
    auto asked = read_grant(request.target);
    const auto tenant = asked ? env.settings.of(asked->grant.tenant) : nullptr;
    if (!asked || tenant->content.host != host_of(request.header("Host")) ||
        !is_good(*asked, tenant->content.secret, env.time.now()))
        return answer(problem(nothing_here, request.request_id));
    if (is_preflight(request)) return answer(content_preflight_answer());
    request.target = std::move(asked->target);
    request.granted = std::move(asked->grant.note);
    // Who asks stands in the grant alone.
    std::erase_if(request.headers, [](const http_header& one) {
        return same_token(one.name, "Cookie") || same_token(one.name, "Authorization");
    });
    const bool reads = request.method == "GET" || request.method == "HEAD";
    const auto route = parts_.with.catalogue.route(request.method, request.path());
    if (!reads || !route || route->found == nullptr || route->found->carries != kernel::carried::sends)
        return answer(problem(nothing_here, request.request_id));
    auto given = read(request, *route, options_);
    const auto& wanted = *route->found;
    auto shared = std::make_shared<std::pair<http_request, http_answer>>(std::move(request), std::move(answer));
    parts_.who.find_granted(std::move(asked->grant.tenant), asked->grant.session,
                            [this, &wanted, shared, given = std::move(given)](result<session> found) mutable {
                                auto& [of, reply] = *shared;
                                const bool knows = found && (found->user || wanted.access == access_level::anybody);
                                if (!knows) {
                                    const bool away = !found && found.error().kind == fault::unavailable;
                                    return reply(problem(away ? found.error() : nothing_here, of.request_id));
                                }
                                auto by = caller_of(*found, peer_of(of), of.request_id);
                                run_as(wanted, std::move(of), std::move(by), std::move(given), std::move(reply));
                            });
}

void api_handler::handle(http_request request, http_answer answer) {
    if (parts_.gate.asks_for_content(request)) return handle_content(std::move(request), std::move(answer));
    if (auto other = others_(request)) return answer(std::move(*other));
    answer = parts_.gate.readable(request, std::move(answer));
    if (auto judged = parts_.gate.judge(request)) return answer(std::move(*judged));
    if (auto open = parts_.gate.is_open(parts_.gate.tenant_named_in(request).value_or(std::string{})); !open)
        return answer(problem(open.error(), request.request_id));
    if (request.method == "GET" || request.method == "HEAD")
        if (request.path() == openapi_path || request.path() == asyncapi_path)
            return tell_document(request, std::move(answer));
    if (auto known = parts_.gate.leads_somewhere(request); !known)
        return answer(problem(known.error(), request.request_id));
    if (request.path() == socket_path)
        return answer(problem(426, {fault::invalid, "upgrade_required", "This address speaks WebSocket.", {}},
                              request.request_id));
    auto route = parts_.with.catalogue.route(request.method, request.path());
    if (!route) return answer(problem(route.error(), request.request_id));
    auto given = read(request, *route, options_);
    const auto& wanted = route->found != nullptr ? *route->found : *route->other;
    // What is wrong with a request to an address that is not there everywhere is nothing to tell before it is known
    // whether it is there for who asks.
    if (!given && !wanted.is_there) return answer(std::move(given.error()));
    run(wanted, std::move(request), std::move(given), std::move(answer));
}

void api_handler::run(const operation& wanted, http_request request, understood given, http_answer answer) {
    auto shared = std::make_shared<std::pair<http_request, http_answer>>(std::move(request), std::move(answer));
    auto token = bearer_of(shared->first);
    const bool by_cookie = shared->first.header("Authorization").empty() && !cookie_token(shared->first).empty();
    if (by_cookie) token = cookie_token(shared->first);
    if (wanted.access == access_level::anybody) {
        auto named = parts_.gate.tenant_named_in(shared->first);
        parts_.who.find_tenant_named(std::move(named), [this, &wanted, shared, given = std::move(given)](
                                                           result<authenticator::tenant_of_host> tenant) mutable {
            if (!tenant) return shared->second(problem(tenant.error(), shared->first.request_id));
            const auto from = peer_of(shared->first);
            kernel::caller nobody{.tenant = tenant->id,
                                  .tenant_name = tenant->name,
                                  .user = {},
                                  .request_id = shared->first.request_id,
                                  .address = from.address,
                                  .user_agent = from.user_agent};
            run_as(wanted, std::move(shared->first), std::move(nobody), std::move(given), std::move(shared->second));
        });
        return;
    }
    if (token.empty()) {
        auto refused = problem({fault::unauthenticated, "not_signed_in", "An access token is needed.", {}},
                               shared->first.request_id);
        refused.headers.push_back({"WWW-Authenticate", "Bearer"});
        return shared->second(std::move(refused));
    }
    parts_.who.find_session(
        token, [this, &wanted, shared, by_cookie, given = std::move(given)](result<session> found) mutable {
            const auto named = parts_.gate.tenant_named_in(shared->first).value_or(std::string{});
            if (found)
                if (auto fits = gatekeeper::fits(found->tenant_name, named); !fits)
                    found = std::unexpected(fits.error());
            if (!found) {
                auto refused = problem(found.error(), shared->first.request_id);
                if (found.error().kind == fault::unauthenticated)
                    refused.headers.push_back({"WWW-Authenticate", "Bearer error=\"invalid_token\""});
                return shared->second(std::move(refused));
            }
            if (by_cookie) {
                const std::string cookie(cookie_token(shared->first));
                if (auto may = check_csrf(shared->first, cookie); !may)
                    return shared->second(problem(may.error(), shared->first.request_id));
                shared->second = for_browser(wanted, cookie, std::move(shared->second));
            }
            auto by = caller_of(*found, peer_of(shared->first), shared->first.request_id);
            run_as(wanted, std::move(shared->first), std::move(by), std::move(given), std::move(shared->second));
        });
}

void api_handler::run_as(const operation& wanted, http_request request, kernel::caller by, understood given,
                         http_answer answer) {
    // Every answer from here on says whose it was.
    http_answer signed_answer = [answer = std::move(answer), tenant = by.tenant_name](http_response made) mutable {
        made.tenant = std::move(tenant);
        answer(std::move(made));
    };
    if (auto open = parts_.gate.is_open(by.tenant_name); !open)
        return signed_answer(problem(open.error(), request.request_id));
    if (!is_there(wanted, by.tenant_name)) return signed_answer(problem(nothing_here, request.request_id));
    if (!given) return signed_answer(std::move(given.error()));
    const asking who{.tenant_name = by.tenant_name,
                     .tenant = by.tenant,
                     .user = by.user,
                     .from = ip_address::parse(request.remote).value_or(ip_address{})};
    if (auto may = parts_.gate.limits().admit(who, class_of(wanted)); !may)
        return signed_answer(problem(may.error(), request.request_id));
    std::vector<std::string> ignored;
    auto checked = check_input(wanted, std::move(*given), ignored);
    if (!checked) return signed_answer(problem(checked.error(), request.request_id));
    if (wanted.carries != kernel::carried::json) {
        const auto session = by.session;
        return run_transfer(wanted,
                            {.with = parts_.with,
                             .by = std::move(by),
                             .session = session,
                             .in = std::move(*checked),
                             .reply = [](const result<transport::answer>&) {}},
                            std::move(request), std::move(signed_answer), disk_);
    }
    if (wanted.waits) {
        auto seat = parts_.gate.seat_of(by.tenant, by.user);
        if (!seat) return signed_answer(problem(seat.error(), request.request_id));
        // Taken for as long as nothing is answered.
        signed_answer = [answer = std::move(signed_answer), taken = std::move(*seat)](http_response made) mutable {
            answer(std::move(made));
        };
    }
    // Only what tagging looks at: bodies are not kept while the answer is made.
    http_request seen{.method = request.method,
                      .target = {},
                      .headers = {},
                      .body = {},
                      .remote = {},
                      .request_id = request.request_id};
    if (const auto tag = request.header("If-None-Match"); !tag.empty())
        seen.headers.push_back({"If-None-Match", std::string(tag)});
    const auto session = by.session;
    std::shared_ptr<const http_request> whole;
    if (wanted.over == wires::http_alone) {
        auto kept = std::make_shared<http_request>(request);
        kept->body.clear();
        whole = std::move(kept);
    }
    run_operation(wanted, {.with = parts_.with,
                           .by = std::move(by),
                           .session = session,
                           .in = std::move(*checked),
                           .reply =
                               [seen = std::move(seen), ignored = std::move(ignored),
                                answer = std::move(signed_answer)](result<transport::answer> made) mutable {
                                   if (!made) return answer(problem(made.error(), seen.request_id));
                                   auto body = made->take_body();
                                   if (!ignored.empty()) body["ignored"] = json::array(ignored.begin(), ignored.end());
                                   http_response response{
                                       .status = made->status, .headers = std::move(made->headers), .body = {}};
                                   if (made->status == 204 || sends_elsewhere(made->status))
                                       response.content_type.clear();
                                   else
                                       response.body = json::serialize(body);
                                   answer(tagged(seen, std::move(response)));
                               },
                           .request = std::move(whole)});
}

bool api_handler::streams(std::string_view method, std::string_view path) const {
    if (!parts_.with.catalogue.takes_streams()) return false;
    const auto route = parts_.with.catalogue.route(method, path);
    return route && route->found != nullptr && takes_stream(*route->found);
}

void api_handler::on_upgrade(http_request request, upgrade handshake) {
    if (request.path() != socket_path || parts_.gate.asks_for_content(request))
        return handshake.refuse(
            problem({fault::not_found, "not_found", "There is nothing here.", {}}, request.request_id));
    std::string chosen;
    for (const auto offered : list_members(request.header("Sec-WebSocket-Protocol")))
        if (offered == subprotocol) chosen = subprotocol;
    std::string token(bearer_of(request));
    if (request.header("Authorization").empty() && !cookie_token(request).empty()) {
        if (auto may = check_same_origin(request); !may)
            return handshake.refuse(problem(may.error(), request.request_id));
        token = cookie_token(request);
    }
    auto at = parts_.gate.judge_handshake(request);
    if (!at) return handshake.refuse(problem(at.error(), request.request_id));
    if (token.empty())
        return handshake.accept(
            make_chat_session(parts_, std::nullopt, peer_of(request), std::move(*at), request.request_id),
            std::move(chosen));
    auto shared = std::make_shared<upgrade>(std::move(handshake));
    parts_.who.find_session(
        token, [this, shared, chosen = std::move(chosen), from = peer_of(request), at = std::move(*at),
                request_id = request.request_id](result<session> found) mutable {
            if (found)
                if (auto may = parts_.gate.welcome(at, found->tenant_name, found->tenant, found->user); !may)
                    found = std::unexpected(may.error());
            if (!found) return shared->refuse(problem(found.error(), request_id));
            shared->accept(
                make_chat_session(parts_, std::move(*found), std::move(from), std::move(at), std::move(request_id)),
                std::move(chosen));
        });
}

void api_handler::on_answered(const access_record& record) {
    log::info("request", {{"request", record.request_id},
                          {"method", record.method},
                          {"path", parts_.with.catalogue.without_secrets(record.path)},
                          {"tenant", record.tenant},
                          {"remote", record.remote},
                          {"status", record.status},
                          {"bytes", record.response_bytes},
                          {"microseconds", record.took.count()}});
}

void api_handler::on_fault(std::string_view what, std::string_view request_id) {
    log::error("a session failed", {{"request", request_id}, {"what", what}});
}

}  // namespace parley::transport
