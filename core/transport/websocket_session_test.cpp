// Open WebSockets against Beast's own client, and against bytes that no decent client sends.
#include <atomic>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <random>

#include <gtest/gtest.h>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "base/testing/scarce_memory.hpp"
#include "transport/http_server.hpp"
#include "transport/test_server.hpp"
#include "transport/testing/client_frames.hpp"

namespace parley::transport {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;
using testing::close_frame;
using testing::eventually;
using testing::handshake;
using testing::masked;
using testing::raw_client;
using testing::test_server;

// What the server's side of one connection has seen; echoes messages unless told otherwise.
struct peer {
    std::function<void(connection&, std::string_view, std::move_only_function<void()>)> on_message =
        [](connection& on, std::string_view text, std::move_only_function<void()>) { on.send(make_frame(text)); };
    std::promise<std::shared_ptr<connection>> opened;
    std::promise<std::uint16_t> closed;
    std::atomic<int> messages{0};
    std::atomic<int> destroyed{0};

    std::shared_ptr<connection> connection_now() {
        auto got = opened.get_future();
        if (got.wait_for(10s) != std::future_status::ready) throw std::runtime_error("no connection");
        return got.get();
    }
    std::uint16_t close_code_now() {
        auto got = closed.get_future();
        return got.wait_for(10s) == std::future_status::ready ? got.get() : std::uint16_t{0};
    }
};

class peer_handler final : public connection_handler {
public:
    explicit peer_handler(peer& of) : of_(of) {}
    ~peer_handler() override { ++of_.destroyed; }
    void on_open(std::shared_ptr<connection> opened) override {
        connection_ = opened;
        of_.opened.set_value(std::move(opened));
    }
    void on_message(std::string_view text, std::move_only_function<void()> done) override {
        ++of_.messages;
        of_.on_message(*connection_, text, std::move(done));
    }
    void on_close(std::uint16_t code) override { of_.closed.set_value(code); }

private:
    peer& of_;
    std::shared_ptr<connection> connection_;
};

struct client : raw_client {
    explicit client(test_server& to) : raw_client(to.server.port()) {}
};

class websocket_session : public ::testing::Test {
protected:
    test_server& serve(websocket_limits limits = {}) {
        on_ = std::make_unique<test_server>(http_options{.threads = 1, .websocket = limits});
        on_->handler.on_handshake = [this](http_request, upgrade asked) {
            asked.accept(std::make_unique<peer_handler>(peer_));
        };
        return *on_;
    }

    // A raw client that is past the handshake.
    std::unique_ptr<client> raw(std::string_view extra = {}) {
        auto made = std::make_unique<client>(*on_);
        made->send(std::string{handshake} + std::string{extra} + "\r\n");
        response_ = made->read_response();
        EXPECT_TRUE(response_.starts_with("HTTP/1.1 101 ")) << response_;
        return made;
    }

    using beast_client = websocket::stream<asio::ip::tcp::socket>;

    beast_client connect(bool compression = false) {
        beast_client made{context_};
        made.next_layer().connect({asio::ip::make_address("127.0.0.1"), on_->server.port()});
        websocket::permessage_deflate deflate;
        deflate.client_enable = compression;
        made.set_option(deflate);
        made.handshake("x", "/ws");
        made.read_message_max(0);
        return made;
    }

    static std::string read(beast_client& from) {
        boost::beast::flat_buffer buffer;
        from.read(buffer);
        return boost::beast::buffers_to_string(buffer.data());
    }

    // Reads on until the server's close; its code.
    static std::uint16_t read_close(beast_client& from) {
        boost::beast::flat_buffer buffer;
        error_code why;
        while (!why) from.read(buffer, why);
        return from.reason().code;
    }

    wire_totals totals() { return on_->server.totals(); }

    peer peer_;
    std::string response_;
    asio::io_context context_;
    std::unique_ptr<test_server> on_;
};

TEST_F(websocket_session, answers_the_handshake_of_the_rfc) {
    serve();
    raw();
    EXPECT_NE(response_.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), std::string::npos);
    EXPECT_NE(response_.find("X-Request-Id: "), std::string::npos);
    EXPECT_EQ(response_.find("Sec-WebSocket-Extensions"), std::string::npos);
}

