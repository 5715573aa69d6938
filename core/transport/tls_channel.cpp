// OpenSSL above a socket that never blocks it: what it writes is collected and leaves in one call.
#include "transport/tls_channel.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <boost/asio/error.hpp>

#include "base/empty_out.hpp"

namespace parley::transport {
namespace {

constexpr std::size_t record = 16384;
// A peer that makes us answer, by alerts for instance, and reads nothing must not make us keep the answers.
constexpr std::size_t most_held = 4 * tls_channel::most_at_once;

// What the step under way has written; empty between steps. One for a thread: no connection keeps a buffer for it.
std::string& outgoing() {
    thread_local std::string bytes;
    return bytes;
}

// Copies pieces one behind the other into records.
class packer {
public:
    explicit packer(std::span<const iovec> pieces) : pieces_(pieces) {}

    /// The next record's bytes; empty at the end. Valid until the next call.
    std::string_view next() {
        skip_finished();
        if (at_ == pieces_.size()) return {};
        if (rest().size() >= record) return take(rest().substr(0, record));
        filled_ = 0;
        while (at_ < pieces_.size() && filled_ < record) {
            const auto part = take(rest().substr(0, record - filled_));
            std::memcpy(room().data() + filled_, part.data(), part.size());
            filled_ += part.size();
            skip_finished();
        }
        return {room().data(), filled_};
    }

private:
    static std::array<char, record>& room() {
        thread_local std::array<char, record> bytes;
        return bytes;
    }
    [[nodiscard]] std::string_view rest() const {
        const auto& one = pieces_[at_];
        return {static_cast<const char*>(one.iov_base) + taken_, one.iov_len - taken_};
    }
    std::string_view take(std::string_view part) {
        taken_ += part.size();
        return part;
    }
    void skip_finished() {
        while (at_ < pieces_.size() && taken_ == pieces_[at_].iov_len) {
            ++at_;
            taken_ = 0;
        }
    }

    std::span<const iovec> pieces_;
    std::size_t at_ = 0;
    std::size_t taken_ = 0;  // of the piece at_
    std::size_t filled_ = 0;
};

boost::system::error_code broken() { return make_error_code(boost::system::errc::protocol_error); }

// Bytes that the socket took; -1 with errno. Never waits, never raises SIGPIPE.
ssize_t send_to(int socket, std::string_view bytes) {
    ssize_t size = 0;
    do size = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    while (size < 0 && errno == EINTR);
    return size;
}

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK; }

}  // namespace

/// What OpenSSL calls to reach the socket.
struct tls_channel_bio {
    static tls_channel& of(BIO* bio) { return *static_cast<tls_channel*>(BIO_get_data(bio)); }

    static int read(BIO* bio, char* into, int room) {
        BIO_clear_retry_flags(bio);
        ssize_t got = 0;
        do got = ::recv(of(bio).socket_, into, static_cast<std::size_t>(room), MSG_DONTWAIT);
        while (got < 0 && errno == EINTR);
        if (got < 0 && would_block()) BIO_set_retry_read(bio);
        return static_cast<int>(got);
    }

    static int write(BIO* bio, const char* bytes, int size) {
        BIO_clear_retry_flags(bio);
        if (of(bio).held_.size() + outgoing().size() > most_held) return -1;
        outgoing().append(bytes, static_cast<std::size_t>(size));
        return size;
    }

    static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

    static BIO_METHOD* make_method() {
        BIO_METHOD* const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "parley socket");
        if (made == nullptr) throw std::bad_alloc();
        BIO_meth_set_read(made, &read);
        BIO_meth_set_write(made, &write);
        BIO_meth_set_ctrl(made, &control);
        return made;
    }

    static BIO* make(tls_channel& above) {
        static BIO_METHOD* const method = make_method();
        BIO* const made = BIO_new(method);
        if (made == nullptr) throw std::bad_alloc();
        BIO_set_data(made, &above);
        BIO_set_init(made, 1);
        return made;
    }
};

tls_channel::tls_channel(const tls_context& under, int socket)
    : ssl_(SSL_new(under.native()), &SSL_free), socket_(socket) {
    if (!ssl_) throw std::bad_alloc();
    BIO* const bio = tls_channel_bio::make(*this);
    SSL_set_bio(ssl_.get(), bio, bio);
    SSL_set_accept_state(ssl_.get());
}

tls_channel::~tls_channel() = default;

tls_channel::step tls_channel::handshake() {
    ERR_clear_error();
    const auto came = step_of(SSL_do_handshake(ssl_.get()));
    established_ = came == step::done;
    return came;
}

tls_channel::step tls_channel::read(void* into, std::size_t room, std::size_t& got) {
    got = 0;
    if (broken_) return step::failed;
    ERR_clear_error();
    return step_of(SSL_read_ex(ssl_.get(), into, room, &got));
}

tls_channel::step tls_channel::step_of(int outcome) {
    const int why = outcome == 1 ? SSL_ERROR_NONE : SSL_get_error(ssl_.get(), outcome);
    met_http_ = why == SSL_ERROR_SSL && ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST;
    ERR_clear_error();
    push_out();  // also the alert that tells the peer what was wrong
    if (why == SSL_ERROR_NONE) return step::done;
    if (why == SSL_ERROR_WANT_READ) return step::wants_reading;
    if (why == SSL_ERROR_ZERO_RETURN) return step::ended;
    broken_ = true;
    return step::failed;
}

sent tls_channel::send(std::span<const iovec> pieces) {
    if (broken_) return {.why = broken()};
    if (const auto why = flush()) return {.why = why};
    if (holds()) return {.full = true};
    sent made;
    packer packed(pieces);
    while (made.bytes + record <= most_at_once) {
        const auto next = packed.next();
        if (next.empty()) break;
        std::size_t written = 0;
        ERR_clear_error();
        // Whole, because nothing below says that it has no room.
        if (SSL_write_ex(ssl_.get(), next.data(), next.size(), &written) != 1 || written != next.size()) {
            broken_ = true;
            outgoing().clear();
            return {.bytes = made.bytes, .why = broken()};
        }
        made.bytes += written;
    }
    push_out();
    if (broken_) made.why = broken();
    made.full = holds();
    return made;
}

boost::system::error_code tls_channel::flush() {
    if (held_.empty()) return {};
    const auto size = send_to(socket_, held_);
    if (size < 0 && would_block()) return {};
    if (size < 0) {
        broken_ = true;
        return {errno, boost::system::system_category()};
    }
    held_.erase(0, static_cast<std::size_t>(size));
    if (held_.empty()) empty_out(held_);
    return {};
}

// What has just been written goes out behind what is held, as far as there is room.
void tls_channel::push_out() {
    auto& bytes = outgoing();
    if (bytes.empty()) return;
    std::string_view rest = bytes;
    if (held_.empty()) {
        const auto size = send_to(socket_, rest);
        if (size < 0 && !would_block()) {
            broken_ = true;
            bytes.clear();
            return;
        }
        if (size > 0) rest.remove_prefix(static_cast<std::size_t>(size));
    }
    if (!rest.empty()) held_.append(rest);
    bytes.clear();
}

bool tls_channel::has_pending() const { return SSL_has_pending(ssl_.get()) == 1; }

void tls_channel::say_goodbye() {
    if (!established_ || broken_) return;
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
    push_out();
}

}  // namespace parley::transport
