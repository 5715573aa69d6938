// A transfer: what a plugin admits is written to the disk, and what it replies is sent from there.
#pragma once

#include "base/work_pool.hpp"
#include "transport/operation.hpp"

namespace parley::transport {

/// One call of an operation that is a transfer: its input is checked, its body is not read yet. The call's `reply` is
/// not used. `disk` outlives it. Answers exactly once.
void run_transfer(const operation&, call, http_request, http_answer, work_pool& disk);

}  // namespace parley::transport
