// Which process serves a data directory.
#include "server/running_server.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <optional>
#include <string>
#include <system_error>

#include "base/log.hpp"
#include "base/text.hpp"
#include "server/whole_file.hpp"

namespace parley::server {
namespace {

constexpr std::string_view file_name = "parleyd.pid";
constexpr std::string_view program = "parleyd";

std::optional<pid_t> written_in(const std::filesystem::path& path) {
    std::ifstream from(path);
    pid_t made = 0;
    // 0 and below name groups of processes, 1 is the machine's; no server has one of those but in a container.
    if (from >> made && made > 0) return made;
    return std::nullopt;
}

bool is_parleyd(pid_t process) {
    std::ifstream from(fmt::format("/proc/{}/comm", process));
    std::string name;
    return std::getline(from, name) && name == program;
}

}  // namespace

pid_file::pid_file(const std::filesystem::path& data_directory) : path_(data_directory / file_name) {
    if (const auto other = written_in(path_); other && *other != ::getpid() && is_parleyd(*other))
        log::warning("another server seems to use the same data directory", {{"pid", *other}});
    if (const auto made = write_whole_file(path_, fmt::format("{}\n", ::getpid()), 0644); !made)
        log::warning("parley config reload will not find this server", {{"why", made.error().message}});
}

pid_file::~pid_file() {
    std::error_code ignored;
    if (written_in(path_) == ::getpid()) std::filesystem::remove(path_, ignored);
}

result<pid_t> running_server(const std::filesystem::path& data_directory) {
    const auto path = data_directory / file_name;
    if (const auto written = written_in(path); written && is_parleyd(*written)) return *written;
    return failure(fault::not_found, "no_server",
                   fmt::format("No server runs on {}: {} names none.", escape_controls(data_directory.string()),
                               escape_controls(path.string())));
}

}  // namespace parley::server
