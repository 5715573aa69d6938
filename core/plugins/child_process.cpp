// Spawning and supervision; what goes over the sockets is in child_calls.cpp.
#include "plugins/child_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <set>
#include <system_error>
#include <utility>

#include "base/log.hpp"
#include "base/text.hpp"
#include "plugins/child_line.hpp"

namespace parley::plugins {
namespace {

std::string words_of(int error) { return std::generic_category().message(error); }

/// Two connected ends, both above the numbers that the child will have.
bool make_pair(std::array<int, 2>& made) {
    constexpr int above = 10;
    std::array<int, 2> low{-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, low.data()) != 0) return false;
    for (std::size_t i = 0; i < low.size(); ++i) {
        made[i] = ::fcntl(low[i], F_DUPFD_CLOEXEC, above);
        ::close(low[i]);
    }
    return made[0] >= 0 && made[1] >= 0;
}

void close_all(std::initializer_list<int> of) {
    for (const int one : of)
        if (one >= 0) ::close(one);
}

/// With nothing of the server's but standard error and the two sockets: no environment, no masked signals.
int spawn_program(const std::filesystem::path& program, int calls, int requests, pid_t& made) {
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawnattr_init(&how);
    ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&files, calls, wire::calls_descriptor);
    ::posix_spawn_file_actions_adddup2(&files, requests, wire::requests_descriptor);
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&how, &none);
    ::posix_spawnattr_setsigdefault(&how, &all);
    ::posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
    auto path = program.string();
    auto server = std::to_string(::getpid());
    std::array<char*, 3> words{path.data(), server.data(), nullptr};
    std::string locale = "LANG=C.UTF-8";
    std::array<char*, 2> environment{locale.data(), nullptr};
    const int error = ::posix_spawn(&made, path.c_str(), &files, &how, words.data(), environment.data());
    ::posix_spawnattr_destroy(&how);
    ::posix_spawn_file_actions_destroy(&files);
    return error;
}

/// Each once in the life of the server.
void say_lacks(const problems& of) {
    static std::mutex guard;
    static std::set<std::string> said;
    const std::lock_guard lock(guard);
    for (const auto& one : of)
        if (said.insert(one).second) log::warning(one);
}

}  // namespace

std::filesystem::path child_options::beside_this_program() {
    std::error_code failed;
    const auto own = std::filesystem::read_symlink("/proc/self/exe", failed);
    return own.parent_path() / "parley-plugin-host";
}

child_process::child_process(std::filesystem::path file, child_options how)
    : file_(std::move(file)), how_(std::move(how)) {}

child_process::~child_process() {
    stop();
    if (woken_ >= 0) ::close(woken_);
}

std::expected<bindings, problems> child_process::setup(const manifest& says, const parley_host& host) {
    says_ = &says;
    host_ = &host;
    woken_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (woken_ < 0) return std::unexpected(problems{"Its process cannot be started: " + words_of(errno)});
    thread_ = std::jthread([this](const std::stop_token& end) { supervise(end); });
    std::unique_lock lock(guard_);
    changed_.wait(lock, [this] { return first_.has_value(); });
    return std::move(*first_);
}

void child_process::start() {
    std::shared_ptr<line> to;
    {
        const std::lock_guard lock(guard_);
        started_ = true;
        to = line_;
    }
    if (to && !to->calls.push(wire::writer(wire::frame::start).take()))
        log::warning("a plugin could not be told to start", {{"plugin", says_->id}});
}

void child_process::stop() {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    wake();
    thread_.join();
}

void child_process::wake() const {
    const std::uint64_t one = 1;
    static_cast<void>(!::write(woken_, &one, sizeof one));
}

std::string child_process::trouble() const {
    const std::lock_guard lock(guard_);
    return trouble_;
}

std::uint64_t child_process::restarts() const {
    const std::lock_guard lock(guard_);
    return starts_ > 1 ? starts_ - 1 : 0;
}

pid_t child_process::process() const {
    const std::lock_guard lock(guard_);
    return process_;
}

void child_process::reloaded() {
    {
        const std::lock_guard lock(guard_);
        reloaded_ = true;
        quick_deaths_ = 0;
    }
    changed_.notify_all();
}

void child_process::retire() {
    {
        const std::lock_guard lock(guard_);
        retired_ = true;
    }
    changed_.notify_all();
}

bool child_process::is_idle() const {
    const std::lock_guard lock(guard_);
    return open_.empty() && asked_.empty() && telling_ == 0;
}

bool child_process::is_awaited() const {
    const std::lock_guard lock(guard_);
    return !asked_.empty() || telling_ != 0;
}

void child_process::first_result(std::expected<bindings, problems> made) {
    {
        const std::lock_guard lock(guard_);
        if (was_set_up_ || first_) return;
        was_set_up_ = made.has_value();
        first_ = std::move(made);
    }
    changed_.notify_all();
}

