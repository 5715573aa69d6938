// Listening, spreading sockets over the I/O threads, and stopping.
#include "transport/http_server.hpp"

#include <algorithm>
#include <latch>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "transport/http_session.hpp"
#include "transport/io_thread.hpp"
#include "transport/problem.hpp"
#include "transport/seat_table.hpp"

namespace parley::transport {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp_acceptor = asio::basic_socket_acceptor<asio::ip::tcp, asio::io_context::executor_type>;

constexpr std::chrono::milliseconds accept_pause{100};     // when there are no descriptors or no memory
constexpr std::size_t most_turnings = 256;                 // connections at once that are told why they are refused
constexpr std::chrono::seconds come_back_in{10};           // nobody knows when there is room
constexpr std::chrono::milliseconds abort_patience{1000};  // for sessions that have been cut off to be gone

wire_totals& operator+=(wire_totals& sum, const wire_counters& part) {
    sum.connections_accepted += part.connections_accepted.get();
    sum.connections_open += part.connections_open.get();
    sum.websockets_opened += part.websockets_opened.get();
    sum.websockets_open += part.websockets_open.get();
    sum.connections_refused += part.connections_refused.get();
    sum.accept_errors += part.accept_errors.get();
    sum.tls_refused += part.tls_refused.get();
    for (std::size_t i = 0; i < sum.requests.size(); ++i) sum.requests[i] += part.requests[i].get();
    sum.messages_received += part.messages_received.get();
    sum.frames_sent += part.frames_sent.get();
    sum.bytes_written += part.bytes_written.get();
    sum.write_calls += part.write_calls.get();
    sum.slow_consumers += part.slow_consumers.get();
    return sum;
}

}  // namespace

struct http_server::parts {
    parts(http_options with, http_handler& by) : options(std::move(with)), handler(by) {
        for (unsigned i = 0; i < std::max(options.threads, 1u); ++i) {
            threads.push_back(std::make_unique<io_thread>(i, sessions, on_fault));
        }
    }

    [[nodiscard]] result<void> listen();
    void accept() noexcept;
    void accepted(error_code why, tcp_socket socket, unsigned thread);
    [[nodiscard]] std::optional<admission> admit(const tcp_socket& socket);
    [[nodiscard]] std::shared_ptr<const tls_context> tls_now() const;

    http_options options;
    http_handler& handler;
    io_thread::fault_sink on_fault = [this](std::string_view what) { handler.on_fault(what, {}); };
    census sessions;
    std::vector<std::unique_ptr<io_thread>> threads;
    // The acceptor and its timer live on thread 0.
    std::optional<tcp_acceptor> acceptor;
    std::optional<asio::steady_timer> retry;
    seat_table seats;     // of connections that are served
    seat_table turnings;  // of those that are told why they are not
    mutable std::mutex tls_guard;
    std::shared_ptr<const tls_context> tls = options.tls;
    std::uint16_t port = 0;
    unsigned next_thread = 0;
    bool running = false;
};

result<void> http_server::parts::listen() {
    const auto failed = [this](const error_code& why) {
        return failure(fault::unavailable, "listen_failed",
                       "Cannot listen on " + options.address + " port " + std::to_string(options.port) + ": " +
                           why.message() + ".");
    };
    error_code why;
    const auto address = asio::ip::make_address(options.address, why);
    if (why) return failed(why);
    const asio::ip::tcp::endpoint endpoint{address, options.port};
    acceptor.emplace(threads.front()->context());
    acceptor->open(endpoint.protocol(), why);
    if (!why) acceptor->set_option(tcp_acceptor::reuse_address{true}, why);
    if (!why) acceptor->bind(endpoint, why);
    if (!why) acceptor->listen(tcp_acceptor::max_listen_connections, why);
    if (why) return failed(why);
    port = acceptor->local_endpoint().port();
    retry.emplace(threads.front()->context());
    return {};
}

// Nothing when there are so many too many that not even an answer is to be had.
std::optional<admission> http_server::parts::admit(const tcp_socket& socket) {
    error_code gone;
    const auto peer = peer_address(socket, gone);
    const bool counted = !options.proxies.trusts(peer);
    const auto key = peer.counted_as();
    const std::string_view name(key.bytes().data(), key.bytes().size());
    const bool full = options.max_connections != 0 && seats.taken() >= options.max_connections;
    if (!full)
        if (auto seat = seats.take(name, counted ? options.max_connections_per_address : 0))
            return admission{.seat = std::move(*seat), .refused = {}};
    threads.front()->counters().connections_refused.add(1);
    auto seat = turnings.take({}, most_turnings);
    if (!seat) return std::nullopt;
    auto why =
        full ? refuse(503, fault::unavailable, "server_full", "The server has no room for more connections.")
             : refuse(429, fault::too_many, "too_many_connections", "Too many connections are open from this address.");
    why.why.retry_after = come_back_in;
    return admission{.seat = std::move(*seat), .refused = std::move(why)};
}

