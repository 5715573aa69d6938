// Sockets that never block; poll waits, a little at a time, so that stopping is seen.
#include "clamd_line.hpp"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

namespace virus_scan {
namespace {

constexpr std::size_t longest_answer = 4096;
constexpr std::chrono::milliseconds look_at_stopping{100};

/// Events, 0 when nothing came in time.
short poll_once(int socket, short events, clamd_line::moment until) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    pollfd one{socket, events, 0};
    ::poll(&one, 1, static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, look_at_stopping.count())));
    return one.revents;
}

/// A socket on its way to be connected, or an error in errno.
int begin(const sockaddr* to, socklen_t size) {
    const int made = ::socket(to->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (made < 0) return -1;
    if (::connect(made, to, size) == 0 || errno == EINPROGRESS) return made;
    const int error = errno;
    ::close(made);
    errno = error;
    return -1;
}

int begin_unix(const std::string& path) {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    if (path.size() >= sizeof to.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    std::memcpy(to.sun_path, path.data(), path.size());
    return begin(reinterpret_cast<const sockaddr*>(&to), sizeof to);
}

/// Its first address that can be tried.
int begin_tcp(const std::string& address) {
    const auto colon = address.rfind(':');
    errno = EINVAL;
    if (colon == std::string::npos) return -1;
    auto host = address.substr(0, colon);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
    addrinfo how{};
    how.ai_socktype = SOCK_STREAM;
    addrinfo* all = nullptr;
    errno = EHOSTUNREACH;
    if (::getaddrinfo(host.c_str(), address.substr(colon + 1).c_str(), &how, &all) != 0) return -1;
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> kept(all, ::freeaddrinfo);
    for (const auto* one = all; one != nullptr; one = one->ai_next)
        if (const int made = begin(one->ai_addr, one->ai_addrlen); made >= 0) return made;
    return -1;
}

}  // namespace

sdk::error engine_lost(const std::string& why) { return sdk::unavailable("engine_lost", "clamd " + why); }

sdk::result<clamd_line> clamd_line::connect(const std::string& address, moment until,
                                            const std::atomic<bool>& stopping) {
    descriptor made(address.starts_with('/') ? begin_unix(address) : begin_tcp(address));
    if (made.get() < 0) return engine_lost("cannot be reached: " + words_of(errno) + ".");
    clamd_line line(std::move(made), until, stopping);
    if (const auto ready = line.wait(POLLOUT); !ready) return ready.error();
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(line.socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return engine_lost("cannot be reached: " + words_of(error) + ".");
    return line;
}

sdk::result<short> clamd_line::wait(short events) const {
    while (!*stopping_) {
        if (const short came = poll_once(socket_.get(), events, until_); came != 0) return came;
        if (std::chrono::steady_clock::now() >= until_) return engine_lost("does not answer in time.");
    }
    return engine_lost("is not waited for: the server is stopping.");
}

sdk::result<bool> clamd_line::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto came = wait(POLLIN | POLLOUT);
        if (!came) return came.error();
        if ((*came & ~POLLOUT) != 0) return false;
        const auto sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && (errno == EAGAIN || errno == EINTR)) continue;
        if (sent < 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

sdk::result<std::string> clamd_line::answer() {
    std::string made;
    std::array<char, longest_answer> some{};
    while (true) {
        const auto came = wait(POLLIN);
        if (!came) return came.error();
        const auto got = ::recv(socket_.get(), some.data(), some.size(), 0);
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
        if (got <= 0) return engine_lost("hung up before it had answered.");
        made.append(some.data(), static_cast<std::size_t>(got));
        const auto end = made.find('\0');
        if (end != std::string::npos && end + 1 == made.size()) return made.substr(0, end);
        if (end != std::string::npos || made.size() > longest_answer) return engine_lost("answers what is no answer.");
    }
}

}  // namespace virus_scan
