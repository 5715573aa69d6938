// A bus within one process: for several servers in a test, and for what has no other server to talk to.
#pragma once

#include <memory>
#include <mutex>
#include <unordered_map>

#include "base/serial_thread.hpp"
#include "kernel/bus.hpp"

namespace parley::bus {

/// Brings what each of its members says to all others, in order and once, from a thread of its own. Outlives its
/// members.
class exchange {
public:
    exchange() = default;

    [[nodiscard]] std::unique_ptr<kernel::bus> join();

private:
    class member;
    void bring(kernel::peer_id from, tenant_id, const kernel::bus_news&);

    std::mutex guard_;  ///< held while a listener is called
    std::unordered_map<kernel::peer_id, kernel::bus_listener*> listeners_;
    kernel::peer_id joined_ = 0;
    serial_thread thread_{std::chrono::hours{1}, [] {}};
};

}  // namespace parley::bus
