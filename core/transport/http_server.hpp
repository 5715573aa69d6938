// The listening side: HTTP/1.1 and WebSocket on a fixed set of I/O threads.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>

#include "base/error.hpp"
#include "transport/client_origin.hpp"
#include "transport/connection.hpp"
#include "transport/http_message.hpp"
#include "transport/tls_context.hpp"
#include "transport/wire_counters.hpp"

namespace parley::transport {

/// Limits of an open WebSocket.
struct websocket_limits {
    std::size_t message_bytes = 64 * 1024;  ///< a longer message closes with 1009, also when it came compressed
    std::size_t queue_bytes = 1024 * 1024;  ///< more unread than this closes with 4001
    unsigned messages_under_way = 16;       ///< delivered and not yet done; then reading stops
    unsigned reads_per_message = 256;       ///< fragments, about; more close with 1008
    unsigned control_frames_per_10s = 50;   ///< pings and pongs from the peer; more close with 1008
    std::chrono::milliseconds idle_timeout{20'000};  ///< nothing heard: ping after half of it, closed after all of it
    std::chrono::milliseconds close_timeout{5'000};  ///< how long a close or a handshake may take
    bool compression = true;                         ///< whether permessage-deflate is agreed to when offered
};

struct http_options {
    std::string address = "127.0.0.1";  ///< IPv4 or IPv6 literal
    std::uint16_t port = 0;             ///< 0: the system chooses, see http_server::port()
    unsigned threads = 2;               ///< at least 1
    std::size_t header_bytes = 16 * 1024;
    std::size_t body_bytes = 1024 * 1024;
    std::chrono::milliseconds handshake_timeout{10'000};  ///< for all of the TLS handshake
    std::chrono::milliseconds header_timeout{10'000};     ///< from the first byte to the end of the headers
    std::chrono::milliseconds body_timeout{30'000};       ///< for the whole body
    std::chrono::milliseconds answer_timeout{30'000};     ///< for the handler; then 503
    std::chrono::milliseconds write_timeout{30'000};      ///< for the peer to take the response
    std::chrono::milliseconds idle_timeout{60'000};       ///< between two requests
    std::size_t max_connections = 0;                      ///< of all peers; more are answered 503; 0: without limit
    std::size_t max_connections_per_address = 0;  ///< more are answered 429; trusted proxies excepted; 0: without limit
    std::shared_ptr<const tls_context> tls;       ///< null: HTTP without TLS
    proxy_rules proxies;
    websocket_limits websocket;
};

/// A WebSocket handshake that waits to be judged. Any thread; destroyed undecided, it answers 500.
class upgrade {
public:
    struct decision {
        virtual ~decision() = default;
        virtual void accept(std::unique_ptr<connection_handler> handler, std::string subprotocol) = 0;
        virtual void refuse(http_response answer) = 0;
    };
    explicit upgrade(std::unique_ptr<decision> by) : by_(std::move(by)) {}

    /// Goes on with the handshake. `subprotocol` is one of those offered, or empty for none.
    /// `handler` hears nothing when the handshake fails after all.
    void accept(std::unique_ptr<connection_handler> handler, std::string subprotocol = {}) {
        if (const auto by = std::move(by_)) by->accept(std::move(handler), std::move(subprotocol));
    }
    /// Answers like a plain request.
    void refuse(http_response answer) {
        if (const auto by = std::move(by_)) by->refuse(std::move(answer));
    }

private:
    std::unique_ptr<decision> by_;
};

/// One line for the access log.
struct access_record {
    std::string_view method;
    std::string_view path;  ///< without the query, which may hold secrets
    std::string_view remote;
    std::string_view request_id;
    std::string_view tenant;  ///< empty when it is not known
    int status = 0;
    std::size_t response_bytes = 0;  ///< of the body
    std::chrono::microseconds took{0};
};

/// What the server does with requests. Called on the I/O threads, several at a time; must not block.
class http_handler {
public:
    virtual ~http_handler() = default;
    virtual void handle(http_request request, http_answer answer) = 0;
    /// Whether a request's body is read by whoever handles it, piece by piece, and has no limit of ours. Must be quick.
    [[nodiscard]] virtual bool streams(std::string_view method, std::string_view path) const {
        static_cast<void>(method), static_cast<void>(path);
        return false;
    }
    /// A request for a WebSocket, complete and well formed; any path, origin and authorization.
    virtual void on_upgrade(http_request request, upgrade handshake) = 0;
    /// A response has been handed to the socket.
    virtual void on_answered(const access_record&) {}
    /// Something threw at the border of a session; it was answered with 500 or closed, the server goes on.
    virtual void on_fault(std::string_view what, std::string_view request_id) = 0;
};

class http_server {
public:
    /// `handler` must outlive the server, and the server every answer, handshake and connection it gave out.
    http_server(http_options options, http_handler& handler);
    /// Stops at once when stop() was not called.
    ~http_server();
    http_server(const http_server&) = delete;
    http_server& operator=(const http_server&) = delete;

    /// Binds, listens, starts the threads. Fails with code "listen_failed" when the address is not to be had.
    [[nodiscard]] result<void> start();

    /// For connections that come from now on; null for HTTP without TLS. Those that are open go on as they are.
    /// Any thread.
    void use_tls(std::shared_ptr<const tls_context> from_now_on);

    /// The port in use after start().
    [[nodiscard]] std::uint16_t port() const;

    /// Takes no more connections, closes idle ones, closes WebSockets with 1012 once their queues are written,
    /// lets requests under way finish with "Connection: close", cuts off what is left after `drain`, joins the threads.
    /// Blocks; not to be called on an I/O thread.
    void stop(std::chrono::milliseconds drain);

    /// Number of I/O threads.
    [[nodiscard]] unsigned threads() const;

    /// Runs `work(thread)` once on each I/O thread, soon. Any thread. Order is kept between calls from one thread.
    void each_thread(std::function<void(unsigned thread)> work);

    /// Runs `work` on one I/O thread, soon. Any thread.
    void post(unsigned thread, std::move_only_function<void()> work);

    /// The loop of one I/O thread, for timers and the like.
    [[nodiscard]] boost::asio::io_context& context(unsigned thread);

    /// Sum of all threads' counters. Any thread.
    [[nodiscard]] wire_totals totals() const;

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

}  // namespace parley::transport
