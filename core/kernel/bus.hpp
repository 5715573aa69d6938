// What servers on the same database tell each other. It may be lost, doubled or late: the database is the truth.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "kernel/presence_board.hpp"
#include "model/event.hpp"

namespace parley::kernel {

/// The tenant's log reaches at least up to here: committed, and to be read there.
struct log_moved {
    position end = 0;
    friend bool operator==(const log_moved&, const log_moved&) = default;
};

/// Somebody is typing there for so long; 0: no more.
struct typing_news {
    conversation_id in;
    user_id user;
    std::chrono::seconds lasts{0};
    friend bool operator==(const typing_news&, const typing_news&) = default;
};

/// People and their devices at the server that says it, each as a whole and not as a change.
struct presence_news {
    std::vector<presence_share> people;
    friend bool operator==(const presence_news&, const presence_news&) = default;
};

/// The server that says it lives; no tenant's.
struct sign_of_life {
    bool asks = false;    ///< for the presence of everybody, because it does not know it
    bool leaves = false;  ///< it stops now
    friend bool operator==(const sign_of_life&, const sign_of_life&) = default;
};

using bus_news = std::variant<log_moved, typing_news, presence_news, sign_of_life>;

/// Hears what other servers say. Called from a thread of the bus, one call after the other; must not block it.
class bus_listener {
public:
    virtual ~bus_listener() = default;
    /// Of one server in the order in which it said it, each at most once. No tenant for signs of life.
    virtual void heard(peer_id from, tenant_id, const bus_news&) = 0;
    /// The bus can be reached, again or for the first time: what was said before may have been missed.
    virtual void reached() = 0;
};

class bus {
public:
    virtual ~bus() = default;
    /// To all other servers. Any thread; never waits, never throws, and may lose it.
    virtual void say(tenant_id, bus_news) = 0;
    /// Once, before anything is said; the listener outlives stop().
    virtual void listen(bus_listener&) = 0;
    /// Says what waits, if that can be done soon; afterwards nobody is called any more. Twice does nothing.
    virtual void stop() = 0;
};

}  // namespace parley::kernel
