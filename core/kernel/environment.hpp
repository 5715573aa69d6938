// What every use case is given besides its command: time, identifiers, settings, kinds.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "kernel/conversation_kind.hpp"
#include "kernel/ports.hpp"
#include "model/permission_catalogue.hpp"

namespace parley::kernel {

/// On whose behalf something is done. Holds no rights: they are looked up when they are used, so that a role taken
/// away is gone at once. What it came with can only narrow them.
struct caller {
    tenant_id tenant;
    std::string tenant_name;
    user_id user;  ///< none for the system itself (command-line tool, jobs)
    std::string request_id;
    token_id session{};                     ///< what it is signed in with; none for the system
    token_stage stage = token_stage::full;  ///< what that is good for
    std::optional<permission_set> only{};   ///< narrows what the role gives; nothing: it does not
    std::string address{};                  ///< of the peer
    std::string user_agent{};               ///< what the peer calls itself, as it came
    /// The id of a plugin that acts for itself. `user` is then its bot account (plugin_account.hpp), or none where the
    /// caller is given to kernel::api, which finds or makes that account.
    std::string acting_plugin{};
    permission_set own{};    ///< all that such a plugin may, in place of what a role gives: its `permissions_used`
    std::string username{};  ///< of the user, where it has been looked up on the way here; else empty
    unsigned depth = 0;      ///< how many plugins asked for each other on the way here
};

struct environment {
    const clock& time;
    id_source& ids;
    const settings_source& settings;
    const kind_registry& kinds;
    const permission_catalogue& permissions;
};

}  // namespace parley::kernel
