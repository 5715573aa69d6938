// Waiting for the socket where TLS cannot go on.
#include "transport/wire.hpp"

#include <cerrno>
#include <cstdint>

#include <boost/asio/error.hpp>

namespace parley::transport {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

error_code error_of(tls_channel::step came) {
    switch (came) {
        case tls_channel::step::done:
        case tls_channel::step::wants_reading:
            return {};
        case tls_channel::step::ended:
            return asio::error::eof;
        case tls_channel::step::failed:
            break;
    }
    // Also for an end without a goodbye: somebody on the way could have made it.
    return asio::error::connection_reset;
}

}  // namespace

sent wire::send_plain(std::span<const iovec> pieces, std::size_t wanted) {
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(pieces.data());
    message.msg_iovlen = pieces.size();
    ssize_t size = 0;
    do size = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (size < 0 && errno == EINTR);
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return {.full = true};
    if (size < 0) return {.why = {errno, boost::system::system_category()}};
    const auto bytes = static_cast<std::size_t>(size);
    return {.bytes = bytes, .full = bytes < wanted};
}

void wire::async_handshake(finished done) {
    asio::post(get_executor(), [this, done = std::move(done)]() mutable { shake_hands(std::move(done)); });
}

void wire::shake_hands(finished done) {
    if (!socket_.is_open()) return done(asio::error::operation_aborted);
    auto why = tls_->flush();
    if (!why && !tls_->holds()) {
        const auto came = tls_->handshake();
        if (came != tls_channel::step::wants_reading) return done(error_of(came));
    }
    if (why) return done(why);
    const auto wanted = tls_->holds() ? tcp_socket::wait_write : tcp_socket::wait_read;
    socket_.async_wait(wanted, [this, done = std::move(done)](error_code failed) mutable {
        failed ? done(failed) : shake_hands(std::move(done));
    });
}

void wire::read_encrypted(asio::mutable_buffer into, completion done, turn which) {
    std::size_t got = 0;
    auto came = tls_channel::step::wants_reading;
    error_code why;
    // What has not been read from the socket yet is not there for sure: then one call less.
    if (into.size() == 0)
        came = tls_channel::step::done;
    else if (which == turn::later && !socket_.is_open())
        why = asio::error::operation_aborted;
    else if (which == turn::later || tls_->has_pending())
        came = tls_->read(into.data(), into.size(), got);
    if (!why && came == tls_channel::step::wants_reading) {
        socket_.async_wait(tcp_socket::wait_read, [this, into, done = std::move(done)](error_code failed) mutable {
            failed ? done(failed, 0) : read_encrypted(into, std::move(done), turn::later);
        });
        return;
    }
    if (!why) why = error_of(came);
    if (which == turn::later) return done(why, got);
    asio::post(get_executor(), asio::append(std::move(done), why, got));
}

void wire::write_encrypted(const gathered& from, completion done) {
    auto one = std::make_unique<writing>(from, std::move(done));
    asio::post(get_executor(), [this, one = std::move(one)]() mutable { write_on(std::move(one)); });
}

void wire::write_on(std::unique_ptr<writing> one) {
    if (!socket_.is_open()) return one->done(asio::error::operation_aborted, 0);
    error_code why;
    if (one->taken > 0) {
        why = tls_->flush();
    } else {
        const auto made = tls_->send(std::span(one->from.pieces).first(one->from.count));
        one->taken = made.bytes;
        why = made.why;
    }
    if (why) return one->done(why, 0);
    if (!tls_->holds()) return one->done({}, one->taken);
    socket_.async_wait(tcp_socket::wait_write, [this, one = std::move(one)](error_code failed) mutable {
        failed ? one->done(failed, 0) : write_on(std::move(one));
    });
}

}  // namespace parley::transport
