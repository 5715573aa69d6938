// One open WebSocket: handshake, reading with backpressure, limits, and the way it ends.
#include "transport/websocket_session.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <new>
#include <optional>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <boost/beast/zlib/error.hpp>

#include "base/text.hpp"
#include "transport/frame_stream.hpp"

namespace parley::transport {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;
using steady = std::chrono::steady_clock;

constexpr std::size_t idle_buffer = 256;      // all that an idle connection keeps to read into
constexpr std::size_t largest_chunk = 16384;  // of a long message, per read
constexpr std::size_t longest_reason = 123;
constexpr std::uint16_t last_code = 4999;  // of those that there can be

std::atomic<std::uint64_t> last_id{0};

// Counts the peer's pings and pongs in windows of ten seconds.
class control_limit {
public:
    explicit control_limit(unsigned per_window) : per_window_(per_window) {}
    bool admit() {
        const auto now = steady::now();
        if (now - window_ > std::chrono::seconds{10}) {
            window_ = now;
            count_ = 0;
        }
        return ++count_ <= per_window_;
    }

private:
    steady::time_point window_{};
    unsigned per_window_;
    unsigned count_ = 0;
};

// Answers are compressed with a window as large as the payload, so a client with a smaller window still reads short
// ones.
std::size_t compressible_bytes(std::string_view extensions) {
    if (extensions.find("permessage-deflate") == std::string_view::npos) return 0;
    constexpr std::string_view parameter = "server_max_window_bits=";
    const auto at = extensions.find(parameter);
    if (at == std::string_view::npos) return std::size_t{1} << 15;
    const auto bits = std::atoi(extensions.data() + at + parameter.size());
    return bits >= 9 && bits < 15 ? std::size_t{1} << bits : 0;
}

// Cuts at the start of a character, so that the reason stays valid UTF-8.
std::string_view cut_reason(std::string_view reason) {
    if (reason.size() <= longest_reason) return reason;
    auto size = longest_reason;
    while (size > 0 && (static_cast<unsigned char>(reason[size]) & 0xc0) == 0x80) --size;
    return reason.substr(0, size);
}

class websocket_session final : public connection,
                                public open_session,
                                public std::enable_shared_from_this<websocket_session> {
public:
    websocket_session(io_thread& home, wire line, websocket_offer& offer, const websocket_limits& limits,
                      http_handler& server, std::unique_ptr<connection_handler> handler);

    void start(const websocket_offer& offer);

    std::uint64_t id() const override { return id_; }
    unsigned thread() const override { return thread_; }
    bool is_at_home() const override { return home().is_here(); }
    const std::string& remote() const override { return remote_; }
    void send(shared_frame message) override;
    void send(const shared_run& messages) override;
    void close(std::uint16_t code, std::string_view reason) override;
    std::size_t queued_bytes() const override { return box_ ? box_->queued_bytes() : 0; }
    void post(std::move_only_function<void()> work) override;

    void drain() override;
    void abort() override;

private:
    class permit;
    enum class phase : unsigned char { handshake = 1, open, closing, ended };

    void set_limits(const websocket_offer& offer);
    void opened(error_code why);
    void on_control(websocket::frame_type kind);
    void read();
    asio::mutable_buffer room();
    void watch_the_close();
    void say_not_inflatable();
    void received(error_code why, std::size_t size);
    void keep(std::size_t size);
    void deliver(std::string_view text);
    void release();
    void take_outcome(outbox::outcome made);
    void end(error_code why);
    std::uint16_t end_code(error_code why) const;

    template <class Call>
    void guarded(Call&& call);

    const std::uint64_t id_ = ++last_id;
    const unsigned thread_;
    std::shared_ptr<outbox> box_;
    std::optional<websocket::stream<frame_stream>> stream_;  // and box_: gone soon after the end
    const websocket_limits& limits_;
    http_handler& server_;
    std::unique_ptr<connection_handler> handler_;
    std::string remote_;
    std::string request_id_;
    seat_table::seat seat_;
    std::string message_;     // a message that did not come whole in one read
    std::size_t filled_ = 0;  // of message_
    unsigned reads_ = 0;      // for the message that is being read
    unsigned under_way_ = 0;
    std::uint16_t code_ = 0;  // with which we close, once we do
    phase phase_ = phase::handshake;
    bool paused_ = false;
    bool drained_ = false;  // reads no more, and closes when what is under way is done
    std::size_t compressible_ = 0;
    control_limit controls_;
    std::array<char, idle_buffer> small_;
};

// One message under way; ends when it is called or destroyed, on whatever thread.
class websocket_session::permit {
public:
    explicit permit(std::shared_ptr<websocket_session> of) : of_(std::move(of)) {}
    permit(permit&&) noexcept = default;
    permit& operator=(permit&&) = delete;
    ~permit() { (*this)(); }

