// What happens now: connected clients, presence, typing. Everything else is in the log.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "kernel/presence_board.hpp"

namespace parley::transport {

struct call;

/// The part of the running server that operations may talk to. Safe to call from any thread; answers come on some
/// I/O thread.
class live {
public:
    virtual ~live() = default;

    /// Says that the user is typing there, or has stopped; the caller has checked that it may write there.
    virtual void typing(tenant_id, conversation_id, user_id, std::chrono::seconds lasts) = 0;
    virtual void stopped_typing(tenant_id, conversation_id, user_id) = 0;

    /// The presence the user chose for itself.
    virtual void choose_presence(tenant_id, user_id, kernel::presence) = 0;

    struct seen_presence {
        user_id user;
        kernel::presence_state state;
    };
    /// Those of `users` who are not offline. The caller has checked that they may be seen.
    virtual void presence_of(tenant_id, std::vector<user_id> users,
                             std::move_only_function<void(std::vector<seen_presence>)>) = 0;

    /// Who of the tenant has a connection to this server now.
    virtual void attendance_of(tenant_id, std::move_only_function<void(kernel::presence_board::attendance)>) = 0;

    /// Replies to the call when there are events after its `since` that its caller hears, or when its `seconds` are
    /// over.
    virtual void wait_for_events(call) = 0;

    /// What a session is good for is another thing now: what is remembered of it is forgotten at once.
    virtual void session_changed(token_id) = 0;
};

}  // namespace parley::transport
