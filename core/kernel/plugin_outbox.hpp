// What plugins said in transactions of their own, on its way into the log.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/conversation.hpp"
#include "model/message.hpp"

namespace parley::kernel {

/// An event as a plugin wrote it down.
struct outbox_row {
    std::int64_t number = 0;  ///< grows in the order of the commits, and is never used again
    tenant_id tenant;
    std::string type;
    conversation_id conversation;
    user_id user;
    message_id about;
    std::string data;  ///< what the plugin wrote: a JSON object, if it is right
};

/// One plugin's. Used by one thread at a time; throws what the environment breaks.
class plugin_outbox {
public:
    virtual ~plugin_outbox() = default;
    /// The oldest, in order of their numbers.
    [[nodiscard]] virtual std::vector<outbox_row> read(int limit) = 0;
    /// Forgets the tenant's rows up to and including this number.
    virtual void erase(tenant_id, std::int64_t upto) = 0;
};

}  // namespace parley::kernel