void child_process::supervise(const std::stop_token& end) {
    while (!end.stop_requested()) {
        std::string why;
        const auto began = std::chrono::steady_clock::now();
        if (const auto to = spawn(why)) why = bury(to, serve(end, to));
        if (end.stop_requested()) break;
        // Who never was set up is refused, not tried again.
        first_result(std::unexpected(problems{why}));
        {
            const std::lock_guard lock(guard_);
            if (!was_set_up_ || retired_) return;
        }
        pause(end, std::chrono::steady_clock::now() - began < how_.quick, why);
        const std::lock_guard lock(guard_);
        if (retired_) return;
    }
    first_result(std::unexpected(problems{"The server stops."}));
}

std::shared_ptr<child_process::line> child_process::spawn(std::string& why) {
    std::array<int, 2> calls{-1, -1};
    std::array<int, 2> requests{-1, -1};
    int error = make_pair(calls) && make_pair(requests) ? 0 : errno;
    pid_t made = 0;
    if (error == 0) error = spawn_program(how_.program, calls[1], requests[1], made);
    close_all({calls[1], requests[1]});
    if (error != 0) {
        close_all({calls[0], requests[0]});
        why = fmt::format("Its process {} cannot be started: {}", how_.program.string(), words_of(error));
        return nullptr;
    }
    auto to = std::make_shared<line>(calls[0], requests[0], [this] { wake(); });
    to->process = made;
    to->began = std::chrono::steady_clock::now();
    const std::lock_guard lock(guard_);
    process_ = made;
    ++starts_;
    return to;
}

