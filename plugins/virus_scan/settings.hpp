// The settings as plugin.yaml names them.
#pragma once

#include <parley/json.hpp>
#include <string>

namespace virus_scan {

namespace sdk = parley::sdk;

enum class policy : std::uint8_t { reject = 1, quarantine, pass };
BOOST_DESCRIBE_ENUM(policy, reject, quarantine, pass)

struct settings {
    std::string database_folder = "/var/lib/clamav";
    std::string clamd_socket;
    std::int64_t reload_seconds = 60;
    std::int64_t scans_at_once = 2;
    std::int64_t max_file_size = 104'857'600;
    std::int64_t max_scan_size = 419'430'400;
    std::int64_t max_files = 10'000;
    std::int64_t max_depth = 17;
    std::int64_t max_seconds = 120;
    policy on_limit = policy::reject;
    policy on_encrypted = policy::reject;
    std::int64_t rescan_files = 100;
};
BOOST_DESCRIBE_STRUCT(settings, (),
                      (database_folder, clamd_socket, reload_seconds, scans_at_once, max_file_size, max_scan_size,
                       max_files, max_depth, max_seconds, on_limit, on_encrypted, rescan_files))

}  // namespace virus_scan
