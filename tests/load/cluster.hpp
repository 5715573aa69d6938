// A PostgreSQL cluster for one run: in a folder of its own, on a socket of its own, without a network.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "load/child_process.hpp"

namespace parley::load {

/// Throws std::runtime_error with the reason when it cannot be made or started.
class cluster {
public:
    explicit cluster(const std::filesystem::path& folder);
    ~cluster();

    /// Of an empty database.
    [[nodiscard]] std::string url() const;
    [[nodiscard]] pid_t pid() const { return server_->pid(); }

private:
    void wait_until_ready();

    std::filesystem::path folder_;
    std::filesystem::path programs_;
    std::unique_ptr<child_process> server_;
};

}  // namespace parley::load
