// Who is asking: tokens to sessions, host names to tenants.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"
#include "kernel/environment.hpp"

namespace parley::transport {

/// What a good token stands for.
struct session {
    tenant_id tenant;
    std::string tenant_name;
    user_id user;
    token_id token;
    token_stage stage = token_stage::full;
    std::optional<permission_set> only{};  ///< what its scope narrows the rights to
    moment until{};                        ///< when the session ends at the latest, as far as it was known
};

/// Somebody's peer: where a request came from and what it calls itself.
struct peer {
    std::string address;
    std::string user_agent;
};

/// On whose behalf a session's requests are done.
[[nodiscard]] kernel::caller caller_of(const session&, const peer&, std::string request_id);

/// Safe to call from any thread; answers come on any thread, possibly before the call returns.
class authenticator {
public:
    /// The name of the tenant that a host name leads to; nothing for none.
    using host_lookup = std::function<std::optional<std::string>(std::string_view host)>;

    authenticator(kernel::store& store, const clock& time, const permission_catalogue& permissions, host_lookup hosts)
        : store_(store), time_(time), permissions_(permissions), hosts_(std::move(hosts)) {}

    /// `unauthenticated` for a token that is unknown, revoked or over. What was good is believed for half a second
    /// more, so a token ends everywhere within a second.
    void find_session(std::string_view token, std::move_only_function<void(result<session>)> answer);

    struct tenant_of_host {
        tenant_id id;
        std::string name;
    };
    /// The tenant of a Host header's value; `not_found` when it leads to none.
    void find_tenant(std::string_view host, std::move_only_function<void(result<tenant_of_host>)> answer);
    /// The same once the name is known; `not_found` also for no name.
    void find_tenant_named(std::optional<std::string> name,
                           std::move_only_function<void(result<tenant_of_host>)> answer);

    /// The session of a grant as it is at this moment, without a user when there is none in it; `unauthenticated` when
    /// it has ended.
    void find_granted(std::string tenant_name, token_id, std::move_only_function<void(result<session>)> answer);

    /// Forgets a token at once.
    void forget(token_id);

private:
    struct remembered {
        session what;
        moment until;
    };
    [[nodiscard]] std::optional<session> recall(const std::string& digest);
    void remember(const std::string& digest, const session& what);
    void note_use(const access_token&);
    [[nodiscard]] std::string name_of(tenant_id, kernel::directory&);

    kernel::store& store_;
    const clock& time_;
    const permission_catalogue& permissions_;
    host_lookup hosts_;
    std::mutex guard_;
    std::unordered_map<std::string, remembered> sessions_;  // by digest
    std::unordered_map<std::string, tenant_id> tenants_;    // by name; tenants are never renamed
    std::unordered_map<tenant_id, std::string> names_;      // the other way round
};

/// The host of a Host header: lower case, without port; brackets stay around an IPv6 address.
[[nodiscard]] std::string host_of(std::string_view header);

}  // namespace parley::transport
