// Who is told what this process itself committed.
#pragma once

#include "base/id.hpp"
#include "model/event.hpp"

namespace parley::kernel {

/// Called from the store's writing thread, which it must not hold up.
class write_witness {
public:
    virtual ~write_witness() = default;
    /// The tenant's log ends here now. After the sink has heard it.
    virtual void wrote(tenant_id, position end) = 0;
};

}  // namespace parley::kernel
