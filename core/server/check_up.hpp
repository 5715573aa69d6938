// The checks of `parley doctor`: what could keep this server from working well.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "config/configuration.hpp"
#include "kernel/ports.hpp"

namespace parley::server {

enum class health : std::uint8_t { ok = 1, warn, fail };

/// One line of the report.
struct finding {
    health how = health::ok;
    std::string what;    ///< "data folder": what was looked at
    std::string detail;  ///< what was found and, when it is not good, what to do; one sentence
};

// Each changes nothing; the database's file is not made.
[[nodiscard]] finding check_data_folder(const config::configuration&);
[[nodiscard]] finding check_free_space(const config::configuration&);
[[nodiscard]] finding check_clock(const clock&);
/// Also whether ids in the database come from the future, and whether PostgreSQL's row security is in force.
[[nodiscard]] std::vector<finding> check_database(const config::configuration&, const std::filesystem::path& migrations,
                                                  const clock&);
/// Plugins that are off, and for which the event log is kept longer than its tenant wants; nothing without plugins.
[[nodiscard]] std::vector<finding> check_plugin_places(kernel::store&, const config::configuration&, const clock&);
/// How long the certificate is good, and who may read its key; nothing without TLS.
[[nodiscard]] std::vector<finding> check_certificate(const config::configuration&, const clock&);
[[nodiscard]] finding check_listening(const config::configuration&);
[[nodiscard]] finding check_descriptors();
/// Files that hold secrets, and SQLite's own, are for their owner alone.
[[nodiscard]] std::vector<finding> check_file_modes(const config::configuration&);

}  // namespace parley::server
