// The bus over NATS.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "kernel/bus.hpp"

namespace parley::bus {

struct nats_options {
    std::vector<std::string> urls;      ///< nats://user:password@host:port, or tls://; of one cluster
    std::string prefix = "parley";      ///< of all subjects
    std::string key;                    ///< with which servers sign what they say
    std::filesystem::path credentials;  ///< a file with a user's JWT and seed; empty: none
    std::filesystem::path authorities;  ///< whose certificates are believed, PEM; empty: those of the machine
    std::filesystem::path certificate;  ///< this server's own, PEM; empty: none
    std::filesystem::path certificate_key;
};

struct bus_counters {
    std::atomic<std::uint64_t> said = 0;
    std::atomic<std::uint64_t> heard = 0;
    std::atomic<std::uint64_t> dropped = 0;    ///< not said: the bus was away, or too much waited
    std::atomic<std::uint64_t> strangers = 0;  ///< heard, but not signed by this installation
    std::atomic<bool> reachable = false;
};

/// A bus that tries for ever to reach one of the servers. Start with a first listen(). Error: bus_settings, when the
/// settings cannot be used, such as a file that is not there; a NATS that cannot be reached is none.
[[nodiscard]] result<std::unique_ptr<kernel::bus>> open_nats(const nats_options&, bus_counters&);

}  // namespace parley::bus
