// What this process uses of the machine.
#pragma once

#include <cstdint>

namespace parley::server {

struct process_usage {
    double cpu_seconds = 0;  ///< user and system, since it began
    std::uint64_t resident_bytes = 0;
    std::uint64_t open_descriptors = 0;
    std::uint64_t most_descriptors = 0;  ///< the soft limit
    double started_at = 0;               ///< seconds since 1970
};

/// Reads /proc; what cannot be read stays 0.
[[nodiscard]] process_usage read_process_usage();

/// Allows this process as many descriptors as it may have; answers the limit that holds now.
std::uint64_t raise_descriptor_limit();

}  // namespace parley::server
