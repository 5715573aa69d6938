// Reading requests with limits and deadlines, answering them in order.
// Peers can break one of Beast's assertions: see beast_assertion.cpp.
#define BOOST_ENABLE_ASSERT_DEBUG_HANDLER
#include "transport/http_session.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/read.hpp>

#include "base/empty_out.hpp"
#include "transport/http_head.hpp"
#include "transport/http_rules.hpp"
#include "transport/problem.hpp"
#include "transport/websocket_session.hpp"
#include "transport/wire.hpp"

namespace parley::transport {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using steady = std::chrono::steady_clock;

constexpr std::chrono::seconds linger_timeout{5};
constexpr std::chrono::seconds ask_again_in{5};       // after an answer that did not come in time
constexpr std::size_t piece_bytes = 256 * 1024;       // of a body that is streamed
constexpr std::size_t streaming_buffer = 128 * 1024;  // between socket and piece
constexpr std::size_t least_progress = 16 * 1024;     // within each body_timeout

constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";

refusal answer_overdue() {
    auto made = refuse(503, fault::unavailable, "timeout", "The request took too long; it may or may not be done.");
    made.why.retry_after = ask_again_in;
    return made;
}

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

class http_session final : public open_session, public std::enable_shared_from_this<http_session> {
public:
    http_session(io_thread& home, wire line, const http_options& options, http_handler& handler, seat_table::seat seat);

    void start(std::optional<refusal> refused);
    void drain() override;
    void abort() override { close(); }

private:
    class answer_ticket;
    class upgrade_ticket;
    class incoming;
    using streamed_parser = http::request_parser<http::buffer_body>;
    enum class phase : unsigned char {
        handshake = 1,
        idle,
        head,
        body,
        answering,
        streaming,
        writing,
        lingering,
        closed
    };

    void enter(phase next, steady::duration limit);
    void watch();
    void time_is_up();

    void begin(const std::optional<refusal>& refused);
    void shaken_hands(error_code why, const std::optional<refusal>& refused);
    void await_request();
    void read_head();
    void read_more_head();
    void got_head(error_code why);
    void read_body();
    void got_body(error_code why);
    http_request take_request(const http::fields& headers, std::string_view target);
    void dispatch();
    void dispatch_streamed();
    void hand_over(http_request request);

    void read_piece(std::uint64_t ticket, request_body::taker done);
    void fill_piece();
    void filled(error_code why, std::size_t read);
    void end_piece(result<std::string_view> with);

    void answer(std::uint64_t ticket, http_response response);
    void become_websocket(std::uint64_t ticket, std::unique_ptr<connection_handler> handler, std::string subprotocol);
    void refuse_and_close(const refusal& why);
    void write(http_response response);
    void written(error_code why);
    void send_next();
    void send_piece(result<std::string_view> piece);
    void record() const;
    void linger();
    void close();

    wire line_;
    const http_options& options_;
    http_handler& handler_;
    asio::basic_waitable_timer<steady, asio::wait_traits<steady>, asio::io_context::executor_type> timer_;
    steady::time_point deadline_{};
    beast::flat_buffer buffer_;
    std::optional<request_parser> parser_;
    seat_table::seat seat_;
    ip_address peer_;

    // The request under way.
    std::uint64_t ticket_ = 0;
    steady::time_point began_{};
    std::string method_;
    std::string path_;
    std::string request_id_;
    std::string remote_;  // the client, behind proxies or not
    carriage came_by_ = carriage::plain;
    websocket_offer offer_;
    std::string head_;
    http_response response_;
    std::uint64_t sent_ = 0;  // of a response's stream

    // A body that is streamed.
    std::optional<streamed_parser> streamed_;
    std::vector<char> piece_;
    std::size_t progress_ = 0;
    request_body::taker reader_;
    std::optional<error> broken_;  // why no more will come
    bool expects_ = false;         // waits for "100 Continue"

