// Which process serves a data directory: parleyd.pid in it.
#pragma once

#include <sys/types.h>

#include <filesystem>

#include "base/error.hpp"

namespace parley::server {

/// The file as long as this process serves.
class pid_file {
public:
    /// Writes it over what a server that crashed left; warns in the log when a live one is named there, or when it
    /// cannot be written: serving does not depend on it.
    explicit pid_file(const std::filesystem::path& data_directory);
    /// Removes it if it is still ours.
    ~pid_file();
    pid_file(const pid_file&) = delete;
    pid_file& operator=(const pid_file&) = delete;

private:
    std::filesystem::path path_;
};

/// The parleyd that serves this directory now. A number that belongs to no process, or to another program by now, is
/// no server. Error: no_server (not_found).
[[nodiscard]] result<pid_t> running_server(const std::filesystem::path& data_directory);

}  // namespace parley::server
