// What is kept of scans.
#pragma once

#include <parley/storage.hpp>

#include <optional>

#include "entities.hpp"
#include "scanner.hpp"

namespace virus_scan {

[[nodiscard]] std::shared_ptr<scan_row> find_scan(odb::database&, sdk::id tenant, sdk::id file);
/// In place of what was kept of the file before.
void keep_scan(odb::database&, sdk::id tenant, sdk::id file, const scanner::scanned&);
void forget_scan(odb::database&, sdk::id tenant, sdk::id file);
[[nodiscard]] finding finding_of(const scan_row&);

/// Begins anew when it was with other signatures.
[[nodiscard]] sweep_row sweep_with(odb::database&, sdk::id tenant, const std::string& signatures);
void keep_sweep(odb::database&, const sweep_row&);

}  // namespace virus_scan