    phase phase_ = phase::idle;
    connection_fate fate_ = connection_fate::close;
    std::size_t head_bytes_ = 0;  // parsed of the head that is being read
    bool timed_out_ = false;
    bool refused_ = false;  // perhaps in the middle of the peer's sending
    bool turned_away_ = false;
};

// The right to answer one request, once; whoever loses it without using it has answered 500.
class http_session::answer_ticket {
public:
    answer_ticket(std::shared_ptr<http_session> of, std::uint64_t ticket) : of_(std::move(of)), ticket_(ticket) {}
    answer_ticket(answer_ticket&&) noexcept = default;
    answer_ticket& operator=(answer_ticket&&) = delete;
    ~answer_ticket() {
        if (!of_) return;
        try {
            give(problem({fault::internal, "unanswered", "The request was not answered.", {}}, of_->request_id_));
        } catch (const std::bad_alloc&) {
            // Without the ticket the session is over, and with it the connection; which only its own thread may end.
            if (of_ && !of_->home().is_here()) throw;
        }
    }

    void give(http_response response) {
        if (!of_) return;
        at_home([ticket = ticket_, response = std::move(response)](http_session& of) mutable {
            of.answer(ticket, std::move(response));
        });
    }

protected:
    /// On the session's thread, at once if this is it. Keeps the session when it throws anywhere else.
    template <class Work>
    void at_home(Work work) {
        auto& home = of_->home();
        if (home.is_here()) return work(*std::exchange(of_, {}));
        struct letter {
            std::shared_ptr<http_session> to;
            Work work;
        };
        const auto sent = std::make_shared<letter>(std::move(of_), std::move(work));
        try {
            home.post([sent] { sent->work(*std::exchange(sent->to, {})); });
        } catch (...) {
            of_ = std::move(sent->to);
            throw;
        }
    }

