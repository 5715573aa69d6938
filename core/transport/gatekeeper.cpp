// One judgement for HTTP and the handshake of a WebSocket.
#include "transport/gatekeeper.hpp"

#include <array>
#include <utility>

#include "transport/authenticator.hpp"
#include "transport/browser_origin.hpp"
#include "transport/problem.hpp"

namespace parley::transport {
namespace {

constexpr std::chrono::seconds ask_for_a_seat_again{10};  // nobody knows when one is free

std::unexpected<error> no_seat(std::string message) {
    error why{.kind = fault::too_many, .code = "too_many_connections", .message = std::move(message), .field = {}};
    why.retry_after = ask_for_a_seat_again;
    return std::unexpected(std::move(why));
}

bool says_who_asks(const http_request& request) {
    return !request.header("Authorization").empty() || !request.header("Cookie").empty();
}

ip_address sender_of(const http_request& request) { return ip_address::parse(request.remote).value_or(ip_address{}); }

}  // namespace

gatekeeper::gatekeeper(gate_options options, const kernel::settings_source& settings, host_lookup hosts,
                       limiter::time_source now, content_lookup content)
    : options_(std::move(options)),
      settings_(settings),
      hosts_(std::move(hosts)),
      content_(std::move(content)),
      limits_(options_.limits, settings, std::move(now)) {
    if (options_.limits.limits == limiter_options::state::on) return;
    options_.sockets_per_user = 0;
    options_.sockets_per_address = 0;
}

error tenant_disabled() {
    return {fault::forbidden, "tenant_disabled", "The operator of this server has closed this place for now.", {}};
}

std::optional<std::string> gatekeeper::tenant_named_in(const http_request& request) const {
    if (!options_.tenant_header.empty() && request.brought_by == bearer::trusted_proxy)
        if (const auto named = request.header(options_.tenant_header); !named.empty()) return std::string(named);
    return hosts_(host_of(request.header("Host")));
}

bool gatekeeper::asks_for_content(const http_request& request) const {
    return content_ && content_(host_of(request.header("Host")));
}

result<void> gatekeeper::knock(const http_request& request) { return limits_.knock(sender_of(request)); }

result<void> gatekeeper::fits(std::string_view tenant_of_token, std::string_view tenant_of_address) {
    if (tenant_of_address.empty() || tenant_of_address == tenant_of_token) return {};
    return failure(fault::unauthenticated, "token_invalid", "The access token is unknown, revoked or expired.");
}

std::optional<http_response> gatekeeper::judge(const http_request& request) {
    if (auto may = knock(request); !may) return problem(may.error(), request.request_id);
    if (!is_preflight(request)) return std::nullopt;
    const auto tenant = tenant_named_in(request);
    if (!tenant || !is_allowed_origin(request.header("Origin"), settings_.of(*tenant)->allowed_origins))
        return std::nullopt;
    return preflight_answer();
}

result<void> gatekeeper::leads_somewhere(const http_request& request) const {
    if (says_who_asks(request) || tenant_named_in(request)) return {};
    return failure(fault::not_found, "host_unknown", "No tenant is served under this host name.");
}

result<void> gatekeeper::is_open(std::string_view tenant_name) const {
    if (tenant_name.empty() || settings_.of(tenant_name)->enabled) return {};
    return std::unexpected(tenant_disabled());
}

result<arrival> gatekeeper::judge_handshake(const http_request& request) {
    arrival made{.from = sender_of(request), .tenant = {}, .seat = {}, .users_seat = {}};
    if (auto may = limits_.knock(made.from); !may) return std::unexpected(may.error());
    if (auto known = leads_somewhere(request); !known) return std::unexpected(known.error());
    made.tenant = tenant_named_in(request).value_or(std::string{});
    if (auto open = is_open(made.tenant); !open) return std::unexpected(open.error());
    const auto origin = request.header("Origin");
    const bool welcome =
        origin.empty() || is_own_origin(origin, request.header("Host"), request.came_by) ||
        (!made.tenant.empty() && is_allowed_origin(origin, settings_.of(made.tenant)->allowed_origins));
    if (!welcome) return failure(fault::forbidden, "origin_refused", "Pages of this site may not connect here.");
    const auto counted = made.from.counted_as();
    auto seat = addresses_.take({counted.bytes().data(), counted.bytes().size()}, options_.sockets_per_address);
    if (!seat) {
        ++sockets_refused_;
        return no_seat("Too many connections are open from this address.");
    }
    made.seat = std::move(*seat);
    return made;
}

http_answer gatekeeper::readable(const http_request& request, http_answer answer) const {
    const auto tenant = tenant_named_in(request);
    if (!tenant) return answer;
    const auto settings = settings_.of(*tenant);
    if (settings->allowed_origins.empty()) return answer;
    const auto origin = request.header("Origin");
    std::string allowed(is_allowed_origin(origin, settings->allowed_origins) ? origin : std::string_view{});
    return [allowed = std::move(allowed), answer = std::move(answer)](http_response made) mutable {
        if (!allowed.empty()) allow_reading(made, allowed);
        vary_by_origin(made);
        answer(std::move(made));
    };
}

result<void> gatekeeper::welcome(arrival& at, std::string_view tenant_name, tenant_id tenant, user_id user) {
    if (auto known = fits(tenant_name, at.tenant); !known) return known;
    if (auto open = is_open(tenant_name); !open) return open;
    if (auto may = limits_.admit({tenant_name, tenant, user, at.from}, route_class::read); !may) return may;
    auto seat = seat_of(tenant, user);
    if (!seat) return std::unexpected(seat.error());
    at.users_seat = std::move(*seat);
    return {};
}

result<seat_table::seat> gatekeeper::seat_of(tenant_id tenant, user_id user) {
    std::array<std::int64_t, 2> key{tenant.value, user.value};
    auto seat = users_.take({reinterpret_cast<const char*>(key.data()), sizeof key}, options_.sockets_per_user);
    if (seat) return std::move(*seat);
    ++sockets_refused_;
    return no_seat("You have too many connections open.");
}

}  // namespace parley::transport
