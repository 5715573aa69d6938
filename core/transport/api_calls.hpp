// The API as plugins call it: the same operations, without a wire.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "kernel/offered_command.hpp"
#include "transport/operation.hpp"

namespace parley::transport {

/// Input is checked, changes and messages are judged, and rights asked for as for a client; there are no rates, and
/// whoever calls says how long it waits. Not there (`not_found`, command_unknown) is, besides what nobody offers in
/// that tenant, what signs in or out, makes tokens or changes what one signs in with: everything of the groups
/// "sessions", everything that needs nobody signed in, and password.*, totp.* and user.reset_password.
///
/// A caller with `acting_plugin` and no user acts as that plugin's own account (kernel/plugin_account.hpp), which is
/// made when it is not there yet, with the permissions in `own`.
class api_calls final : public kernel::api {
public:
    /// Outlives this.
    explicit api_calls(services& with) : with_(with) {}

    void invoke(kernel::caller, std::string_view operation, boost::json::object input,
                std::move_only_function<void(result<boost::json::object>)>) override;
    [[nodiscard]] bool only_reads(std::string_view operation) const override;

private:
    using done = std::move_only_function<void(result<boost::json::object>)>;
    void run(const operation&, kernel::caller, boost::json::object input, done);
    void as_plugin(kernel::caller, std::move_only_function<void(result<kernel::caller>)>);

    services& with_;
    std::mutex mutex_;
    std::map<std::pair<std::int64_t, std::string>, user_id> accounts_;  ///< by tenant and plugin
};

}  // namespace parley::transport
