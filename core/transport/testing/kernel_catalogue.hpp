// The kernel's own operations and no others.
#pragma once

#include "transport/operation_catalogue.hpp"

namespace parley::transport::testing {

[[nodiscard]] inline const operation_catalogue& kernel_catalogue() {
    static const operation_catalogue all;
    return all;
}

}  // namespace parley::transport::testing
