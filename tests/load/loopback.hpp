// Sockets on this machine: a free port, and an HTTP connection that is kept and waits for each answer.
#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace parley::load {

/// 127.0.0.`last_byte`.
[[nodiscard]] sockaddr_in loopback(std::uint16_t port, unsigned char last_byte = 1);
/// Nobody listened there a moment ago.
[[nodiscard]] std::uint16_t free_port();
/// Whether somebody listens.
[[nodiscard]] bool answers(std::uint16_t port);

/// Throws std::system_error when nobody is there, std::runtime_error when the answer is none that it understands.
class http_connection {
public:
    explicit http_connection(std::uint16_t port);
    ~http_connection();
    http_connection(const http_connection&) = delete;
    http_connection& operator=(const http_connection&) = delete;

    /// The whole request, as sent; without a token when that is empty.
    [[nodiscard]] static std::string request(std::string_view path, std::string_view token);
    void send(std::string_view request) const;
    /// Waits for one response with a Content-Length and gives its body; throws unless it is 200.
    std::string receive();
    std::string get(std::string_view path, std::string_view token);

private:
    void read_more();

    int socket_ = -1;
    std::string left_;
};

}  // namespace parley::load
