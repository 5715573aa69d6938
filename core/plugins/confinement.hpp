// What the process of a plugin may do: memory, system calls, files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "plugins/manifest.hpp"

namespace parley::plugins {

/// Which sockets it may make.
enum class reach : std::uint8_t { nothing = 1, unix_and_tcp, tcp_and_names };

struct confinement {
    std::uint64_t memory_bytes = 512ULL << 20;  ///< of address space
    std::uint64_t descriptors = 256;
    reach sockets = reach::nothing;             ///< for its database: nothing or unix_and_tcp
    reach network = reach::nothing;             ///< for what its settings name: nothing or tcp_and_names
    std::vector<std::filesystem::path> reads;   ///< files and folders besides the system's own
    std::vector<std::filesystem::path> writes;  ///< folders
};

/// What came of it: `wrong` is what had to be set up and could not be, `lacks` what this machine does not have.
struct confined {
    problems wrong;
    problems lacks;
};

/// Whether memory is limited at all: not in a build with sanitizers, which need room for a shadow of all of it.
[[nodiscard]] bool limits_memory();

/// For the calling process, for ever; while it has one thread and before it has loaded anything foreign. Not for the
/// server.
[[nodiscard]] confined confine_this_process(const confinement&);

}  // namespace parley::plugins