    std::shared_ptr<http_session> of_;
    std::uint64_t ticket_;
};

class http_session::upgrade_ticket final : public upgrade::decision, private answer_ticket {
public:
    using answer_ticket::answer_ticket;
    void accept(std::unique_ptr<connection_handler> handler, std::string subprotocol) override {
        at_home([ticket = ticket_, handler = std::move(handler),
                 subprotocol = std::move(subprotocol)](http_session& of) mutable {
            of.become_websocket(ticket, std::move(handler), std::move(subprotocol));
        });
    }
    void refuse(http_response answer) override { give(std::move(answer)); }
};

class http_session::incoming final : public request_body {
public:
    incoming(std::shared_ptr<http_session> of, std::uint64_t ticket, std::optional<std::uint64_t> length)
        : of_(std::move(of)), ticket_(ticket), length_(length) {}
    [[nodiscard]] std::optional<std::uint64_t> length() const override { return length_; }
    void read(taker done) override {
        asio::dispatch(of_->home().context(), [of = of_, ticket = ticket_, done = std::move(done)]() mutable {
            of->read_piece(ticket, std::move(done));
        });
    }

private:
    std::shared_ptr<http_session> of_;
    std::uint64_t ticket_;
    std::optional<std::uint64_t> length_;
};

http_session::http_session(io_thread& home, wire line, const http_options& options, http_handler& handler,
                           seat_table::seat seat)
    : open_session(home),
      line_(std::move(line)),
      options_(options),
      handler_(handler),
      timer_(home.context()),
      buffer_(options.header_bytes + 4096),
      seat_(std::move(seat)) {}

void http_session::start(std::optional<refusal> refused) {
    error_code why;
    peer_ = peer_address(line_.socket(), why);
    if (why) return;  // gone already
    remote_ = peer_.text();
    came_by_ = line_.spoken();
    line_.socket().set_option(asio::ip::tcp::no_delay{true}, why);
    if (line_.spoken() == carriage::plain) {
        begin(refused);
    } else {
        enter(phase::handshake, options_.handshake_timeout);
        line_.async_handshake([self = shared_from_this(), refused = std::move(refused)](error_code failed) {
            self->shaken_hands(failed, refused);
        });
    }
    watch();
}

void http_session::begin(const std::optional<refusal>& refused) {
    if (!refused) return await_request();
    turned_away_ = true;
    request_id_ = request_id_from({});
    refuse_and_close(*refused);
}

void http_session::shaken_hands(error_code why, const std::optional<refusal>& refused) {
    if (phase_ != phase::handshake) return;
    if (!why) return begin(refused);
    home().counters().tls_refused.add(1);
    if (!line_.met_http()) return close();
    line_.forget_tls();
    came_by_ = carriage::plain;
    begin(refuse(400, fault::invalid, "tls_required", "This port speaks HTTPS; the request came without TLS."));
}

// The timer is set once and looks, when it fires, whether the deadline has moved: moving it costs nothing.
void http_session::enter(phase next, steady::duration limit) {
    phase_ = next;
    deadline_ = steady::now() + limit;
    if (timer_.expiry() > deadline_) watch();
}

void http_session::watch() {
    timer_.expires_at(deadline_);
    timer_.async_wait([weak = weak_from_this()](error_code why) {
        const auto self = weak.lock();
        if (why || !self || self->phase_ == phase::closed) return;
        if (steady::now() >= self->deadline_) self->time_is_up();
        if (self->phase_ != phase::closed) self->watch();
    });
}

void http_session::time_is_up() {
    deadline_ = steady::time_point::max();
    switch (phase_) {
        case phase::head:
        case phase::body:
        case phase::streaming: {
            // got_head(), got_body() or filled() says so to the peer once the read has let go of the socket.
            error_code ignored;
            timed_out_ = true;
            line_.socket().cancel(ignored);
            return;
        }
        case phase::answering:
            return refuse_and_close(answer_overdue());
        default:
            return close();
    }
}

void http_session::await_request() {
    if (home().draining()) return close();
    parser_.reset();
    empty_out(piece_);  // not before: whoever takes the body may still look at what it was given last
    buffer_.max_size(std::max(options_.header_bytes + 4096, buffer_.size()));
    enter(phase::idle, options_.idle_timeout);
    if (buffer_.size() > 0) return read_head();
    buffer_.shrink_to_fit();
    line_.async_wait_readable([self = shared_from_this()](error_code why) {
        if (why || self->phase_ != phase::idle) return self->close();
        self->read_head();
    });
}

void http_session::read_head() {
    enter(phase::head, options_.header_timeout);
    // The next request through a proxy may be another client's.
    came_by_ = line_.spoken();
    if (!options_.proxies.trusted.empty()) remote_ = peer_.text();
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(options_.header_bytes));
    parser_->body_limit(boost::none);  // judge_head() and read_body() see to it
    head_bytes_ = 0;
    read_more_head();
}

// Beast limits each piece of a head that it parses and not their sum, so thousands of short headers would pass.
void http_session::read_more_head() {
    http::async_read_some(line_, buffer_, *parser_, [self = shared_from_this()](error_code why, std::size_t read) {
        self->head_bytes_ += read;
        if (!why && self->head_bytes_ > self->options_.header_bytes) why = http::error::header_limit;
        const bool more = !why && !self->timed_out_ && !self->parser_->is_header_done();
        more ? self->read_more_head() : self->got_head(why);
    });
}

void http_session::got_head(error_code why) {
    if (phase_ != phase::head) return;
    began_ = steady::now();
    request_id_ = request_id_from(why ? std::string_view{} : view(parser_->get()["X-Request-Id"]));
    method_ = view(parser_->get().method_string());
    if (timed_out_) {
        return refuse_and_close(refuse(408, fault::invalid, "timeout", "The headers took too long to arrive."));
    }
    if (why) {
        const auto reason = refusal_of(why, options_);
        return reason ? refuse_and_close(*reason) : close();
    }
    path_ = view(parser_->get().target());
    path_.resize(std::min(path_.size(), path_.find('?')));
    const bool streams = !parser_->is_done() && handler_.streams(method_, path_);
    const auto limit = streams ? std::numeric_limits<std::size_t>::max() : options_.body_bytes;
    if (const auto reason = judge_head(*parser_, limit)) return refuse_and_close(*reason);
    if (parser_->is_done()) return dispatch();
    if (streams) return dispatch_streamed();
    if (parser_->get().count(http::field::expect) == 0) return read_body();
    enter(phase::body, options_.body_timeout);
    asio::async_write(line_, asio::buffer(go_on), [self = shared_from_this()](error_code failed, std::size_t) {
        if (failed) return self->close();
        self->read_body();
    });
}

