// The layer under Beast's websocket::stream: Beast's control frames and our shared frames leave through one queue.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <utility>

#include <boost/asio/append.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/websocket/teardown.hpp>

#include "transport/outbox.hpp"

namespace parley::transport {

/// Meets Beast's requirements of an AsyncStream; to Beast it is the lowest layer. One thread, like everything it uses.
class frame_stream {
public:
    using executor_type = tcp_socket::executor_type;

    /// Told, once, that Beast has read `read_limit` times without expect_message() in between, which an endless
    /// message of empty fragments does inside Beast, where nobody else can see it.
    using read_alarm = std::move_only_function<void()>;

    /// `read_before` is what the client sent behind its handshake request.
    frame_stream(std::shared_ptr<outbox> box, std::string read_before)
        : box_(std::move(box)), read_before_(std::move(read_before)) {}

    frame_stream(frame_stream&&) = default;
    frame_stream& operator=(frame_stream&&) = default;

    [[nodiscard]] executor_type get_executor() noexcept { return box_->line().get_executor(); }
    [[nodiscard]] outbox& box() { return *box_; }

    void on_read_limit(read_alarm alarm) { alarm_ = std::move(alarm); }
    void expect_message(unsigned read_limit) { reads_left_ = read_limit; }

    template <class Buffers, class Handler>
    auto async_read_some(const Buffers& into, Handler&& handler) {
        return boost::asio::async_initiate<Handler, void(boost::system::error_code, std::size_t)>(
            [this](auto completion, const Buffers& buffers) { this->read(std::move(completion), buffers); }, handler,
            into);
    }

    /// Completes when all of `from` is with the kernel.
    template <class Buffers, class Handler>
    auto async_write_some(const Buffers& from, Handler&& handler) {
        return boost::asio::async_initiate<Handler, void(boost::system::error_code, std::size_t)>(
            [this](auto completion, const Buffers& buffers) {
                std::string unit(boost::asio::buffer_size(buffers), '\0');
                boost::asio::buffer_copy(boost::asio::buffer(unit), buffers);
                this->box_->write(std::move(unit), std::move(completion));
            },
            handler, from);
    }

    /// Beast's way to close the lowest layer, for instance when time is over.
    friend void beast_close_socket(frame_stream& stream) { stream.box_->close(); }

    /// Beast's way to end the connection after the close frames. Its own for TCP stops after the first bytes that it
    /// reads away; closing with unread bytes resets the connection and takes our close frame back from the peer.
    template <class Handler>
    friend void async_teardown(boost::beast::role_type, frame_stream& stream, Handler&& handler) {
        boost::asio::async_initiate<Handler, void(boost::system::error_code)>(
            [](auto completion, std::shared_ptr<outbox> box) {
                boost::system::error_code gone;  // then reading says so, too
                box->line().end_sending(gone);
                read_away<decltype(completion)>{std::move(box), std::make_unique<leftover>(), std::move(completion)}({},
                                                                                                                     0);
            },
            handler, stream.box_);
    }

private:
    using leftover = std::array<char, 4096>;

    /// Reads until the peer ends, too. How long that may take is Beast's to decide: it closes the socket.
    template <class Completion>
    struct read_away {
        std::shared_ptr<outbox> box;
        std::unique_ptr<leftover> room;
        Completion completion;

        void operator()(boost::system::error_code why, std::size_t) {
            if (why) return std::move(completion)(why == boost::asio::error::eof ? boost::system::error_code{} : why);
            auto& socket = box->line().socket();  // what comes now, nobody wants to understand
            const auto into = boost::asio::buffer(*room);
            socket.async_read_some(into, std::move(*this));
        }
    };

    template <class Completion, class Buffers>
    void read(Completion completion, const Buffers& into) {
        if (reads_left_ > 0 && --reads_left_ == 0 && alarm_)
            boost::asio::post(get_executor(), std::exchange(alarm_, {}));
        if (read_before_.empty()) {
            box_->line().async_read_some(into, std::move(completion));
            return;
        }
        const auto copied = boost::asio::buffer_copy(into, boost::asio::buffer(read_before_));
        read_before_.erase(0, copied);
        if (read_before_.empty()) read_before_.shrink_to_fit();
        boost::asio::post(get_executor(),
                          boost::asio::append(std::move(completion), boost::system::error_code{}, copied));
    }

    std::shared_ptr<outbox> box_;
    std::string read_before_;
    read_alarm alarm_;
    unsigned reads_left_ = 0;
};

}  // namespace parley::transport
