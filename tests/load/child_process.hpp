// A program that we started, watched and stopped by its process id only; and a folder that goes with the run.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace parley::load {

/// Runs until it is stopped or destroyed; dies with us. Throws std::system_error when it cannot be started.
class child_process {
public:
    /// What it says goes to the file `output`, which is appended to.
    child_process(const std::vector<std::string>& command, const std::filesystem::path& output);
    ~child_process();
    child_process(const child_process&) = delete;
    child_process& operator=(const child_process&) = delete;

    [[nodiscard]] pid_t pid() const { return pid_; }
    /// False once it has ended, by itself or by stop().
    [[nodiscard]] bool running();
    /// Signals and waits; kills what is still there after `patience`.
    void stop(int signal, std::chrono::seconds patience);
    /// Waits for its end and gives its exit code, -1 for a signal.
    int wait();

private:
    pid_t pid_ = -1;
    bool ended_ = false;
    int status_ = 0;
};

/// Runs to its end; throws std::runtime_error with what it said when it fails.
void run(const std::vector<std::string>& command, const std::filesystem::path& output);

/// Removed with everything in it.
class scratch_folder {
public:
    scratch_folder();
    ~scratch_folder();
    scratch_folder(const scratch_folder&) = delete;
    scratch_folder& operator=(const scratch_folder&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// The end of a log file, for a message about why something failed.
[[nodiscard]] std::string tail_of(const std::filesystem::path& file);

/// User and system CPU seconds that one process has used; with `whole_family` also its children, dead and alive.
enum class family : std::uint8_t { one_process = 1, with_children };
[[nodiscard]] double cpu_seconds(pid_t of, family which);
/// Resident memory of one process, in bytes.
[[nodiscard]] std::uint64_t resident_bytes(pid_t of);

}  // namespace parley::load
