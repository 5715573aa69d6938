// One connected socket, plain or under TLS, as everything above it uses it.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <span>
#include <utility>

#include <sys/socket.h>
#include <boost/asio/append.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>

#include "transport/http_message.hpp"
#include "transport/io_thread.hpp"
#include "transport/tls_channel.hpp"

namespace parley::transport {

/// Meets Beast's and Asio's requirements of an AsyncStream. Lives on one I/O thread; may be moved while nothing is
/// under way. Plain, every operation is the socket's own behind one branch; under TLS the operations are erased, so
/// that nothing above exists twice. One read and one write at a time; send() and async_write_some() are not mixed.
class wire {
public:
    using executor_type = tcp_socket::executor_type;
    using completion = std::move_only_function<void(boost::system::error_code, std::size_t)>;
    using finished = std::move_only_function<void(boost::system::error_code)>;

    /// Plain.
    explicit wire(tcp_socket socket) : socket_(std::move(socket)) {}
    /// Under TLS from its first byte; async_handshake() comes before everything else.
    wire(tcp_socket socket, const tls_context& under)
        : socket_(std::move(socket)), tls_(std::make_unique<tls_channel>(under, socket_.native_handle())) {}

    [[nodiscard]] executor_type get_executor() noexcept { return socket_.get_executor(); }

    /// Below TLS: to wait, to cancel, and to read away what nobody wants.
    [[nodiscard]] tcp_socket& socket() { return socket_; }

    [[nodiscard]] carriage spoken() const { return tls_ ? carriage::tls : carriage::plain; }

    /// Only under TLS; `done` is called from the loop.
    void async_handshake(finished done);

    /// After a failed handshake: whether the peer speaks HTTP without TLS. Then forget_tls() lets it be answered so.
    [[nodiscard]] bool met_http() const { return tls_ && tls_->met_http(); }
    void forget_tls() { tls_.reset(); }

    /// `done(error_code)` when there may be something to read.
    template <class Handler>
    void async_wait_readable(Handler done) {
        if (tls_ && tls_->has_pending())
            boost::asio::post(get_executor(), boost::asio::append(std::move(done), boost::system::error_code{}));
        else
            socket_.async_wait(tcp_socket::wait_read, std::move(done));
    }

    template <class Buffers, class Handler>
    auto async_read_some(const Buffers& into, Handler&& handler) {
        return boost::asio::async_initiate<Handler, void(boost::system::error_code, std::size_t)>(
            [this](auto done, const Buffers& buffers) {
                if (!tls_) return socket_.async_read_some(buffers, std::move(done));
                read_encrypted(first_of(buffers), std::move(done), turn::first);
            },
            handler, into);
    }

    /// Under TLS it completes when what it took is with the kernel.
    template <class Buffers, class Handler>
    auto async_write_some(const Buffers& from, Handler&& handler) {
        return boost::asio::async_initiate<Handler, void(boost::system::error_code, std::size_t)>(
            [this](auto done, const Buffers& buffers) {
                if (!tls_) return socket_.async_write_some(buffers, std::move(done));
                write_encrypted(gather(buffers), std::move(done));
            },
            handler, from);
    }

    /// Sends what the socket takes now, without waiting. `bytes` is the sum of the pieces.
    [[nodiscard]] sent send(std::span<const iovec> pieces, std::size_t bytes) {
        return tls_ ? tls_->send(pieces) : send_plain(pieces, bytes);
    }
    /// How much one send() takes at most.
    [[nodiscard]] std::size_t most_at_once() const { return tls_ ? tls_channel::most_at_once : SIZE_MAX; }
    /// Whether something that send() took is not with the kernel yet; the next send(), even of nothing, goes on with
    /// it.
    [[nodiscard]] bool holds() const { return tls_ && tls_->holds(); }

    /// Tells the peer that nothing follows; what it sends can still be read.
    void end_sending(boost::system::error_code& why) {
        if (tls_) tls_->say_goodbye();
        socket_.shutdown(tcp_socket::shutdown_send, why);
    }

    void close() {
        if (tls_ && socket_.is_open()) tls_->say_goodbye();
        boost::system::error_code ignored;  // closing what is broken may say so; there is nothing left to do about it
        socket_.close(ignored);
    }

private:
    enum class turn : unsigned char { first = 1, later };
    struct gathered {
        std::array<iovec, 8> pieces{};
        std::size_t count = 0;
    };
    struct writing {
        gathered from;
        completion done;
        std::size_t taken = 0;
    };

    template <class Buffers>
    static boost::asio::mutable_buffer first_of(const Buffers& buffers) {
        const auto end = boost::asio::buffer_sequence_end(buffers);
        for (auto at = boost::asio::buffer_sequence_begin(buffers); at != end; ++at)
            if (const boost::asio::mutable_buffer one = *at; one.size() > 0) return one;
        return {};
    }

    template <class Buffers>
    static gathered gather(const Buffers& buffers) {
        gathered made;
        const auto end = boost::asio::buffer_sequence_end(buffers);
        for (auto at = boost::asio::buffer_sequence_begin(buffers); at != end && made.count < made.pieces.size();
             ++at) {
            const boost::asio::const_buffer one = *at;
            if (one.size() > 0) made.pieces[made.count++] = {const_cast<void*>(one.data()), one.size()};
        }
        return made;
    }

    [[nodiscard]] sent send_plain(std::span<const iovec> pieces, std::size_t wanted);
    void read_encrypted(boost::asio::mutable_buffer into, completion done, turn which);
    void write_encrypted(const gathered& from, completion done);
    void write_on(std::unique_ptr<writing> one);
    void shake_hands(finished done);

    tcp_socket socket_;
    std::unique_ptr<tls_channel> tls_;
};

}  // namespace parley::transport
