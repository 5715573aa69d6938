// TLS on one non-blocking socket: what is read comes out plain, what is sent goes in plain.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include <sys/uio.h>
#include <boost/system/error_code.hpp>

#include "transport/tls_context.hpp"

struct ssl_st;

namespace parley::transport {

/// What became of bytes that were to be sent.
struct sent {
    std::size_t bytes = 0;  ///< taken, and never to be offered again
    bool full = false;      ///< the socket takes no more now
    boost::system::error_code why{};
};

/// One thread at a time. Nothing here waits: what the socket does not take is held, and everything else waits for that.
/// Keeps no buffers while nothing is under way.
class tls_channel {
public:
    /// How far a step came.
    enum class step : unsigned char {
        done = 1,
        wants_reading,  ///< again when the socket can be read
        ended,          ///< the peer has said that nothing follows
        failed          ///< for good; nothing more is sent
    };

    /// As the server; `socket` is not owned, and outlives this or is closed before.
    tls_channel(const tls_context& under, int socket);
    ~tls_channel();
    tls_channel(const tls_channel&) = delete;
    tls_channel& operator=(const tls_channel&) = delete;

    [[nodiscard]] step handshake();

    /// One record's worth at most.
    [[nodiscard]] step read(void* into, std::size_t room, std::size_t& got);

    /// Takes up to `most_at_once` bytes, packs them into records of 16 KiB and sends those with one call.
    [[nodiscard]] sent send(std::span<const iovec> pieces);
    static constexpr std::size_t most_at_once = 4 * 16384;

    /// Whether something that was sent is not with the kernel yet; flush() tries again. An error is for good.
    [[nodiscard]] bool holds() const { return !held_.empty(); }
    [[nodiscard]] boost::system::error_code flush();

    /// Whether bytes have been read from the socket that no read() has given out.
    [[nodiscard]] bool has_pending() const;

    /// After a failed handshake: the peer speaks HTTP without TLS.
    [[nodiscard]] bool met_http() const { return met_http_; }

    /// Tells the peer that nothing follows, as far as the socket takes it at once.
    void say_goodbye();

private:
    friend struct tls_channel_bio;
    [[nodiscard]] step step_of(int outcome);
    void push_out();

    std::unique_ptr<ssl_st, void (*)(ssl_st*)> ssl_;
    int socket_;
    std::string held_;
    bool established_ = false;
    bool broken_ = false;
    bool met_http_ = false;
};

}  // namespace parley::transport
