// The plugin's tables, as classes that the ODB compiler reads as C++14.
#pragma once

#include <parley/odb.hpp>

namespace virus_scan {

#pragma db object table("scan") pointer(std::shared_ptr)
struct scan_row {
#pragma db id
    std::int64_t id = 0;
    std::int64_t tenant = 0;
    std::int64_t file = 0;
    std::string outcome;     ///< clean, infected, limited or encrypted
    std::string name;        ///< the signature, or the limit; empty when clean
    std::string signatures;  ///< which set of them
    std::int64_t took_ms = 0;
    std::int64_t at = 0;  ///< milliseconds since 1970
};

// How far a tenant's older files were looked at with one set of signatures.
#pragma db object table("sweep") pointer(std::shared_ptr)
struct sweep_row {
#pragma db id
    std::int64_t tenant = 0;
    std::string signatures;
    std::int64_t after = 0;  ///< the last file that was looked at
    std::int64_t done = 0;
};

}  // namespace virus_scan