void http_session::read_body() {
    enter(phase::body, options_.body_timeout);
    parser_->body_limit(options_.body_bytes);
    http::async_read(line_, buffer_, *parser_,
                     [self = shared_from_this()](error_code why, std::size_t) { self->got_body(why); });
}

void http_session::got_body(error_code why) {
    if (phase_ != phase::body) return;
    if (timed_out_) {
        return refuse_and_close(refuse(408, fault::invalid, "timeout", "The body took too long to arrive."));
    }
    if (why) {
        const auto reason = refusal_of(why, options_);
        return reason ? refuse_and_close(*reason) : close();
    }
    dispatch();
}

http_request http_session::take_request(const http::fields& headers, std::string_view target) {
    http_request made;
    made.method = method_;
    made.target = target;
    for (const auto& field : headers) {
        made.headers.push_back({std::string{view(field.name_string())}, std::string{view(field.value())}});
    }
    const auto from = origin_of(peer_, made.headers, options_.proxies, line_.spoken());
    if (from.brought_by == bearer::trusted_proxy) remote_ = from.address.text();
    came_by_ = from.came_by;
    made.came_by = from.came_by;
    made.brought_by = from.brought_by;
    made.remote = remote_;
    made.request_id = request_id_;
    return made;
}

void http_session::dispatch() {
    const bool modern = parser_->get().version() == 11;
    fate_ = modern && parser_->get().keep_alive() ? connection_fate::keep : connection_fate::close;
    auto parsed = parser_->release();
    auto request = take_request(parsed, view(parsed.target()));
    request.body = std::move(parsed.body());
    parser_.reset();
    enter(phase::answering, options_.answer_timeout);
    ++ticket_;
    if (!modern || !wants_websocket(request)) return hand_over(std::move(request));
    if (const auto reason = judge_handshake(request)) return refuse_and_close(*reason);
    offer_ = {.key = std::string{request.header("Sec-WebSocket-Key")},
              .extensions = std::string{request.header("Sec-WebSocket-Extensions")},
              .subprotocol = {},
              .remote = remote_,
              .request_id = request_id_,
              .read_before = {},
              .seat = {}};
    // The border of a session: what the handler throws ends this request and nothing else.
    try {
        handler_.on_upgrade(std::move(request), upgrade{std::make_unique<upgrade_ticket>(shared_from_this(), ticket_)});
    } catch (const std::exception& what) {
        handler_.on_fault(what.what(), request_id_);
    }
}

void http_session::hand_over(http_request request) {
    // As above.
    try {
        handler_.handle(std::move(request), [by = answer_ticket{shared_from_this(), ticket_}](http_response r) mutable {
            by.give(std::move(r));
        });
    } catch (const std::exception& what) {
        handler_.on_fault(what.what(), request_id_);
    }
}

void http_session::dispatch_streamed() {
    const auto& head = parser_->get();
    fate_ = head.version() == 11 && head.keep_alive() ? connection_fate::keep : connection_fate::close;
    expects_ = head.count(http::field::expect) > 0;
    auto request = take_request(head, view(head.target()));
    const auto length = parser_->content_length();
    streamed_.emplace(std::move(*parser_));
    streamed_->body_limit(boost::none);
    broken_.reset();
    parser_.reset();
    buffer_.max_size(std::max(streaming_buffer, buffer_.size()));
    enter(phase::answering, options_.answer_timeout);
    request.stream = std::make_shared<incoming>(shared_from_this(), ++ticket_,
                                                length ? std::optional<std::uint64_t>(*length) : std::nullopt);
    hand_over(std::move(request));
}

