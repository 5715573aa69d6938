// Blocking sockets, and as much of HTTP/1.1 as our own servers need.
#include "load/loopback.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <stdexcept>
#include <system_error>

namespace parley::load {
namespace {

constexpr std::string_view end_of_head = "\r\n\r\n";
constexpr timeval patience{.tv_sec = 60, .tv_usec = 0};

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

class tcp {
public:
    tcp() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        if (socket_ < 0) fail("socket");
    }
    ~tcp() { ::close(socket_); }
    tcp(const tcp&) = delete;
    tcp& operator=(const tcp&) = delete;
    [[nodiscard]] int get() const { return socket_; }

private:
    int socket_;
};

std::size_t length_in(std::string_view head) {
    constexpr std::string_view key = "Content-Length: ";
    const auto at = head.find(key);
    if (at == std::string_view::npos) throw std::runtime_error("a response without its length");
    std::size_t length = 0;
    std::from_chars(head.data() + at + key.size(), head.data() + head.size(), length);
    return length;
}

}  // namespace

sockaddr_in loopback(std::uint16_t port, unsigned char last_byte) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1U + last_byte);
    return at;
}

std::uint16_t free_port() {
    const tcp probe;
    auto at = loopback(0);
    socklen_t size = sizeof at;
    if (::bind(probe.get(), reinterpret_cast<sockaddr*>(&at), size) != 0 ||
        ::getsockname(probe.get(), reinterpret_cast<sockaddr*>(&at), &size) != 0)
        fail("bind");
    return ntohs(at.sin_port);
}

bool answers(std::uint16_t port) {
    const tcp probe;
    const auto to = loopback(port);
    return ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
}

http_connection::http_connection(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (socket_ < 0) fail("socket");
    const auto to = loopback(port);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
        const int why = errno;
        ::close(socket_);
        throw std::system_error(why, std::generic_category(), "connect");
    }
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

http_connection::~http_connection() { ::close(socket_); }

std::string http_connection::request(std::string_view path, std::string_view token) {
    const auto shown = token.empty() ? std::string{} : fmt::format("Authorization: Bearer {}\r\n", token);
    return fmt::format("GET {} HTTP/1.1\r\nHost: 127.0.0.1\r\n{}\r\n", path, shown);
}

void http_connection::send(std::string_view request) const {
    if (::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
        fail("send");
}

void http_connection::read_more() {
    std::array<char, 65536> buffer;
    const auto got = ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (got < 0) fail("recv");
    if (got == 0) throw std::runtime_error("the connection ended before its answer");
    left_.append(buffer.data(), static_cast<std::size_t>(got));
}

std::string http_connection::receive() {
    while (left_.find(end_of_head) == std::string::npos) read_more();
    const auto head = left_.find(end_of_head) + end_of_head.size();
    if (!left_.starts_with("HTTP/1.1 200")) throw std::runtime_error("not 200: " + left_.substr(0, 600));
    const auto length = length_in(std::string_view(left_).substr(0, head));
    while (left_.size() < head + length) read_more();
    auto body = left_.substr(head, length);
    left_.erase(0, head + length);
    return body;
}

std::string http_connection::get(std::string_view path, std::string_view token) {
    send(request(path, token));
    return receive();
}

}  // namespace parley::load