// One work takes the memory away, the next one gives it back.
TEST_F(websocket_session, says_all_or_ends_when_there_is_no_memory) {
    if (!parley::testing::memory_can_end) GTEST_SKIP() << "a sanitizer has the memory";
    serve();
    bool was_missing = true;
    std::size_t finds = 0;
    for (; was_missing; ++finds) {
        peer_.opened = {};
        peer_.closed = {};
        auto client = connect();
        const auto here = peer_.connection_now();
        const auto hello = make_frame("hello");
        std::promise<bool> back;
        here->post([&] {
            parley::testing::memory_ends_after(finds, parley::testing::want::lasting);
            for (int i = 0; i < 3; ++i) here->send(hello);
            here->close(close_code::normal, "that was all, and the reason has to be put somewhere, too");
        });
        here->post([&] { back.set_value(parley::testing::memory_is_back()); });
        was_missing = back.get_future().get();
        int heard = 0;
        boost::beast::flat_buffer buffer;
        error_code why;
        while (client.read(buffer, why) > 0) ++heard;
        EXPECT_TRUE(why);
        if (!was_missing) EXPECT_EQ(heard, 3);
        if (!was_missing) EXPECT_EQ(client.reason().code, close_code::normal);
        EXPECT_NE(peer_.close_code_now(), 0) << "the session has ended";
    }
    EXPECT_GT(finds, 3U);
    EXPECT_TRUE(eventually([this] { return totals().websockets_open == 0; }));
}

