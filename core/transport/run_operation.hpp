// The one way to run an operation that was found and whose input was checked.
#pragma once

#include <memory>

#include "transport/operation.hpp"

namespace parley::transport {

/// Asks those who judge the change that the operation makes, where there are any, and runs it. HTTP, WebSocket and
/// kernel::api come through here.
void run_operation(const operation&, call);

/// A reply to be given by somebody who may not keep to "exactly once": a second one is ignored, and when the last copy
/// is let go of without one, it is `unavailable`. Copies are one reply; any thread.
class sure_reply {
public:
    explicit sure_reply(answered);
    void operator()(result<answer>) const;

private:
    class state;
    std::shared_ptr<state> state_;
};

}  // namespace parley::transport