void http_session::read_piece(std::uint64_t ticket, request_body::taker done) {
    if (ticket != ticket_ || phase_ != phase::answering || !streamed_)
        return done(failure(fault::unavailable, "body_broken", "The request is over."));
    if (broken_) return done(std::unexpected(*broken_));
    if (streamed_->is_done()) return done(std::string_view{});
    reader_ = std::move(done);
    progress_ = 0;
    enter(phase::streaming, options_.body_timeout);
    piece_.resize(piece_bytes);
    streamed_->get().body() = {.data = piece_.data(), .size = piece_.size(), .more = true};
    if (!std::exchange(expects_, false)) return fill_piece();
    asio::async_write(line_, asio::buffer(go_on), [self = shared_from_this()](error_code failed, std::size_t) {
        failed ? self->filled(failed, 0) : self->fill_piece();
    });
}

void http_session::fill_piece() {
    http::async_read_some(line_, buffer_, *streamed_,
                          [self = shared_from_this()](error_code why, std::size_t read) { self->filled(why, read); });
}

// Whoever sends at least a little in each while may go on; who does not holds a connection for nothing.
void http_session::filled(error_code why, std::size_t read) {
    if (phase_ != phase::streaming) return;
    const auto size = piece_.size() - streamed_->get().body().size;
    if (why == http::error::need_buffer) why = {};
    if (why || timed_out_) {
        // What came is handed over first.
        broken_ = timed_out_ ? error{fault::invalid, "timeout", "The body takes too long to arrive.", {}}
                             : error{fault::unavailable, "body_broken", "The body did not arrive.", {}};
        if (size > 0)
            end_piece(std::string_view(piece_.data(), size));
        else
            end_piece(std::unexpected(*broken_));
        if (timed_out_ && phase_ == phase::answering)
            refuse_and_close(refuse(408, fault::invalid, "timeout", "The body took too long to arrive."));
        return;
    }
    progress_ += read;
    if (progress_ >= least_progress) {
        progress_ = 0;
        enter(phase::streaming, options_.body_timeout);
    }
    if (!streamed_->is_done() && size < piece_.size() / 2) return fill_piece();
    end_piece(std::string_view(piece_.data(), size));
}

void http_session::end_piece(result<std::string_view> with) {
    enter(phase::answering, options_.answer_timeout);
    auto done = std::exchange(reader_, {});
    done(with);
}

void http_session::answer(std::uint64_t ticket, http_response response) {
    if (ticket != ticket_ || phase_ != phase::answering) return;
    if (home().draining()) fate_ = connection_fate::close;
    if (streamed_ && !streamed_->is_done()) {
        fate_ = connection_fate::close;
        refused_ = true;
    }
    write(std::move(response));
}

void http_session::become_websocket(std::uint64_t ticket, std::unique_ptr<connection_handler> handler,
                                    std::string subprotocol) {
    if (ticket != ticket_ || phase_ != phase::answering) return;
    offer_.subprotocol = std::move(subprotocol);
    offer_.seat = std::move(seat_);
    offer_.read_before = std::string{static_cast<const char*>(buffer_.data().data()), buffer_.size()};
    response_.status = 101;
    record();
    start_websocket(home(), std::move(line_), std::move(offer_), options_.websocket, handler_, std::move(handler));
    close();
}

void http_session::refuse_and_close(const refusal& why) {
    fate_ = connection_fate::close;
    refused_ = true;
    auto response = problem(why.status, why.why, request_id_);
    if (why.status == 426) response.headers.push_back({"Sec-WebSocket-Version", "13"});
    write(std::move(response));
}