// Ends the process when there is no memory for that: a server that nobody can reach any more is better started again.
void http_server::parts::accept() noexcept {
    const auto thread = next_thread++ % static_cast<unsigned>(threads.size());
    acceptor->async_accept(
        threads[thread]->context().get_executor(),
        [this, thread](error_code why, tcp_socket socket) { accepted(why, std::move(socket), thread); });
}

void http_server::parts::accepted(error_code why, tcp_socket socket, unsigned thread) {
    if (!acceptor->is_open()) return;
    auto& counters = threads.front()->counters();
    if (!why) {
        counters.connections_accepted.add(1);
        accept();  // first, because the rest may find no memory
        auto let_in = admit(socket);
        if (!let_in) return;
        let_in->tls = tls_now();
        auto& home = *threads[thread];
        return asio::post(home.context(), [this, &home, socket = std::move(socket), by = std::move(*let_in)]() mutable {
            start_http(home, std::move(socket), options, handler, std::move(by));
        });
    }
    if (why == asio::error::connection_aborted) return accept();  // the peer gave up in the queue
    // No descriptors or no memory: asking again at once would only burn the processor.
    counters.accept_errors.add(1);
    retry->expires_after(accept_pause);
    retry->async_wait([this](error_code cancelled) {
        if (!cancelled && acceptor->is_open()) accept();
    });
}

std::shared_ptr<const tls_context> http_server::parts::tls_now() const {
    const std::lock_guard lock(tls_guard);
    return tls;
}

http_server::http_server(http_options options, http_handler& handler)
    : parts_(std::make_unique<parts>(std::move(options), handler)) {}

http_server::~http_server() { stop(std::chrono::milliseconds{0}); }

result<void> http_server::start() {
    if (auto listening = parts_->listen(); !listening) return listening;
    parts_->running = true;
    asio::post(parts_->threads.front()->context(), [parts = parts_.get()] { parts->accept(); });
    for (const auto& thread : parts_->threads) thread->start();
    return {};
}

void http_server::use_tls(std::shared_ptr<const tls_context> from_now_on) {
    const std::lock_guard lock(parts_->tls_guard);
    parts_->tls.swap(from_now_on);
}

std::uint16_t http_server::port() const { return parts_->port; }

unsigned http_server::threads() const { return static_cast<unsigned>(parts_->threads.size()); }

void http_server::stop(std::chrono::milliseconds drain) {
    if (!std::exchange(parts_->running, false)) return;
    asio::post(parts_->threads.front()->context(), [parts = parts_.get()] {
        error_code ignored;
        parts->acceptor->close(ignored);
        parts->retry->cancel();
    });
    each_thread([parts = parts_.get()](unsigned thread) { parts->threads[thread]->drain_sessions(); });
    if (!parts_->sessions.wait_until_empty(drain)) {
        each_thread([parts = parts_.get()](unsigned thread) { parts->threads[thread]->abort_sessions(); });
        parts_->sessions.wait_until_empty(abort_patience);
    }
    // Another turn, in which the sessions that have just ended let go of their sockets. Two steps, because what a
    // handler posts is queued only when it has ended, perhaps behind what we post here.
    std::latch turned{static_cast<std::ptrdiff_t>(parts_->threads.size())};
    each_thread([this, &turned](unsigned thread) { asio::post(context(thread), [&turned] { turned.count_down(); }); });
    turned.wait();
    for (const auto& thread : parts_->threads) thread->stop_and_join();
}

void http_server::each_thread(std::function<void(unsigned thread)> work) {
    const auto shared = std::make_shared<std::function<void(unsigned)>>(std::move(work));
    for (const auto& thread : parts_->threads) {
        thread->post([shared, index = thread->index()] { (*shared)(index); });
    }
}

void http_server::post(unsigned thread, std::move_only_function<void()> work) {
    parts_->threads[thread]->post(std::move(work));
}

asio::io_context& http_server::context(unsigned thread) { return parts_->threads[thread]->context(); }

wire_totals http_server::totals() const {
    wire_totals sum;
    for (const auto& thread : parts_->threads) sum += thread->counters();
    return sum;
}

}  // namespace parley::transport
