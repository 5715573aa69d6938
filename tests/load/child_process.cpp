// Starting, watching and ending one program.
#include "load/child_process.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace parley::load {
namespace {

constexpr std::chrono::milliseconds glance{5};
constexpr std::size_t tail_bytes = 4000;

[[noreturn]] void become(const std::vector<std::string>& command, int output) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    std::vector<char*> words;
    for (const auto& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    ::execvp(words[0], words.data());
    ::_exit(127);
}

/// Fields of /proc/PID/stat behind the name, which may hold spaces; the first is field 3 of proc(5).
std::vector<std::string> stat_fields(const std::filesystem::path& process) {
    std::ifstream from(process / "stat");
    std::string line;
    std::getline(from, line);
    const auto name_end = line.rfind(')');
    if (name_end == std::string::npos) return {};
    std::istringstream rest(line.substr(name_end + 1));
    return {std::istream_iterator<std::string>(rest), {}};
}

double ticks(const std::vector<std::string>& fields, std::size_t first, std::size_t last) {
    double sum = 0;
    for (auto i = first; i <= last && i - 3 < fields.size(); ++i) sum += std::stod(fields[i - 3]);
    return sum / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double cpu_of_living_children(const std::string& parent) {
    double sum = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        if (std::isdigit(static_cast<unsigned char>(entry.path().filename().string()[0])) == 0) continue;
        const auto fields = stat_fields(entry.path());
        if (fields.size() > 13 && fields[1] == parent) sum += ticks(fields, 14, 15);
    }
    return sum;
}

}  // namespace

child_process::child_process(const std::vector<std::string>& command, const std::filesystem::path& output) {
    const int file = ::open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (file < 0) throw std::system_error(errno, std::generic_category(), output.string());
    pid_ = ::fork();
    if (pid_ == 0) become(command, file);
    const int why = errno;
    ::close(file);
    if (pid_ < 0) throw std::system_error(why, std::generic_category(), "fork");
}

child_process::~child_process() { stop(SIGKILL, std::chrono::seconds{10}); }

bool child_process::running() {
    if (!ended_ && ::waitpid(pid_, &status_, WNOHANG) == pid_) ended_ = true;
    return !ended_;
}

void child_process::stop(int signal, std::chrono::seconds patience) {
    if (!running()) return;
    ::kill(pid_, signal);
    const auto until = std::chrono::steady_clock::now() + patience;
    while (running()) {
        if (std::chrono::steady_clock::now() > until) {
            ::kill(pid_, SIGKILL);
            wait();
            return;
        }
        std::this_thread::sleep_for(glance);
    }
}

int child_process::wait() {
    if (!ended_ && ::waitpid(pid_, &status_, 0) == pid_) ended_ = true;
    return WIFEXITED(status_) ? WEXITSTATUS(status_) : -1;
}

void run(const std::vector<std::string>& command, const std::filesystem::path& output) {
    child_process one(command, output);
    if (one.wait() != 0) throw std::runtime_error(command[0] + " failed:\n" + tail_of(output));
}

scratch_folder::scratch_folder() {
    auto name = (std::filesystem::temp_directory_path() / "parley_load.XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), name);
    path_ = name;
    // A database that runs as somebody else has to get through.
    ::chmod(path_.c_str(), 0711);
}

scratch_folder::~scratch_folder() {
    std::error_code ignored;  // what is left lies in the folder for temporary things
    std::filesystem::remove_all(path_, ignored);
}

std::string tail_of(const std::filesystem::path& file) {
    std::ifstream from(file);
    const std::string all{std::istreambuf_iterator<char>(from), {}};
    return all.size() > tail_bytes ? all.substr(all.size() - tail_bytes) : all;
}

double cpu_seconds(pid_t of, family which) {
    const auto name = std::to_string(of);
    const auto fields = stat_fields(std::filesystem::path("/proc") / name);
    if (which == family::one_process) return ticks(fields, 14, 15);
    return ticks(fields, 14, 17) + cpu_of_living_children(name);
}

std::uint64_t resident_bytes(pid_t of) {
    std::ifstream from("/proc/" + std::to_string(of) + "/statm");
    std::uint64_t whole = 0;
    std::uint64_t resident = 0;
    from >> whole >> resident;
    return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace parley::load