void http_session::write(http_response response) {
    response_ = std::move(response);
    head_ = response_head(response_, request_id_, fate_, came_by_);
    enter(phase::writing, options_.write_timeout);
    streamed_.reset();
    sent_ = 0;
    const bool with_body = method_ != "HEAD" && may_have_body(response_.status);
    if (!with_body) response_.stream = nullptr;
    const std::array<asio::const_buffer, 2> pieces{asio::buffer(head_),
                                                   with_body ? asio::buffer(response_.body) : asio::const_buffer{}};
    asio::async_write(line_, pieces, [self = shared_from_this()](error_code why, std::size_t) { self->written(why); });
}

void http_session::written(error_code why) {
    if (phase_ != phase::writing) return;
    if (!why && response_.stream && sent_ < response_.stream->length()) return send_next();
    if (!turned_away_) record();
    empty_out(head_);
    empty_out(response_);
    if (why) return close();
    if (fate_ == connection_fate::keep) return await_request();
    if (refused_ || buffer_.size() > 0) return linger();
    close();
}

void http_session::send_next() {
    enter(phase::writing, options_.write_timeout);
    response_.stream->read([self = shared_from_this()](result<std::string_view> piece) {
        asio::dispatch(self->home().context(), [self, piece = std::move(piece)] { self->send_piece(piece); });
    });
}

// What cannot be read ends the connection: its length was promised.
void http_session::send_piece(result<std::string_view> piece) {
    if (phase_ != phase::writing) return;
    const auto left = response_.stream->length() - sent_;
    if (!piece || piece->empty() || piece->size() > left) return close();
    asio::async_write(line_, asio::buffer(*piece), [self = shared_from_this()](error_code why, std::size_t size) {
        self->sent_ += size;
        self->written(why);
    });
}

void http_session::record() const {
    const auto group = static_cast<std::size_t>(std::clamp(response_.status / 100, 1, 5));
    home().counters().requests[group].add(1);
    handler_.on_answered({.method = method_,
                          .path = path_,
                          .remote = remote_,
                          .request_id = request_id_,
                          .tenant = response_.tenant,
                          .status = response_.status,
                          .response_bytes = static_cast<std::size_t>(body_bytes(response_)),
                          .took = std::chrono::duration_cast<std::chrono::microseconds>(steady::now() - began_)});
}

// Closing with unread bytes would reset the connection and take the answer back from the peer: read them away first.
void http_session::linger() {
    error_code why;
    if (phase_ != phase::lingering) {
        enter(phase::lingering, linger_timeout);
        line_.end_sending(why);
        if (!why) line_.socket().non_blocking(true, why);
    }
    std::array<char, 16384> ignored;
    for (int turn = 0; turn < 16 && !why; ++turn) line_.socket().read_some(asio::buffer(ignored), why);
    if (why && why != asio::error::would_block) return close();
    line_.socket().async_wait(tcp_socket::wait_read, [self = shared_from_this()](error_code failed) {
        if (failed || self->phase_ != phase::lingering) return self->close();
        self->linger();
    });
}

void http_session::drain() {
    fate_ = connection_fate::close;
    if (phase_ == phase::idle || phase_ == phase::lingering || phase_ == phase::handshake) close();
}

void http_session::close() {
    if (phase_ == phase::closed) return;
    phase_ = phase::closed;
    line_.close();
    timer_.cancel();
    seat_ = {};  // also while an answer that nobody waits for is still being made
    leave();
    if (auto waiting = std::exchange(reader_, {}))
        waiting(failure(fault::unavailable, "body_broken", "The connection was closed."));
}

}  // namespace

ip_address peer_address(const tcp_socket& socket, error_code& gone) {
    const auto peer = socket.remote_endpoint(gone);
    if (gone) return {};
    return ip_address::parse(peer.address().to_string()).value_or(ip_address{});
}

void start_http(io_thread& home, tcp_socket socket, const http_options& options, http_handler& handler, admission by) {
    auto line = by.tls ? wire{std::move(socket), *by.tls} : wire{std::move(socket)};
    std::make_shared<http_session>(home, std::move(line), options, handler, std::move(by.seat))
        ->start(std::move(by.refused));
}

}  // namespace parley::transport
