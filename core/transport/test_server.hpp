// For the tests: a server on an ephemeral port with a handler made of functions, and plain blocking clients.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <sys/socket.h>
#include <sys/time.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include "transport/http_server.hpp"

namespace parley::transport::testing {

/// Waits until `holds`, and gives up after a minute.
template <class Condition>
[[nodiscard]] bool eventually(Condition holds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    while (!holds()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    return true;
}

/// A handler made of functions; unset, requests get 200 "ok" and handshakes 404.
struct function_handler final : http_handler {
    std::function<void(http_request, http_answer)> on_request = [](http_request, http_answer answer) {
        answer({.content_type = "text/plain", .headers = {}, .body = "ok"});
    };
    std::function<void(http_request, transport::upgrade)> on_handshake = [](http_request,
                                                                            transport::upgrade handshake) {
        handshake.refuse({.status = 404, .headers = {}, .body = {}});
    };
    std::atomic<int> faults{0};
    std::atomic<int> answered{0};

    void handle(http_request request, http_answer answer) override {
        on_request(std::move(request), std::move(answer));
    }
    void on_upgrade(http_request request, transport::upgrade handshake) override {
        on_handshake(std::move(request), std::move(handshake));
    }
    void on_answered(const access_record&) override { ++answered; }
    void on_fault(std::string_view, std::string_view) override { ++faults; }
};

/// A started server.
struct test_server {
    explicit test_server(http_options options = {}) : server(std::move(options), handler) {
        if (!server.start()) throw std::runtime_error("cannot listen");
    }
    function_handler handler;
    http_server server;
};

/// What a blocking client reads, whichever way the bytes come. A read that gets nothing for ten seconds ends as if the
/// server had closed.
class response_reader {
public:
    response_reader() = default;
    response_reader(const response_reader&) = delete;
    virtual ~response_reader() = default;

    /// Everything up to the end of the connection.
    std::string read_all() {
        while (receive(in_)) continue;
        return std::exchange(in_, {});
    }

    /// `size` bytes, fewer when the connection ends before.
    std::string read(std::size_t size) {
        while (in_.size() < size && receive(in_)) continue;
        auto taken = in_.substr(0, size);
        in_.erase(0, taken.size());
        return taken;
    }

    /// One response by its Content-Length; head and body.
    std::string read_response() {
        while (in_.find("\r\n\r\n") == std::string::npos) {
            if (!receive(in_)) return std::exchange(in_, {});
        }
        const auto head_end = in_.find("\r\n\r\n") + 4;
        const auto at = in_.find("Content-Length: ");
        const auto length = at < head_end ? std::stoul(in_.substr(at + 16)) : 0;
        return read(head_end + length);
    }

    /// Lets go of what was read ahead, and of the room for it.
    void forget() { std::string().swap(in_); }

    /// Whether the server has closed, and sent nothing more before.
    bool closed() { return read(1).empty(); }

private:
    /// Appends what comes next; false at the end.
    virtual bool receive(std::string& into) = 0;

    std::string in_;
};

/// A blocking client that speaks bytes.
class raw_client : public response_reader {
public:
    explicit raw_client(std::uint16_t port) {
        socket_.connect({boost::asio::ip::make_address("127.0.0.1"), port});
        const timeval patience{10, 0};
        ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    }

    boost::asio::ip::tcp::socket& socket() { return socket_; }

    /// What could not be sent is lost on purpose: a server that refuses may close while we are still talking.
    void send(std::string_view bytes) { ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL); }

private:
    bool receive(std::string& into) override {
        char some[4096];
        const auto size = ::recv(socket_.native_handle(), some, sizeof some, 0);
        if (size > 0) into.append(some, static_cast<std::size_t>(size));
        return size > 0;
    }

    boost::asio::io_context context_;
    boost::asio::ip::tcp::socket socket_{context_};
};

}  // namespace parley::transport::testing
