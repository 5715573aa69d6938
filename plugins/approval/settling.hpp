// Tells whoever keeps a file or a message what was decided about it, until that is certain.
#pragma once

#include <parley/storage.hpp>

#include "entities.hpp"

namespace approval {

namespace sdk = parley::sdk;

/// Never ends with an error: what could not be told is told again by settle_all().
[[nodiscard]] sdk::task<> settle(sdk::scope where, item_row what);
[[nodiscard]] sdk::task<> settle_all(sdk::scope where);

}  // namespace approval