/// Ends with why it cannot go on.
std::string child_process::serve(const std::stop_token& end, const std::shared_ptr<line>& to) {
    wire::writer begin(wire::frame::begin);
    begin.text(std::filesystem::absolute(file_).string()).number(how_.memory_bytes);
    const auto* storage = static_cast<const parley_storage*>(host_->extension(host_, lend(PARLEY_STORAGE)));
    const auto* rows = storage->database(host_);
    if (rows == nullptr) begin.number<std::uint32_t>(0).text("").text("");
    if (rows != nullptr) begin.number(rows->kind).text(rows->where).text(rows->schema);
    const auto& files = *static_cast<const parley_files*>(host_->extension(host_, lend(PARLEY_FILES)));
    begin.text(files.folder(host_, {})).number(static_cast<std::uint32_t>(says_->reads_files_of.size()));
    for (const auto& one : says_->reads_files_of) begin.text(one).text(files.folder(host_, lend(one)));
    begin.number(static_cast<std::uint32_t>(how_.reads.size()));
    for (const auto& one : how_.reads) begin.text(one.string());
    begin.number<std::uint32_t>(how_.network == reach::nothing ? 0 : 1);
    if (!to->calls.push(begin.take())) return "It could not be told what to load.";
    std::optional<moment> last;
    while (true) {
        const auto now = std::chrono::steady_clock::now();
        if (end.stop_requested() && !last) {
            last = now + how_.stop_patience;
            {
                const std::lock_guard lock(guard_);
                line_ = nullptr;
            }
            end_calls();
            if (!to->ready || !to->calls.push(wire::writer(wire::frame::stop).take())) return "The server stops.";
        }
        if (last && now >= *last) return "It did not stop in time.";
        if (!last)
            if (auto why = beat(*to, now); !why.empty()) return why;
        std::array<pollfd, 3> all{
            {{to->calls.descriptor(), POLLIN, 0}, {to->requests.descriptor(), POLLIN, 0}, {woken_, POLLIN, 0}}};
        if (to->calls.waits()) all[0].events |= POLLOUT;
        if (to->requests.waits()) all[1].events |= POLLOUT;
        const auto until = last ? *last : to->next_ping;
        const auto wait = std::chrono::ceil<std::chrono::milliseconds>(until - now).count();
        ::poll(all.data(), all.size(), static_cast<int>(std::clamp<std::int64_t>(wait, 0, 10'000)));
        std::uint64_t woken = 0;
        if (all[2].revents != 0) static_cast<void>(!::read(woken_, &woken, sizeof woken));
        if ((all[0].revents & POLLOUT) != 0) to->calls.flush();
        if ((all[1].revents & POLLOUT) != 0) to->requests.flush();
        // What it said before it died still counts.
        bool ended = all[0].revents != 0 && !to->from_calls.read(to->calls.descriptor());
        if (all[1].revents != 0 && !to->from_requests.read(to->requests.descriptor())) ended = true;
        wire::frame what{};
        std::string_view frame;
        while (to->from_requests.next(what, frame))
            if (!take_request(to, what, frame)) return "It asked for something that is no request.";
        while (to->from_calls.next(what, frame))
            if (auto why = take_call_frame(to, what, frame); !why.empty()) return why;
        if (to->from_calls.broken() || to->from_requests.broken()) return "It said something that is no frame.";
        if (ended) return {};
    }
}

/// Deadlines of its own: being ready, answering pings; and calls that were never answered are forgotten.
std::string child_process::beat(line& to, moment now) {
    if (now < to.next_ping) return {};
    to.next_ping = now + how_.ping_every;
    if (!to.ready) return now - to.began > how_.setup_patience ? "Its setup does not end." : std::string();
    if (to.pinged - to.ponged >= how_.most_missed) return "It hangs: all its threads are inside of calls for too long.";
    wire::writer ping(wire::frame::ping);
    if (!to.calls.push(ping.number(++to.pinged).take())) return "It takes nothing any more.";
    const std::lock_guard lock(guard_);
    std::erase_if(open_, [now](const auto& one) { return one.second <= now; });
    if (now - to.began >= how_.quick) quick_deaths_ = 0;
    return {};
}

/// It is ready: what it bound is the plugin, or the same as before.
std::string child_process::settle(const std::shared_ptr<line>& to, std::string_view ready) {
    wire::reader in(ready);
    const auto version = in.text();
    if (in.well() && version != says_->version_text)
        return fmt::format("Its file is of version {} now, and {} was loaded; reload the configuration to take it.",
                           escape_and_cut(version, 40), says_->version_text);
    say_lacks(wire::read_problems(in));
    auto made = wire::read_bindings(in, *says_);
    if (made && !in.done()) return "It said something that is no list of what it bound.";
    if (!made) {
        first_result(std::unexpected(made.error()));
        return fmt::format("{}", made.error().front());
    }
    wire::writer bytes(wire::frame::ready);
    wire::write(bytes, *made);
    auto bound = bytes.take();
    bool started = false;
    {
        const std::lock_guard lock(guard_);
        if (was_set_up_ && bound != first_bindings_) return "It binds something else than when it was loaded.";
        first_bindings_ = std::move(bound);
        line_ = to;
        trouble_.clear();
        started = started_;
    }
    // Told twice, it starts once.
    if (started && !to->calls.push(wire::writer(wire::frame::start).take())) return "It takes nothing.";
    to->ready = true;
    first_result(std::move(made));
    return {};
}

std::string child_process::bury(const std::shared_ptr<line>& to, std::string why) {
    {
        const std::lock_guard lock(guard_);
        line_ = nullptr;
    }
    // First those who wait; nothing that follows is needed for their answer.
    end_calls();
    ::kill(to->process, SIGKILL);
    int status = 0;
    while (::waitpid(to->process, &status, 0) < 0 && errno == EINTR) {
    }
    {
        const std::lock_guard lock(guard_);
        process_ = 0;
    }
    if (!why.empty()) return why;
    if (WIFSIGNALED(status))
        return fmt::format("Its process was ended by signal {} ({}).", WTERMSIG(status), ::strsignal(WTERMSIG(status)));
    return fmt::format("Its process ended by itself with {}.", WEXITSTATUS(status));
}

void child_process::end_calls() {
    std::unordered_map<parley_reply, moment> waiting;
    {
        const std::lock_guard lock(guard_);
        waiting.swap(open_);
    }
    for (const auto& [reply, forget_at] : waiting) answer_unavailable(reply);
}

/// Until it is time to start it again.
void child_process::pause(const std::stop_token& end, bool was_quick, const std::string& why) {
    std::unique_lock lock(guard_);
    quick_deaths_ = was_quick ? quick_deaths_ + 1 : 1;
    const bool off = quick_deaths_ >= how_.most_quick_deaths;
    const auto doublings = std::min(quick_deaths_ - 1, 16U);
    const auto wait = std::min(how_.first_pause * (1U << doublings), how_.longest_pause);
    trouble_ = off ? fmt::format("{} It is off until the configuration is reloaded, because it died {} times.", why,
                                 quick_deaths_)
                   : fmt::format("{} It is started again.", why);
    reloaded_ = false;
    lock.unlock();
    if (off)
        log::error("the process of a plugin died again and again; the plugin is off until the next reload",
                   {{"plugin", says_->id}, {"why", why}});
    else
        log::error("the process of a plugin died; it is started again",
                   {{"plugin", says_->id}, {"why", why}, {"after_ms", static_cast<std::int64_t>(wait.count())}});
    lock.lock();
    const auto go = [this] { return reloaded_ || retired_; };
    if (off)
        changed_.wait(lock, end, go);
    else
        changed_.wait_for(lock, end, wait, go);
}

}  // namespace parley::plugins
