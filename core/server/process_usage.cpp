// What this process uses of the machine, from /proc and the kernel's limits.
#include "server/process_usage.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <system_error>

namespace parley::server {
namespace {

double seconds(const timeval& of) { return static_cast<double>(of.tv_sec) + static_cast<double>(of.tv_usec) / 1e6; }

double cpu_seconds() {
    rusage used{};
    if (getrusage(RUSAGE_SELF, &used) != 0) return 0;
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

std::uint64_t resident_bytes() {
    std::ifstream from("/proc/self/statm");
    std::uint64_t whole = 0;
    std::uint64_t resident = 0;
    from >> whole >> resident;
    return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::uint64_t open_descriptors() {
    std::error_code failed;
    const std::filesystem::directory_iterator all("/proc/self/fd", failed);
    if (failed) return 0;
    const auto count = std::distance(begin(all), end(all));
    return count > 0 ? static_cast<std::uint64_t>(count) - 1 : 0;  // without the one that lists them
}

/// Field 22 of /proc/self/stat counts clock ticks since the machine started; the name in field 2 may hold spaces.
double started_at() {
    std::ifstream stat("/proc/self/stat");
    std::string line;
    std::getline(stat, line);
    std::istringstream fields(line.substr(line.rfind(')') + 1));
    std::string word;
    for (int i = 3; i <= 22; ++i) fields >> word;
    std::ifstream machine("/proc/stat");
    for (std::string key; machine >> key;) {
        double booted = 0;
        if (key == "btime" && machine >> booted && !word.empty())
            return booted + std::stod(word) / static_cast<double>(sysconf(_SC_CLK_TCK));
    }
    return 0;
}

rlimit descriptor_limit() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    return limit;
}

}  // namespace

process_usage read_process_usage() {
    static const double began = started_at();
    return {.cpu_seconds = cpu_seconds(),
            .resident_bytes = resident_bytes(),
            .open_descriptors = open_descriptors(),
            .most_descriptors = descriptor_limit().rlim_cur,
            .started_at = began};
}

std::uint64_t raise_descriptor_limit() {
    auto limit = descriptor_limit();
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    return descriptor_limit().rlim_cur;
}

}  // namespace parley::server
