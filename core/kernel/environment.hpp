// What every use case is given besides its command: time, identifiers, settings, kinds, checks.
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
#include "model/permission.hpp"

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
};

/// What a check says about a message that is about to be written.
struct verdict {
    enum class outcome : std::uint8_t { pass = 1, refuse, hold };
    outcome said = outcome::pass;
    std::string reason;
};

/// Judges a final draft. Runs inside the transaction, so it must not wait for anything.
class message_check {
public:
    virtual ~message_check() = default;
    [[nodiscard]] virtual verdict judge(const message& draft, const conversation& in, const user& author) = 0;
};

struct environment {
    const clock& time;
    id_source& ids;
    const settings_source& settings;
    const kind_registry& kinds;
    std::vector<message_check*> checks;  ///< in order; the first refusal ends the chain, any hold holds
};

}  // namespace parley::kernel
