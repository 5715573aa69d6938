// parley plugin check: the file alone first; only what is good of it is run, and then in a process of its own.
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ostream>

#include "base/log.hpp"
#include "base/text.hpp"
#include "config/schema.hpp"
#include "plugins/confinement.hpp"
#include "plugins/library.hpp"
#include "server/cli_commands.hpp"
#include "server/plugin_sections.hpp"
#include "server/plugin_trial.hpp"

namespace parley::server {
namespace {

constexpr std::chrono::seconds whole_trial{300};
constexpr char step_mark = '.', finding_mark = '!', note_mark = '~';
constexpr std::uint64_t trial_memory = 2ULL << 30;  // with all the threads that a bad plugin costs the host

plugins::problems judged_by_its_file(const std::filesystem::path& file, const plugins::embedded& of) {
    auto wrong = plugins::judge(file, of);
    auto all = config::kernel_schema();
    for (auto& why : config::add_section(all, section_of(of.says))) wrong.push_back(std::move(why));
    return wrong;
}

/// A line to the parent; a plugin's texts in it have no line ends left.
void tell(int to, char mark, const std::string& sentence) {
    const auto line = mark + escape_controls(sentence) + "\n";
    for (std::string_view rest = line; !rest.empty();) {
        const auto written = ::write(to, rest.data(), rest.size());
        if (written <= 0) return;
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
}

/// Where the trial's rows are; goes away with this. Folders in it are made here, since who runs the trial may make
/// none.
class trial_folder {
public:
    explicit trial_folder(const plugins::manifest& says) {
        auto name = (std::filesystem::temp_directory_path() / "parley-trial-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) return;
        path_ = name;
        std::filesystem::create_directories(path_ / "plugins" / says.id);
        for (const auto& need : says.needs) std::filesystem::create_directories(path_ / "plugins" / need.plugin);
    }
    ~trial_folder() {
        std::error_code ignored;
        if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
    }
    trial_folder(const trial_folder&) = delete;
    trial_folder& operator=(const trial_folder&) = delete;
    /// Empty: it could not be made.
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// As a plugin with a process of its own is confined, and the trial's host with it. False: it could not be.
bool confine(int to, const std::filesystem::path& file, const std::filesystem::path& folder) {
    plugins::confinement by;
    by.memory_bytes = trial_memory;
    by.reads = {std::filesystem::absolute(file).parent_path()};
    by.writes = {folder};
    const auto made = plugins::confine_this_process(by);
    for (const auto& one : made.wrong) tell(to, finding_mark, one);
    for (const auto& one : made.lacks) tell(to, note_mark, one);
    return made.wrong.empty();
}

[[noreturn]] void be_the_child(int to, const std::filesystem::path& file, const plugins::manifest& says,
                               const std::filesystem::path& folder) {
    if (!confine(to, file, folder)) ::_exit(1);
    try {
        try_plugin(
            file, says, folder, [to](const std::string& what) { tell(to, step_mark, what); },
            [to](const std::string& what) { tell(to, finding_mark, what); });
    } catch (const std::exception& why) {
        tell(to, finding_mark, fmt::format("The trial broke off: {}", why.what()));
        ::_exit(1);
    }
    // Its threads and its static objects are not waited for; a server would not, either.
    ::_exit(0);
}

struct told {
    std::string last_step;
    plugins::problems findings;
    plugins::problems notes;
    bool in_time = true;
};

/// What the child says, until it ends or takes too long.
told listen(int from) {
    told made;
    std::string rest;
    std::array<char, 4096> room{};
    const auto end = std::chrono::steady_clock::now() + whole_trial;
    for (;;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        pollfd one{.fd = from, .events = POLLIN, .revents = 0};
        if (left.count() <= 0 || ::poll(&one, 1, static_cast<int>(left.count())) == 0) {
            made.in_time = false;
            return made;
        }
        const auto got = ::read(from, room.data(), room.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return made;
        rest.append(room.data(), static_cast<std::size_t>(got));
        for (auto at = rest.find('\n'); at != rest.npos; at = rest.find('\n')) {
            const auto line = rest.substr(0, at);
            rest.erase(0, at + 1);
            if (line.starts_with(step_mark)) made.last_step = line.substr(1);
            if (line.starts_with(finding_mark)) made.findings.push_back(line.substr(1));
            if (line.starts_with(note_mark)) made.notes.push_back(line.substr(1));
        }
    }
}

plugins::problems run_in_child(const command_context& with, const std::filesystem::path& file,
                               const plugins::manifest& says) {
    const trial_folder folder(says);
    if (folder.path().empty()) return {fmt::format("Nothing could be tried: {}.", std::strerror(errno))};
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) return {fmt::format("Nothing could be tried: {}.", std::strerror(errno))};
    const auto child = ::fork();
    if (child < 0) return {fmt::format("Nothing could be tried: {}.", std::strerror(errno))};
    if (child == 0) {
        ::close(ends[0]);
        be_the_child(ends[1], file, says, folder.path());
    }
    ::close(ends[1]);
    auto heard = listen(ends[0]);
    ::close(ends[0]);
    if (!heard.in_time) ::kill(child, SIGKILL);
    for (const auto& one : heard.notes) with.hint(one);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!heard.in_time)
        heard.findings.push_back(
            fmt::format("It came to no end within {} s; it was at: {}", whole_trial.count(), heard.last_step));
    else if (WIFSIGNALED(status))
        heard.findings.push_back(
            fmt::format("It crashed its process ({}); it was at: {}", ::strsignal(WTERMSIG(status)), heard.last_step));
    else if (WEXITSTATUS(status) != 0 && heard.findings.empty())
        heard.findings.push_back(
            fmt::format("It ended its process with {}; it was at: {}", WEXITSTATUS(status), heard.last_step));
    return heard.findings;
}

outcome say(const command_context& with, const plugins::problems& wrong, std::string_view end) {
    for (const auto& why : wrong) with.out << "- " << escape_controls(why) << '\n';
    with.out << end << '\n';
    return outcome::failed;
}

}  // namespace

outcome plugin_check(const command_context& with, const std::string& name) {
    const std::filesystem::path file(name);
    const auto read = plugins::read_library(file);
    if (!read) return say(with, read.error(), "Nothing of it was run.");
    if (const auto wrong = judged_by_its_file(file, *read); !wrong.empty())
        return say(with, wrong, "Nothing of it was run.");
    with.out << fmt::format("{} {}: its manifest is good.\n", read->says.id, read->says.version_text) << std::flush;
    if (const auto wrong = run_in_child(with, file, read->says); !wrong.empty())
        return say(with, wrong, "It ran in a process of its own, confined as with isolation: process.");
    with.out << "It keeps the contract, as far as calls can show it.\n";
    return outcome::done;
}

}  // namespace parley::server
