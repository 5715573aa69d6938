// What stands before every operation: which tenant an address names, which pages may ask, how much and how often.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "transport/client_origin.hpp"
#include "transport/http_message.hpp"
#include "transport/limiter.hpp"
#include "transport/seat_table.hpp"

namespace parley::transport {

struct gate_options {
    limiter_options limits;
    std::size_t sockets_per_user = 50;       ///< 0: without limit
    std::size_t sockets_per_address = 2000;  ///< 0: without limit
    std::string tenant_header;               ///< believed from trusted proxies only; empty: none
};

/// Where a client came from, kept for as long as its WebSocket is open.
struct arrival {
    ip_address from;
    std::string tenant;             ///< that its address names; empty for none
    seat_table::seat seat{};        ///< of its address
    seat_table::seat users_seat{};  ///< once it is known who it is
};

/// What everybody is told whose tenant the operator has closed: `forbidden`, code "tenant_disabled".
[[nodiscard]] error tenant_disabled();

/// Any thread; outlives every request.
class gatekeeper {
public:
    /// The name of the tenant that a Host header leads to; nothing for none.
    using host_lookup = std::function<std::optional<std::string>(std::string_view host)>;

    /// Whether a host name is one where nothing but people's files are.
    using content_lookup = std::function<bool(std::string_view host)>;

    gatekeeper(gate_options, const kernel::settings_source&, host_lookup,
               limiter::time_source now = limiter::steady_time, content_lookup content = {});

    /// The answer to a request that goes no further: too many from its address, or a preflight. Counts the request
    /// against its address.
    [[nodiscard]] std::optional<http_response> judge(const http_request&);
    /// `not_found`, code "host_unknown", when neither the address names a tenant nor anything says who asks.
    [[nodiscard]] result<void> leads_somewhere(const http_request&) const;
    /// tenant_disabled() while the operator keeps this tenant closed; no tenant is open.
    [[nodiscard]] result<void> is_open(std::string_view tenant_name) const;
    /// All three for a WebSocket handshake, which also takes a seat of its address. A page of another site is refused
    /// ("origin_refused", 403): browsers send cookies with handshakes from anywhere.
    [[nodiscard]] result<arrival> judge_handshake(const http_request&);

    /// Whatever is answered to this request, pages that may read it can, and caches keep it apart.
    [[nodiscard]] http_answer readable(const http_request&, http_answer) const;

    /// The tenant that a request's address names: by the trusted proxy's header, else by the host.
    [[nodiscard]] std::optional<std::string> tenant_named_in(const http_request&) const;
    /// Whether it asks a host where nothing but people's files are; that names no tenant.
    [[nodiscard]] bool asks_for_content(const http_request&) const;
    /// Counts the request against its address. `too_many`.
    [[nodiscard]] result<void> knock(const http_request&);
    /// A token is good under its own tenant's names and where no tenant has one; elsewhere it is as good as none.
    [[nodiscard]] static result<void> fits(std::string_view tenant_of_token, std::string_view tenant_of_address);

    /// Whether this user's WebSocket may be open here: under its tenant's name, within its rate, and with a seat among
    /// the user's, which is taken. `unauthenticated` or `too_many`.
    [[nodiscard]] result<void> welcome(arrival&, std::string_view tenant_name, tenant_id, user_id);

    /// One of the seats that a user's WebSockets take, for a request that stays open as long. `too_many` without one.
    [[nodiscard]] result<seat_table::seat> seat_of(tenant_id, user_id);

    [[nodiscard]] limiter& limits() { return limits_; }
    [[nodiscard]] const limiter& limits() const { return limits_; }
    [[nodiscard]] std::uint64_t sockets_refused() const { return sockets_refused_.load(); }

private:
    gate_options options_;
    const kernel::settings_source& settings_;
    host_lookup hosts_;
    content_lookup content_;
    limiter limits_;
    seat_table users_;
    seat_table addresses_;
    std::atomic<std::uint64_t> sockets_refused_{0};
};

}  // namespace parley::transport