    void operator()() {
        if (!of_) return;
        auto& home = of_->home();
        if (home.is_here()) {
            std::exchange(of_, {})->release();
        } else {
            asio::post(home.context(), [of = std::move(of_)] { of->release(); });
        }
    }

private:
    std::shared_ptr<websocket_session> of_;
};

websocket_session::websocket_session(io_thread& home, wire line, websocket_offer& offer, const websocket_limits& limits,
                                     http_handler& server, std::unique_ptr<connection_handler> handler)
    : open_session(home),
      thread_(home.index()),
      box_(std::make_shared<outbox>(home, std::move(line), limits.queue_bytes)),
      stream_(std::in_place, box_, std::move(offer.read_before)),
      limits_(limits),
      server_(server),
      handler_(std::move(handler)),
      remote_(std::move(offer.remote)),
      request_id_(std::move(offer.request_id)),
      seat_(std::move(offer.seat)),
      controls_(limits.control_frames_per_10s) {}

void websocket_session::set_limits(const websocket_offer& offer) {
    stream_->read_message_max(limits_.message_bytes);
    stream_->set_option(websocket::stream_base::timeout{limits_.close_timeout, limits_.idle_timeout, true});
    if (!limits_.compression) return;
    websocket::permessage_deflate deflate;
    deflate.server_enable = true;
    deflate.server_no_context_takeover = true;
    deflate.client_no_context_takeover = true;
    // Where the client lets us choose, its window, which is memory here, is a small one.
    if (offer.extensions.find("client_max_window_bits") != std::string::npos) deflate.client_max_window_bits = 12;
    deflate.memLevel = 1;  // Beast never compresses for us
    stream_->set_option(deflate);
}

void websocket_session::start(const websocket_offer& offer) {
    set_limits(offer);
    http::request<http::empty_body> request{http::verb::get, "/", 11};
    request.set(http::field::host, "parley");
    request.set(http::field::connection, "upgrade");
    request.set(http::field::upgrade, "websocket");
    request.set(http::field::sec_websocket_version, "13");
    request.set(http::field::sec_websocket_key, offer.key);
    if (!offer.extensions.empty()) request.set(http::field::sec_websocket_extensions, offer.extensions);
    const auto decorate = [&](websocket::response_type& response) {
        response.set(http::field::server, "parley");
        response.set("X-Request-Id", request_id_);
        if (!offer.subprotocol.empty()) response.set(http::field::sec_websocket_protocol, offer.subprotocol);
        const std::string extensions{response[http::field::sec_websocket_extensions]};
        compressible_ = compressible_bytes(extensions);
    };
    stream_->set_option(websocket::stream_base::decorator(decorate));
    stream_->async_accept(request, [self = shared_from_this()](error_code why) { self->opened(why); });
    // The response has been built; the decorator refers to what ends with this function.
    stream_->set_option(websocket::stream_base::decorator([](websocket::response_type&) {}));
}

void websocket_session::opened(error_code why) {
    if (why || phase_ != phase::handshake) {
        handler_.reset();
        box_->close();
        leave();
        return;
    }
    phase_ = phase::open;
    home().counters().websockets_opened.add(1);
    home().counters().websockets_open.add(1);
    stream_->next_layer().on_read_limit([weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->close(close_code::policy, "too many fragments");
    });
    stream_->control_callback([this](websocket::frame_type kind, beast::string_view) { on_control(kind); });
    guarded([this] { handler_->on_open(shared_from_this()); });
    if (home().draining()) drain();
    read();
}

void websocket_session::send(shared_frame message) {
    if (phase_ != phase::open) return;
    const auto bytes = message->payload().size() <= compressible_ ? message->deflated() : message->plain();
    home().counters().frames_sent.add(1);
    take_outcome(box_->push(std::move(message), bytes));
}

void websocket_session::send(const shared_run& messages) {
    // Where some are too long for the client's window and others are not, each for itself.
    if (compressible_ != 0 && messages->longest() > compressible_) return connection::send(messages);
    if (phase_ != phase::open) return;
    home().counters().frames_sent.add(static_cast<std::int64_t>(messages->frames().size()));
    take_outcome(box_->push(messages, compressible_ != 0 ? messages->deflated() : messages->plain()));
}

void websocket_session::take_outcome(outbox::outcome made) {
    if (made != outbox::outcome::overflow) return;
    home().counters().slow_consumers.add(1);
    close(close_code::resume, "resume");
}

void websocket_session::close(std::uint16_t code, std::string_view reason) {
    if (phase_ != phase::open) return;
    phase_ = phase::closing;
    code_ = code;
    const auto text = cut_reason(reason);
    websocket::close_reason sent{code};
    sent.reason.assign(text.data(), text.size());
    try {
        stream_->async_close(sent, [self = shared_from_this()](error_code why) { self->end(why); });
        watch_the_close();
    } catch (const std::bad_alloc&) {
        abort();  // no memory for a farewell: who waits for more has to see the end
    }
}

// Where the peer breaks a rule at the moment at which we close, Beast's reading and closing wait for each other for
// ever, also when its own time is over: it only closes the socket then.
void websocket_session::watch_the_close() {
    auto late = std::make_shared<asio::steady_timer>(home().context(), 2 * limits_.close_timeout);
    late->async_wait([late, weak = weak_from_this()](error_code why) {
        if (const auto self = weak.lock(); self && !why && self->phase_ != phase::ended) self->abort();
    });
}

void websocket_session::post(std::move_only_function<void()> work) {
    home().post([self = shared_from_this(), work = std::move(work)]() mutable { self->guarded(work); });
}

void websocket_session::drain() {
    if (phase_ == phase::handshake) return;  // opened() comes back here
    drained_ = true;
    // Who has asked for something is told what came of it first.
    if (under_way_ == 0) close(close_code::service_restart, "restart");
}

void websocket_session::abort() {
    if (box_) box_->close();
    // Where nothing is being read, nobody would notice.
    if (phase_ != phase::handshake) post([this] { end(asio::error::operation_aborted); });
}

void websocket_session::on_control(websocket::frame_type kind) {
    if (kind == websocket::frame_type::close) return;
    if (reads_ == 0) stream_->next_layer().expect_message(limits_.reads_per_message);
    if (controls_.admit()) return;
    // Not from within Beast's read, which has locks of its own in its hands.
    post([this] { close(close_code::policy, "too many pings"); });
}

void websocket_session::read() {
    if (phase_ != phase::open) return;
    guarded([this] {
        stream_->async_read_some(room(), [self = shared_from_this()](error_code why, std::size_t size) {
            self->guarded([&] { self->received(why, size); });
        });
    });
}

// An idle connection has the small buffer only; the rest of a longer message goes into a string that grows with it.
asio::mutable_buffer websocket_session::room() {
    if (reads_ == 0) {
        stream_->next_layer().expect_message(limits_.reads_per_message);
        return asio::buffer(small_);
    }
    const auto chunk = std::clamp(filled_, idle_buffer, largest_chunk);
    if (message_.size() < filled_ + chunk) message_.resize(filled_ + chunk);
    return asio::buffer(message_.data() + filled_, message_.size() - filled_);
}

// Beast gives a stream up without a word when what is compressed is none, or ends with a block that says it is the
// last.
void websocket_session::say_not_inflatable() {
    code_ = close_code::bad_text;
    constexpr std::string_view close_1007{"\x88\x02\x03\xef", 4};
    if (box_->push(nullptr, close_1007) == outbox::outcome::queued) box_->flush();
}

void websocket_session::received(error_code why, std::size_t size) {
    const bool inflates = why.category() != beast::zlib::make_error_code(beast::zlib::error::end_of_stream).category();
    if (why && !inflates && phase_ == phase::open) say_not_inflatable();
    if (why) return end(why);
    if (phase_ != phase::open || drained_) return;  // async_close reads the rest
    if (stream_->got_binary()) return close(close_code::unsupported_data, "text only");
    if (stream_->is_message_done() && reads_ == 0) {
        deliver({small_.data(), size});
    } else {
        keep(size);
        if (++reads_ > limits_.reads_per_message) return close(close_code::policy, "too many fragments");
        if (stream_->is_message_done()) {
            const auto whole = std::exchange(message_, {});
            const std::string_view text{whole.data(), std::exchange(filled_, 0)};
            reads_ = 0;
            // Where the last fragment is empty, Beast does not ask whether a character was cut short.
            if (size == 0 && !is_utf8(text)) return close(close_code::bad_text, "not UTF-8");
            deliver(text);
        }
    }
    if (under_way_ >= limits_.messages_under_way) {
        paused_ = true;
        return;
    }
    read();
}

void websocket_session::keep(std::size_t size) {
    if (reads_ == 0) message_.assign(small_.data(), size);
    filled_ += size;
}

void websocket_session::deliver(std::string_view text) {
    home().counters().messages_received.add(1);
    ++under_way_;
    guarded([&] { handler_->on_message(text, permit{shared_from_this()}); });
}

void websocket_session::release() {
    --under_way_;
    if (drained_) {
        if (under_way_ == 0) close(close_code::service_restart, "restart");
        return;
    }
    if (!std::exchange(paused_, false)) return;
    read();
}

// The border of a session: what its user throws ends this connection and nothing else.
template <class Call>
void websocket_session::guarded(Call&& call) {
    try {
        call();
    } catch (const std::exception& what) {
        server_.on_fault(what.what(), request_id_);
        close(close_code::internal_error, "internal error");
    }
}

void websocket_session::end(error_code why) {
    if (phase_ == phase::ended) return;
    const auto code = end_code(why);
    phase_ = phase::ended;
    box_->close();
    seat_ = {};  // whoever keeps this any longer does not keep the connection
    home().counters().websockets_open.subtract(1);
    const auto handler = std::move(handler_);
    guarded([&] { handler->on_close(code); });
    leave();  // before anything that needs memory: whoever lets go of this last may do it on another thread
    // This may be running inside the stream. Afterwards nothing here belongs to the thread any more, so that
    // whoever has kept the connection may let it go anywhere and at any time.
    post([this] {
        stream_.reset();
        box_.reset();
    });
}

std::uint16_t websocket_session::end_code(error_code why) const {
    if (code_ != 0) return code_;
    if (why == websocket::error::bad_frame_payload) return close_code::bad_text;
    if (why == websocket::error::message_too_big) return close_code::too_big;
    if (why == websocket::condition::protocol_violation) return close_code::protocol_error;
    const auto theirs = static_cast<std::uint16_t>(stream_->reason().code);
    if (theirs == websocket::close_code::none) return close_code::abnormal;
    // Beast takes codes from 5000 on, which nobody has defined.
    return theirs <= last_code ? theirs : close_code::protocol_error;
}

}  // namespace

void start_websocket(io_thread& home, wire line, websocket_offer offer, const websocket_limits& limits,
                     http_handler& server, std::unique_ptr<connection_handler> handler) {
    const auto session =
        std::make_shared<websocket_session>(home, std::move(line), offer, limits, server, std::move(handler));
    session->start(offer);
}

}  // namespace parley::transport
