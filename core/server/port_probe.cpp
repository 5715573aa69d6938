// Ports looked at with plain sockets: two calls and a line of text need no library.
#include "server/port_probe.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

namespace parley::server {
namespace {

class owned_socket {
public:
    explicit owned_socket(int descriptor) : descriptor_(descriptor) {}
    ~owned_socket() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    owned_socket(const owned_socket&) = delete;
    owned_socket& operator=(const owned_socket&) = delete;
    [[nodiscard]] int get() const { return descriptor_; }

private:
    int descriptor_;
};

struct endpoint {
    sockaddr_storage bytes{};
    socklen_t size = 0;
    [[nodiscard]] const sockaddr* raw() const { return reinterpret_cast<const sockaddr*>(&bytes); }
    [[nodiscard]] int family() const { return bytes.ss_family; }
};

std::optional<endpoint> endpoint_of(const std::string& address, std::uint16_t port) {
    endpoint made;
    sockaddr_in four{};
    sockaddr_in6 six{};
    if (inet_pton(AF_INET, address.c_str(), &four.sin_addr) == 1) {
        four.sin_family = AF_INET;
        four.sin_port = htons(port);
        std::memcpy(&made.bytes, &four, made.size = sizeof four);
        return made;
    }
    if (inet_pton(AF_INET6, address.c_str(), &six.sin6_addr) != 1) return std::nullopt;
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(port);
    std::memcpy(&made.bytes, &six, made.size = sizeof six);
    return made;
}

std::unexpected<error> taken(const std::string& address, std::uint16_t port, int why) {
    return failure(
        fault::unavailable, "port_taken",
        fmt::format("Port {} of {} cannot be listened on: {}.", port, address, std::generic_category().message(why)));
}

std::string connectable(const std::string& address) {
    if (address == "0.0.0.0") return "127.0.0.1";
    return address == "::" ? "::1" : address;
}

/// The number in "HTTP/1.1 503 ...".
std::optional<int> status_in(std::string_view head) {
    constexpr std::string_view start = "HTTP/1.1 ";
    if (!head.starts_with(start)) return std::nullopt;
    head.remove_prefix(start.size());
    int status = 0;
    const auto read = std::from_chars(head.data(), head.data() + head.size(), status);
    return read.ec == std::errc{} && status >= 100 ? std::optional(status) : std::nullopt;
}

constexpr std::string_view question = "GET /ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

std::optional<int> ask_over_tls(int descriptor) {
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
    const std::unique_ptr<SSL, decltype(&SSL_free)> peer(context ? SSL_new(context.get()) : nullptr, &SSL_free);
    if (!peer || SSL_set_fd(peer.get(), descriptor) != 1) return std::nullopt;
    std::size_t size = 0;
    char head[64];
    // OpenSSL writes to its socket as to a file; whoever holds the port may have closed it.
    const auto before = ::signal(SIGPIPE, SIG_IGN);
    const bool answered = SSL_connect(peer.get()) == 1 &&
                          SSL_write_ex(peer.get(), question.data(), question.size(), &size) == 1 &&
                          SSL_read_ex(peer.get(), head, sizeof head, &size) == 1;
    ::signal(SIGPIPE, before);
    ERR_clear_error();
    return answered ? status_in({head, size}) : std::nullopt;
}

void be_patient(int descriptor, std::chrono::milliseconds patience) {
    const timeval limit{.tv_sec = patience.count() / 1000, .tv_usec = patience.count() % 1000 * 1000};
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

}  // namespace

result<void> check_port(const std::string& address, std::uint16_t port) {
    const auto there = endpoint_of(address, port);
    if (!there) return taken(address, port, EINVAL);
    const owned_socket probe(::socket(there->family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int yes = 1;
    if (probe.get() < 0) return taken(address, port, errno);
    setsockopt(probe.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (::bind(probe.get(), there->raw(), there->size) != 0) return taken(address, port, errno);
    return {};
}

std::optional<int> ask_ready(const std::string& address, std::uint16_t port, std::chrono::milliseconds patience,
                             probe_by how) {
    const auto there = endpoint_of(connectable(address), port);
    if (!there) return std::nullopt;
    const owned_socket peer(::socket(there->family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (peer.get() < 0) return std::nullopt;
    be_patient(peer.get(), patience);
    if (::connect(peer.get(), there->raw(), there->size) != 0) return std::nullopt;
    if (how == probe_by::tls) return ask_over_tls(peer.get());
    if (::send(peer.get(), question.data(), question.size(), MSG_NOSIGNAL) < 0) return std::nullopt;
    char head[64];
    const auto got = ::recv(peer.get(), head, sizeof head, MSG_WAITALL);
    return got > 0 ? status_in({head, static_cast<std::size_t>(got)}) : std::nullopt;
}

}  // namespace parley::server