TEST_F(websocket_session, carries_texts_both_ways) {
    serve();
    auto client = connect();
    for (const std::size_t size : {1, 125, 126, 255, 256, 257, 1500, 5000, 60'000}) {
        const std::string text(size, 'x');
        client.write(asio::buffer(text));
        EXPECT_EQ(read(client), text);
    }
    client.write(asio::buffer("", 0));
    EXPECT_EQ(read(client), "");
    client.write(asio::buffer(std::string_view{"Grüße, 世界 👋"}));
    EXPECT_EQ(read(client), "Grüße, 世界 👋");
    EXPECT_EQ(totals().messages_received, 11u);
    client.close(websocket::close_code::normal);
    EXPECT_EQ(peer_.close_code_now(), 1000);
    EXPECT_TRUE(eventually([&] { return peer_.destroyed == 1 && totals().connections_open == 0; }));
    EXPECT_EQ(totals().websockets_open, 0u);
    EXPECT_EQ(totals().websockets_opened, 1u);
}

TEST_F(websocket_session, joins_fragments_and_answers_pings_between_them) {
    serve();
    const auto client = raw();
    client->send(masked(0x01, "one ") + masked(0x00, "") + masked(0x89, "p") + masked(0x00, "two ") +
                 masked(0x80, "three"));
    EXPECT_EQ(client->read(3), "\x8a\x01p");
    EXPECT_EQ(client->read(15), "\x81\x0done two three");
}

TEST_F(websocket_session, reads_what_came_right_behind_the_handshake) {
    serve();
    client early{*on_};
    early.send(std::string{handshake} + "\r\n" + masked(0x81, "early"));
    EXPECT_TRUE(early.read_response().starts_with("HTTP/1.1 101 "));
    EXPECT_EQ(early.read(7),
              "\x81\x05"
              "early");
}

TEST_F(websocket_session, compresses_for_those_who_asked) {
    serve();
    auto client = connect(true);
    const std::string text(5000, 'x');
    client.write(asio::buffer(text));  // compressed by Beast, too
    EXPECT_EQ(read(client), text);
    EXPECT_LT(totals().bytes_written, 1000u);
    client.write(asio::buffer(text));
    EXPECT_EQ(read(client), text);
    client.write(asio::buffer("short", 5));
    EXPECT_EQ(read(client), "short");
}

TEST_F(websocket_session, does_not_compress_for_others) {
    serve();
    auto client = connect(false);
    const std::string text(5000, 'x');
    client.write(asio::buffer(text));
    EXPECT_EQ(read(client), text);
    EXPECT_TRUE(eventually([&] { return totals().bytes_written > 5000u; }));
}

TEST_F(websocket_session, negotiates_compression_without_context) {
    serve();
    const auto client = raw("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n");
    EXPECT_NE(response_.find("permessage-deflate"), std::string::npos);
    EXPECT_NE(response_.find("server_no_context_takeover"), std::string::npos);
    EXPECT_NE(response_.find("client_no_context_takeover"), std::string::npos);
}

TEST_F(websocket_session, compresses_only_what_fits_a_small_window) {
    serve();
    const auto client = raw("Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=9\r\n");
    EXPECT_NE(response_.find("server_max_window_bits=9"), std::string::npos);
    client->send(masked(0x81, std::string(513, 'x')));
    EXPECT_EQ(client->read(4 + 513), std::string("\x81\x7e\x02\x01", 4) + std::string(513, 'x'));
    client->send(masked(0x81, std::string(512, 'x')));
    EXPECT_EQ(static_cast<unsigned char>(client->read(1).at(0)), 0xc1);
}

TEST_F(websocket_session, can_be_told_not_to_compress) {
    serve({.compression = false});
    raw("Sec-WebSocket-Extensions: permessage-deflate\r\n");
    EXPECT_EQ(response_.find("Sec-WebSocket-Extensions"), std::string::npos);
}

struct bad_bytes {
    std::string name;
    std::string bytes;
    std::uint16_t code;
    std::string extensions{};
    friend void PrintTo(const bad_bytes& of, std::ostream* to) { *to << of.name; }
};

class websocket_session_refuses : public websocket_session, public ::testing::WithParamInterface<bad_bytes> {};

TEST_P(websocket_session_refuses, with_the_right_code) {
    serve({.message_bytes = 10'000, .reads_per_message = 200, .control_frames_per_10s = 20});
    const auto client = raw(GetParam().extensions);
    client->send(GetParam().bytes);
    std::string got;
    // Pongs and the like may come before.
    while (got.size() < 4 || static_cast<unsigned char>(got[0]) != 0x88) {
        if (!got.empty()) client->read(static_cast<unsigned char>(got[1]));
        got = client->read(2);
        if (got.size() < 2) break;
        if (static_cast<unsigned char>(got[0]) == 0x88) got += client->read(static_cast<unsigned char>(got[1]));
    }
    ASSERT_GE(got.size(), 4u) << "ended without a close frame";
    EXPECT_EQ(got.substr(0, 4).substr(2), close_frame(GetParam().code).substr(2));
    EXPECT_EQ(peer_.messages, 0);
    client->socket().close();
    EXPECT_EQ(peer_.close_code_now(), GetParam().code);
}

std::string repeated(const std::string& part, int times) {
    std::string made;
    for (int i = 0; i < times; ++i) made += part;
    return made;
}

// Half a megabyte of zeros in 500 bytes: one block of a literal and copies of it.
std::string bomb() {
    // Beast's own deflate makes it, so that the test needs no second compressor.
    boost::beast::zlib::deflate_stream zip;
    const std::string zeros(1 << 19, 'z');
    std::string out(4096, '\0');
    boost::beast::zlib::z_params at;
    at.next_in = zeros.data();
    at.avail_in = zeros.size();
    at.next_out = out.data();
    at.avail_out = out.size();
    error_code why;
    zip.write(at, boost::beast::zlib::Flush::sync, why);
    out.resize(at.total_out - 4);
    return out;
}

INSTANTIATE_TEST_SUITE_P(
    , websocket_session_refuses,
    ::testing::Values(bad_bytes{"binary", masked(0x82, "x"), 1003},
                      bad_bytes{"bad_utf8", masked(0x81, "\xc3\x28"), 1007},
                      bad_bytes{"half_a_character", masked(0x81, "a\xc3"), 1007},
                      bad_bytes{"surrogate", masked(0x81, "\xed\xa0\x80"), 1007},
                      bad_bytes{"too_long", masked(0x81, std::string(10'001, 'x')), 1009},
                      bad_bytes{"says_64_megabytes", std::string("\x81\xff\0\0\0\0\x04\0\0\0\0\0\0\0", 14), 1009},
                      bad_bytes{"too_long_in_parts",
                                masked(0x01, std::string(6000, 'x')) + masked(0x80, std::string(6000, 'x')), 1009},
                      bad_bytes{"bomb", masked(0xc1, bomb()), 1009, "Sec-WebSocket-Extensions: permessage-deflate\r\n"},
                      bad_bytes{"many_fragments", masked(0x01, "x") + repeated(masked(0x00, "x"), 300), 1008},
                      bad_bytes{"many_empty_fragments", masked(0x01, "") + repeated(masked(0x00, ""), 60'000), 1008},
                      bad_bytes{"not_masked", std::string("\x81\x01x"), 1002},
                      bad_bytes{"reserved_bit", masked(0xa1, "x"), 1002},
                      bad_bytes{"compressed_without_asking", masked(0xc1, "x"), 1002},
                      bad_bytes{"reserved_opcode", masked(0x83, "x"), 1002},
                      bad_bytes{"continuation_of_nothing", masked(0x80, "x"), 1002},
                      bad_bytes{"message_inside_a_message", masked(0x01, "x") + masked(0x81, "y"), 1002},
                      bad_bytes{"fragmented_ping", masked(0x09, "x"), 1002},
                      bad_bytes{"long_ping", masked(0x89, std::string(126, 'x')), 1002},
                      bad_bytes{"ping_flood", repeated(masked(0x89, "x"), 200), 1008},
                      bad_bytes{"pong_flood", repeated(masked(0x8a, "x"), 200), 1008}),
    [](const auto& of) { return of.param.name; });

TEST_F(websocket_session, a_thousand_frames_of_one_turn_take_few_writes) {
    serve();
    auto client = connect();
    const auto connection = peer_.connection_now();
    connection->post([&] {
        for (int i = 0; i < 1000; ++i) connection->send(make_frame("event " + std::to_string(i)));
    });
    for (int i = 0; i < 1000; ++i) ASSERT_EQ(read(client), "event " + std::to_string(i));
    EXPECT_EQ(totals().frames_sent, 1000u);
    EXPECT_LE(totals().write_calls, 6u);  // one of them is the handshake
}

TEST_F(websocket_session, cuts_off_who_does_not_read_and_says_resume) {
    serve({.queue_bytes = 100'000});
    auto client = connect();
    const auto connection = peer_.connection_now();
    std::promise<void> cut;
    std::size_t most = 0;
    // More than the kernel's buffers can ever take, a little per turn, until the queue is over.
    std::function<void()> more = [&] {
        for (int i = 0; i < 20; ++i) {
            connection->send(make_frame(std::string(10'000, 'x')));
            most = std::max(most, connection->queued_bytes());
        }
        if (totals().slow_consumers > 0) return cut.set_value();
        connection->post(more);
    };
    connection->post(more);
    ASSERT_EQ(cut.get_future().wait_for(10s), std::future_status::ready);
    EXPECT_LE(most, 100'000u);
    // What was written before is whole, and then comes the reason.
    boost::beast::flat_buffer buffer;
    error_code why;
    for (;;) {
        buffer.clear();
        client.read(buffer, why);
        if (why) break;
        ASSERT_EQ(buffer.size(), 10'000u);
    }
    EXPECT_EQ(why, websocket::error::closed);
    EXPECT_EQ(client.reason().code, 4001);
    EXPECT_EQ(client.reason().reason, "resume");
    EXPECT_EQ(peer_.close_code_now(), 4001);
    EXPECT_EQ(totals().slow_consumers, 1u);
}

TEST_F(websocket_session, gives_up_on_who_never_reads_again) {
    serve({.queue_bytes = 100'000, .close_timeout = 100ms});
    const auto client = raw();
    const auto connection = peer_.connection_now();
    std::function<void()> more = [&] {
        for (int i = 0; i < 20; ++i) connection->send(make_frame(std::string(10'000, 'x')));
        if (totals().slow_consumers == 0) connection->post(more);
    };
    connection->post(more);
    EXPECT_EQ(peer_.close_code_now(), 4001);
    EXPECT_TRUE(eventually([&] { return totals().connections_open == 0; }));
}

TEST_F(websocket_session, pings_a_silent_client_and_then_lets_it_go) {
    serve({.idle_timeout = 100ms});
    const auto client = raw();
    EXPECT_EQ(client->read(2), std::string("\x89\x00", 2));
    EXPECT_TRUE(client->closed());
    EXPECT_EQ(peer_.close_code_now(), 1006);
}

TEST_F(websocket_session, keeps_a_client_that_answers_pings) {
    serve({.idle_timeout = 200ms});
    const auto client = raw();
    for (int pings = 0; pings < 4; ++pings) {  // twice the idle time
        ASSERT_EQ(client->read(2), std::string("\x89\x00", 2));
        client->send(masked(0x8a, ""));
    }
    client->send(masked(0x81, "still here"));
    EXPECT_EQ(client->read(12), "\x81\x0astill here");
}

TEST_F(websocket_session, stops_reading_while_enough_messages_are_under_way) {
    serve({.messages_under_way = 2});
    std::mutex guard;
    std::deque<std::move_only_function<void()>> pending;
    peer_.on_message = [&](connection&, std::string_view, std::move_only_function<void()> done) {
        const std::lock_guard lock{guard};
        pending.push_back(std::move(done));
    };
    const auto client = raw();
    for (int i = 0; i < 6; ++i) client->send(masked(0x81, "m"));
    ASSERT_TRUE(eventually([&] { return std::lock_guard{guard}, pending.size() == 2; }));
    // Two turns of the loop later there is still no third: the loop had every chance to read it.
    for (int turn = 0; turn < 2; ++turn) {
        std::promise<void> turned;
        on_->server.post(0, [&] { turned.set_value(); });
        turned.get_future().wait();
    }
    EXPECT_EQ(peer_.messages, 2);
    for (int released = 0; released < 6; ++released) {
        ASSERT_TRUE(eventually([&] { return peer_.messages >= std::min(6, released + 2); }));
        EXPECT_LE(peer_.messages, released + 2);
        ASSERT_TRUE(eventually([&] { return std::lock_guard{guard}, !pending.empty(); }));
        const std::lock_guard lock{guard};
        pending.front()();  // from this thread; the queue is popped to destroy what has been called
        pending.pop_front();
    }
}

TEST_F(websocket_session, a_message_whose_permit_is_dropped_counts_as_done) {
    serve({.messages_under_way = 1});
    peer_.on_message = [](connection&, std::string_view, std::move_only_function<void()>) {};
    const auto client = raw();
    for (int i = 0; i < 5; ++i) client->send(masked(0x81, "m"));
    EXPECT_TRUE(eventually([&] { return peer_.messages == 5; }));
}

TEST_F(websocket_session, an_exception_closes_with_1011_and_is_reported) {
    serve();
    peer_.on_message = [](connection&, std::string_view, std::move_only_function<void()>) {
        throw std::runtime_error("the secret is 42");
    };
    const auto client = raw();
    client->send(masked(0x81, "m"));
    EXPECT_EQ(client->read(18), close_frame(1011, "internal error"));
    EXPECT_TRUE(eventually([&] { return on_->handler.faults == 1; }));
    client->socket().close();
    EXPECT_EQ(peer_.close_code_now(), 1011);
}

TEST_F(websocket_session, writes_what_is_queued_before_it_closes) {
    serve();
    const auto client = raw();
    const auto connection = peer_.connection_now();
    connection->post([&] {
        connection->send(make_frame("last words"));
        connection->close(4000, "done");
        connection->send(make_frame("too late"));
        connection->close(4002, "again");
    });
    EXPECT_EQ(client->read(12), "\x81\x0alast words");
    EXPECT_EQ(client->read(8), close_frame(4000, "done"));
    client->send(masked(0x88, "\x0f\xa0"));
    EXPECT_TRUE(client->closed());
    client->socket().close();
    EXPECT_EQ(peer_.close_code_now(), 4000);
}

TEST_F(websocket_session, cuts_a_long_reason_between_characters) {
    serve();
    auto client = connect();
    const auto connection = peer_.connection_now();
    std::string reason = "x";
    while (reason.size() < 200) reason += "ä";
    connection->post([&] { connection->close(4000, reason); });
    EXPECT_EQ(read_close(client), 4000);
    EXPECT_EQ(std::string_view(client.reason().reason.data(), client.reason().reason.size()), reason.substr(0, 123));
}

TEST_F(websocket_session, ends_with_1006_when_the_socket_just_ends) {
    serve();
    const auto client = raw();
    client->socket().close();
    EXPECT_EQ(peer_.close_code_now(), 1006);
    EXPECT_TRUE(eventually([&] { return peer_.destroyed == 1; }));
}

TEST_F(websocket_session, a_stop_writes_what_is_queued_and_says_1012) {
    serve();
    const auto client = raw();
    const auto connection = peer_.connection_now();
    connection->post([&] { connection->send(make_frame("hint")); });
    std::jthread stopping{[&] { on_->server.stop(10s); }};
    EXPECT_EQ(client->read(6), "\x81\x04hint");
    EXPECT_EQ(client->read(11), close_frame(1012, "restart"));
    client->send(masked(0x88, "\x03\xf4"));
    EXPECT_TRUE(client->closed());
    client->socket().close();
    stopping.join();
    EXPECT_EQ(peer_.close_code_now(), 1012);
}

TEST_F(websocket_session, a_stop_answers_what_is_under_way_before_it_closes) {
    serve();
    std::promise<std::move_only_function<void()>> asked;
    peer_.on_message = [&](connection&, std::string_view, std::move_only_function<void()> done) {
        asked.set_value(std::move(done));
    };
    const auto client = raw();
    client->send(masked(0x81, "m"));
    auto done = asked.get_future().get();
    std::jthread stopping{[&] { on_->server.stop(10s); }};
    const auto connection = peer_.connection_now();
    // Behind the drain in the loop once the listening socket is gone.
    ASSERT_TRUE(eventually([&] {
        try {
            raw_client again{on_->server.port()};
            return false;
        } catch (const std::exception&) {
            return true;
        }
    }));
    connection->post([&, connection] {
        connection->send(make_frame("done"));
        done();
    });
    EXPECT_EQ(client->read(6),
              "\x81\x04"
              "done");
    EXPECT_EQ(client->read(11), close_frame(1012, "restart"));
    client->send(masked(0x88, "\x03\xf4"));
    client->socket().close();
    stopping.join();
    EXPECT_EQ(peer_.close_code_now(), 1012);
}

TEST_F(websocket_session, a_stop_cuts_off_who_does_not_answer_the_close) {
    serve();
    const auto client = raw();
    const auto connection = peer_.connection_now();
    on_->server.stop(50ms);
    EXPECT_EQ(peer_.close_code_now(), 1012);
    EXPECT_EQ(peer_.destroyed, 1);
}

TEST_F(websocket_session, can_be_refused_like_a_request) {
    serve();
    on_->handler.on_handshake = [](http_request request, upgrade asked) {
        EXPECT_EQ(request.header("authorization"), "Bearer nonsense");
        asked.refuse({.status = 401, .headers = {}, .body = "no"});
    };
    client stranger{*on_};
    stranger.send(std::string{handshake} + "Authorization: Bearer nonsense\r\n\r\n");
    const auto got = stranger.read_response();
    EXPECT_TRUE(got.starts_with("HTTP/1.1 401 "));
    EXPECT_TRUE(got.ends_with("no"));
}

TEST_F(websocket_session, judged_on_another_thread_and_with_a_subprotocol) {
    serve();
    std::promise<std::pair<http_request, upgrade>> asked;
    on_->handler.on_handshake = [&](http_request request, upgrade by) {
        asked.set_value({std::move(request), std::move(by)});
    };
    client late{*on_};
    late.send(std::string{handshake} + "Sec-WebSocket-Protocol: parley.1, token.abc\r\n\r\n");
    auto [request, decision] = asked.get_future().get();
    const auto offered = list_members(request.header("Sec-WebSocket-Protocol"));
    ASSERT_EQ(offered.size(), 2u);
    decision.accept(std::make_unique<peer_handler>(peer_), std::string{offered[0]});
    EXPECT_NE(late.read_response().find("Sec-WebSocket-Protocol: parley.1\r\n"), std::string::npos);
    late.send(masked(0x81, "x"));
    EXPECT_EQ(late.read(3), "\x81\x01x");
}

TEST_F(websocket_session, a_handshake_nobody_decides_becomes_500) {
    serve();
    on_->handler.on_handshake = [](http_request, upgrade) {};
    client forgotten{*on_};
    forgotten.send(std::string{handshake} + "\r\n");
    EXPECT_TRUE(forgotten.read_response().starts_with("HTTP/1.1 500 "));
}

TEST_F(websocket_session, another_version_and_a_bad_key_are_refused_before_the_handler_hears) {
    serve();
    on_->handler.on_handshake = [](http_request, upgrade) { FAIL(); };
    client old{*on_};
    old.send(
        "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 8\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    const auto got = old.read_response();
    EXPECT_TRUE(got.starts_with("HTTP/1.1 426 "));
    EXPECT_NE(got.find("Sec-WebSocket-Version: 13\r\n"), std::string::npos);
    client odd{*on_};
    odd.send(
        "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: x\r\n\r\n");
    EXPECT_TRUE(odd.read_response().starts_with("HTTP/1.1 400 "));
}

}  // namespace
}  // namespace parley::transport
