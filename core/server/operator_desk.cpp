// The token first, then the request, then the work on a thread where files may be read.
#include "server/operator_desk.hpp"

#include <boost/json/array.hpp>
#include <memory>
#include <utility>

#include "base/json.hpp"
#include "base/log.hpp"
#include "base/secret.hpp"
#include "kernel/sign_in_brake.hpp"
#include "server/operator_answers.hpp"
#include "server/tenant_desk.hpp"
#include "transport/authenticator.hpp"
#include "transport/limiter.hpp"
#include "transport/problem.hpp"

namespace parley::server {
namespace json = boost::json;
namespace {

using transport::http_request;
using transport::http_response;

constexpr std::string_view reload_path = "/api/v1/operator/reload";
constexpr std::size_t most_waiting = 8;
constexpr std::size_t addresses_remembered = 4'096;
constexpr std::int64_t refusals_per_minute = 6;
constexpr std::int64_t refusals_at_once = 5;
constexpr json_limits small_body{.max_bytes = 4'096, .max_depth = 4};

std::string_view token_in(const http_request& request) {
    constexpr std::string_view scheme = "Bearer ";
    const auto value = request.header("Authorization");
    if (value.size() <= scheme.size() || !transport::same_token(value.substr(0, scheme.size() - 1), "Bearer"))
        return {};
    return value.substr(scheme.size());
}

/// What is asked for, and the members that nobody knows.
struct wish {
    bool dry_run = false;
    json::array ignored;
};

result<wish> read_wish(const http_request& request) {
    wish made;
    if (request.body.empty()) return made;
    const auto given = parse_object(request.body, small_body);
    if (!given) return std::unexpected(given.error());
    for (const auto& [name, value] : *given) {
        if (name != "dry_run") {
            made.ignored.emplace_back(name);
        } else if (value.is_bool()) {
            made.dry_run = value.as_bool();
        } else {
            return failure(fault::invalid, "field_type", "dry_run is true or false.", "dry_run");
        }
    }
    return made;
}

http_response answer_of(const reload_outcome& made, const wish& wanted, const std::string& request_id) {
    if (!made.applied()) return problems_of(made, request_id);
    auto body = config::to_json(made.changes);
    body["applied"] = !wanted.dry_run;
    body["generation"] = made.generation;
    body["wants_restart"] = made.changes.wants_restart();
    if (!wanted.ignored.empty()) body["ignored"] = wanted.ignored;
    return {.headers = {}, .body = to_text(body)};
}

}  // namespace

operator_desk::operator_desk(const config_settings& in_force, const clock& time, preview_of preview, reload_by reload,
                             tenants_by tenants)
    : in_force_(in_force),
      preview_(std::move(preview)),
      reload_(std::move(reload)),
      tenants_(std::move(tenants)),
      tries_(addresses_remembered),
      pace_(time),
      work_(1, most_waiting) {}

bool operator_desk::takes(const http_request& request) const {
    const auto path = request.path();
    return (path == reload_path || tenant_desk::takes(path)) &&
           !in_force_.now()->server.server.operator_token.empty() &&
           !in_force_.is_content_host(transport::host_of(request.header("Host")));
}

/// The token may be written down anywhere but here.
void operator_desk::note_refusal(const http_request& request, std::string_view reason) {
    if (pace_.admit(kernel::address_block(request.remote)))
        log::warning("an operator's request was refused",
                     {{"reason", reason}, {"remote", request.remote}, {"request", request.request_id}});
}

std::optional<http_response> operator_desk::refusal_of(const http_request& request) {
    // Before the token is looked at: who has guessed too often guesses no further, from there. A signal always works.
    const auto rate = gcra_rate::per_minute(refusals_per_minute, refusals_at_once);
    const auto key = kernel::address_block(request.remote);
    if (const auto wait = tries_.admit(key, rate, transport::limiter::steady_time()); wait.count() > 0) {
        note_refusal(request, "too_many_tries");
        error why{fault::too_many, "too_many_tries", "Too many tries from this address; wait.", {}};
        why.retry_after = std::chrono::ceil<std::chrono::seconds>(wait);
        return transport::problem(why, request.request_id);
    }
    if (equal_in_constant_time(token_in(request), in_force_.now()->server.server.operator_token)) {
        tries_.give_back(key, rate);
        return std::nullopt;
    }
    note_refusal(request, token_in(request).empty() ? "token_missing" : "token_wrong");
    auto made = transport::problem(
        {fault::unauthenticated, "operator_token_wrong", "The operator's token is needed.", {}}, request.request_id);
    made.headers.push_back({"WWW-Authenticate", "Bearer"});
    return made;
}

void operator_desk::handle(http_request request, transport::http_answer answer) {
    // Nobody is to keep what an operator is told.
    answer = [answer = std::move(answer)](http_response made) mutable {
        made.headers.push_back({"Cache-Control", "no-store"});
        answer(std::move(made));
    };
    if (auto refusal = refusal_of(request)) return answer(std::move(*refusal));
    if (request.path() != reload_path) return handle_tenants(std::move(request), std::move(answer));
    if (request.method != "POST") return answer(method_not_allowed(request, "POST"));
    if (!request.body.empty() && !transport::says_json(request)) return answer(not_json(request));
    auto wanted = read_wish(request);
    if (!wanted) return answer(transport::problem(wanted.error(), request.request_id));
    work_.run(
        [this, wanted = std::move(*wanted), who = asker_of(request), answer = std::move(answer)](bool busy) mutable {
            if (busy)
                return answer(transport::problem(
                    {fault::unavailable, "reload_busy", "Other reloads wait; try again.", {}}, who.request_id));
            answer(answer_of(wanted.dry_run ? preview_() : reload_(who), wanted, who.request_id));
        });
}

void operator_desk::handle_tenants(http_request request, transport::http_answer answer) {
    work_.run([this, request = std::move(request), answer = std::move(answer)](bool busy) mutable {
        if (busy)
            return answer(transport::problem(
                {fault::unavailable, "operator_busy", "Other requests of operators wait; try again.", {}},
                request.request_id));
        answer(tenants_(request));
    });
}

}  // namespace parley::server
