// How often somebody may ask: one set of buckets for HTTP and WebSocket.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string_view>

#include "base/error.hpp"
#include "base/gcra.hpp"
#include "base/id.hpp"
#include "kernel/ports.hpp"
#include "model/settings.hpp"
#include "transport/ip_address.hpp"

namespace parley::transport {

struct limiter_options {
    enum class state : unsigned char { on = 1, off } limits = state::on;
    rate address{.per_minute = 12000, .burst = 3000};
    std::size_t keys = 1 << 17;  ///< buckets that are kept; 16 bytes each
};

/// Who asks, once that is known. The names must live as long as the call.
struct asking {
    std::string_view tenant_name;
    tenant_id tenant;
    user_id user;  ///< none: the address stands in the user's place, as it always does for tries to sign in
    ip_address from;
};

/// Any thread; allocates nothing while it lets pass.
class limiter {
public:
    using time_source = std::function<ticks()>;

    limiter(limiter_options, const kernel::settings_source&, time_source now = steady_time);

    /// For every request and command, before anybody is looked up: the address's own bucket.
    /// `too_many`, code "rate_limited", with the time to wait.
    [[nodiscard]] result<void> knock(const ip_address& from);

    /// For each that knocked, once it is known who asks and what for: the bucket of the user and the kind of request,
    /// and the tenant's. Refused, it gives back what was taken from the other buckets, also by knock(), so that one who
    /// floods takes nothing from others at the same address or in the same tenant.
    [[nodiscard]] result<void> admit(const asking&, route_class);

    struct totals {
        std::uint64_t by_address = 0;
        std::uint64_t by_user = 0;
        std::uint64_t by_tenant = 0;
    };
    /// What was refused, by the bucket that was empty.
    [[nodiscard]] totals refused() const;

    [[nodiscard]] static ticks steady_time();

private:
    limiter_options options_;
    const kernel::settings_source& settings_;
    time_source now_;
    gcra_table buckets_;
    std::atomic<std::uint64_t> by_address_{0};
    std::atomic<std::uint64_t> by_user_{0};
    std::atomic<std::uint64_t> by_tenant_{0};
};

}  // namespace parley::transport
