// The server under load: its configuration, its process, and what it counts about itself.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "load/child_process.hpp"

namespace parley::load {

/// The sums of each metric over its labels.
using metrics = std::map<std::string, double, std::less<>>;

/// Throws std::runtime_error with the end of the log when something does not work.
class server_process {
public:
    /// Writes the configuration below `folder`; `programs` holds parleyd and parley.
    /// `more`: further lines of parley.yaml. `threads`: for connections; 0 is one for each core.
    server_process(std::filesystem::path programs, std::filesystem::path folder, const std::string& database_url,
                   const std::string& more = {}, unsigned threads = 0);
    ~server_process();

    /// Makes the tables and the tenant; before start().
    void prepare(const std::string& tenant) const;
    void start();
    /// Politely; throws when the server ended with a fault.
    void stop();

    [[nodiscard]] const std::filesystem::path& config() const { return config_; }
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] pid_t pid() const { return server_->pid(); }
    [[nodiscard]] metrics read_metrics() const;
    /// Replaces the tenant's file, in one step.
    void write_tenant(const std::string& tenant, const std::string& text) const;
    /// Tells the server that its configuration changed.
    void tell_to_reload() const;

private:
    std::filesystem::path programs_;
    std::filesystem::path folder_;
    std::filesystem::path config_;
    std::uint16_t port_ = 0;
    std::unique_ptr<child_process> server_;
};

}  // namespace parley::load
