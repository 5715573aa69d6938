// As many descriptors as this process may have, for crowds of connections.
#pragma once

#include <sys/resource.h>

namespace parley::load {

/// Processes that are started afterwards inherit it.
inline void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace parley::load
