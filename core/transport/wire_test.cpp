// TLS as browsers, tools and attackers speak it, over a loopback socket.
#include "transport/wire.hpp"

#include <future>
#include <thread>

#include <gtest/gtest.h>
#include <sys/ioctl.h>

#include "transport/http_server.hpp"
#include "transport/testing/tls_client.hpp"

namespace parley::transport {
namespace {

using namespace std::chrono_literals;
using testing::eventually;
using testing::new_pair;
using testing::raw_client;
using testing::test_server;
using testing::tls_client;
using testing::tls_with;

constexpr std::string_view get = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr std::string_view last_get = "GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

http_options with_tls(const key_pair& pair, tls_version least = tls_version::one_two) {
    http_options made;
    made.tls = tls_with(pair, least);
    return made;
}

/// TLS of exactly this version.
tls_client::set_up only(int version) {
    return [version](SSL_CTX* on) {
        SSL_CTX_set_min_proto_version(on, version);
        SSL_CTX_set_max_proto_version(on, version);
    };
}

tls_client::set_up old_with(const char* ciphers) {
    return [ciphers](SSL_CTX* on) {
        only(TLS1_2_VERSION)(on);
        ASSERT_EQ(SSL_CTX_set_cipher_list(on, ciphers), 1);
    };
}

tls_client::set_up offering(std::string_view protocols) {
    return [protocols](SSL_CTX* on) {
        SSL_CTX_set_alpn_protos(on, reinterpret_cast<const unsigned char*>(protocols.data()),
                                static_cast<unsigned>(protocols.size()));
    };
}

class wire_test : public ::testing::Test {
protected:
    bool understands(const tls_client::set_up& wish) {
        tls_client client{on_.server.port(), wish};
        return client.shake_hands();
    }

    std::shared_ptr<const key_pair> pair_ = new_pair();
    test_server on_{with_tls(*pair_)};
};

TEST_F(wire_test, carries_requests_and_says_that_it_was_tls) {
    std::promise<carriage> came;
    on_.handler.on_request = [&](http_request request, http_answer answer) {
        came.set_value(request.came_by);
        answer({.headers = {}, .body = "hello"});
    };
    tls_client client{on_.server.port()};
    ASSERT_TRUE(client.shake_hands());
    EXPECT_EQ(SSL_version(client.native()), TLS1_3_VERSION);
    EXPECT_EQ(client.fingerprint(), pair_->fingerprint());
    client.send(last_get);
    const auto got = client.read_all();
    EXPECT_TRUE(got.ends_with("\r\n\r\nhello")) << got;
    EXPECT_TRUE(has(got, "Strict-Transport-Security: max-age="));
    EXPECT_TRUE(client.ended_politely());
    EXPECT_EQ(came.get_future().get(), carriage::tls);
}

TEST_F(wire_test, keeps_the_connection_for_more_requests) {
    tls_client client{on_.server.port(), only(TLS1_2_VERSION)};
    ASSERT_TRUE(client.shake_hands());
    for (int i = 0; i < 3; ++i) {
        client.send(get);
        EXPECT_TRUE(client.read_response().ends_with("ok"));
    }
    // Two at once: the second waits inside TLS, where no socket tells of it.
    client.send(std::string(get) + std::string(get));
    EXPECT_TRUE(client.read_response().ends_with("ok"));
    EXPECT_TRUE(client.read_response().ends_with("ok"));
    EXPECT_EQ(on_.server.totals().connections_accepted, 1u);
}

TEST_F(wire_test, refuses_what_is_no_longer_safe) {
    EXPECT_TRUE(understands(only(TLS1_3_VERSION)));
    EXPECT_TRUE(understands(only(TLS1_2_VERSION)));
    EXPECT_FALSE(understands(only(TLS1_1_VERSION)));
    EXPECT_FALSE(understands(only(TLS1_VERSION)));
    EXPECT_TRUE(understands(old_with("ECDHE-ECDSA-AES128-GCM-SHA256")));
    EXPECT_TRUE(understands(old_with("ECDHE-ECDSA-CHACHA20-POLY1305")));
    EXPECT_FALSE(understands(old_with("ECDHE-ECDSA-AES128-SHA")));
    EXPECT_FALSE(understands(old_with("ECDHE-ECDSA-AES256-SHA384")));
    EXPECT_FALSE(understands(old_with("AECDH-AES128-SHA:eNULL:aNULL@SECLEVEL=0")));
    EXPECT_TRUE(eventually([&] { return on_.server.totals().tls_refused == 5; }));
}

TEST(wire, weak_ciphers_of_rsa_are_refused_as_well) {
    const auto pem = parley::testing::self_signed({.name = "localhost", .good_for = 1h, .rsa_bits = 2048});
    const auto pair = key_pair::parse(pem.certificate, pem.key).value();
    test_server on{with_tls(*pair)};
    const auto understands = [&](const char* ciphers) {
        return tls_client{on.server.port(), old_with(ciphers)}.shake_hands();
    };
    EXPECT_TRUE(understands("ECDHE-RSA-AES256-GCM-SHA384"));
    EXPECT_FALSE(understands("AES128-SHA")) << "no forward secrecy";
    EXPECT_FALSE(understands("AES256-GCM-SHA384")) << "no forward secrecy";
    EXPECT_FALSE(understands("DHE-RSA-AES128-GCM-SHA256"));
    EXPECT_FALSE(understands("ECDHE-RSA-AES128-SHA256"));
}

TEST(wire, one_three_alone_when_that_is_wished) {
    const auto pair = new_pair();
    test_server on{with_tls(*pair, tls_version::one_three)};
    EXPECT_TRUE(tls_client(on.server.port()).shake_hands());
    EXPECT_FALSE(tls_client(on.server.port(), only(TLS1_2_VERSION)).shake_hands());
}

TEST_F(wire_test, speaks_http_1_1_and_nothing_else_above) {
    tls_client both{on_.server.port(), offering("\x02h2\x08http/1.1")};
    ASSERT_TRUE(both.shake_hands());
    const unsigned char* chosen = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(both.native(), &chosen, &size);
    EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(chosen), size), "http/1.1");
    EXPECT_FALSE(understands(offering("\x02h2")));
}

TEST_F(wire_test, does_not_negotiate_again) {
    tls_client client{on_.server.port(), only(TLS1_2_VERSION)};
    ASSERT_TRUE(client.shake_hands());
    SSL_renegotiate(client.native());
    client.send(get);
    client.read_response();
    EXPECT_NE(SSL_do_handshake(client.native()), 1);
}

TEST_F(wire_test, resumes_by_ticket_and_not_under_another_certificate) {
    SSL_SESSION* kept = nullptr;
    {
        tls_client first{on_.server.port(), only(TLS1_2_VERSION)};
        ASSERT_TRUE(first.shake_hands());
        kept = SSL_get1_session(first.native());
        SSL_shutdown(first.native());  // else OpenSSL's client takes the session for a broken one
    }
    const std::unique_ptr<SSL_SESSION, decltype(&SSL_SESSION_free)> session(kept, &SSL_SESSION_free);
    const auto resumed = [&] {
        tls_client again{on_.server.port(), only(TLS1_2_VERSION)};
        SSL_set_session(again.native(), session.get());
        EXPECT_TRUE(again.shake_hands());
        return SSL_session_reused(again.native()) == 1;
    };
    EXPECT_TRUE(resumed());
    on_.server.use_tls(tls_with(*new_pair()));
    EXPECT_FALSE(resumed());
}

TEST_F(wire_test, a_request_without_tls_is_told_so) {
    raw_client client{on_.server.port()};
    client.send("GET /secret HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto got = client.read_all();
    EXPECT_TRUE(got.starts_with("HTTP/1.1 400 ")) << got;
    EXPECT_TRUE(has(got, "tls_required"));
    EXPECT_FALSE(has(got, "Strict-Transport-Security"));
    EXPECT_EQ(on_.handler.answered, 0);
}

TEST_F(wire_test, bytes_of_no_meaning_end_the_connection) {
    for (const std::string_view bytes :
         {std::string_view("\x16\x03\x01\xff\xff", 5), std::string_view("\0\0\0\0\0\0\0\0", 8),
          std::string_view("SSH-2.0-x\r\n"), std::string_view("\x80\x2e\x01\x03\x01", 5)}) {
        raw_client client{on_.server.port()};
        client.send(bytes);
        client.socket().shutdown(boost::asio::ip::tcp::socket::shutdown_send);
        EXPECT_FALSE(has(client.read_all(), "HTTP"));
    }
    EXPECT_TRUE(eventually([&] { return on_.server.totals().connections_open == 0; }));
    EXPECT_EQ(on_.handler.faults, 0);
}

// The bytes that a client would send first.
std::string client_hello() {
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
    const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), &SSL_free);
    BIO* const out = BIO_new(BIO_s_mem());
    SSL_set_bio(ssl.get(), BIO_new(BIO_s_mem()), out);
    SSL_connect(ssl.get());
    char* bytes = nullptr;
    const auto size = BIO_get_mem_data(out, &bytes);
    return {bytes, static_cast<std::size_t>(size)};
}

TEST(wire, a_handshake_byte_by_byte_is_cut_off) {
    const auto pair = new_pair();
    auto options = with_tls(*pair);
    options.handshake_timeout = 300ms;
    test_server on{std::move(options)};
    raw_client client{on.server.port()};
    const auto began = std::chrono::steady_clock::now();
    // Each byte alone comes in time; all of them would take far longer than the whole handshake may.
    int sent = 0;
    for (const char byte : client_hello()) {
        client.send({&byte, 1});
        ++sent;
        std::this_thread::sleep_for(10ms);
        if (on.server.totals().connections_open == 0 && sent > 1) break;
    }
    EXPECT_TRUE(client.closed());
    EXPECT_LT(std::chrono::steady_clock::now() - began, 5s) << "all of the hello would take longer";
    raw_client silent{on.server.port()};
    EXPECT_TRUE(silent.closed());
    EXPECT_TRUE(eventually([&] { return on.server.totals().connections_open == 0; }));
}

TEST_F(wire_test, a_hello_in_pieces_is_understood) {
    raw_client client{on_.server.port()};
    client.socket().set_option(boost::asio::ip::tcp::no_delay{true});
    for (const char byte : client_hello()) client.send({&byte, 1});
    EXPECT_EQ(client.read(1), "\x16") << "the server's hello";
}

TEST_F(wire_test, another_certificate_is_for_those_who_come_later) {
    tls_client before{on_.server.port()};
    ASSERT_TRUE(before.shake_hands());
    const auto next = new_pair();
    on_.server.use_tls(tls_with(*next));
    tls_client after{on_.server.port()};
    ASSERT_TRUE(after.shake_hands());
    EXPECT_EQ(after.fingerprint(), next->fingerprint());
    EXPECT_EQ(before.fingerprint(), pair_->fingerprint());
    for (auto* one : {&before, &after}) {
        one->send(get);
        EXPECT_TRUE(one->read_response().ends_with("ok"));
    }
    on_.server.use_tls(nullptr);
    raw_client plain{on_.server.port()};
    plain.send(last_get);
    EXPECT_TRUE(plain.read_all().ends_with("ok"));
}

TEST_F(wire_test, large_bodies_go_both_ways_also_to_slow_readers) {
    on_.handler.on_request = [](http_request request, http_answer answer) {
        answer({.headers = {}, .body = std::move(request.body)});
    };
    std::string body;
    for (int i = 0; body.size() < 900'000; ++i) body += std::to_string(i) + ",";
    tls_client client{on_.server.port()};
    client.below().socket().set_option(boost::asio::socket_base::receive_buffer_size{64 * 1024});
    ASSERT_TRUE(client.shake_hands());
    for (int round = 0; round < 2; ++round) {
        client.send("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                    body);
        const auto got = client.read_response();
        EXPECT_TRUE(got.ends_with(body)) << got.size();
    }
}

TEST_F(wire_test, who_has_said_goodbye_is_still_answered) {
    std::promise<http_answer> asked;
    on_.handler.on_request = [&](http_request, http_answer answer) { asked.set_value(std::move(answer)); };
    tls_client client{on_.server.port()};
    ASSERT_TRUE(client.shake_hands());
    client.send(last_get);
    SSL_shutdown(client.native());
    client.below().socket().shutdown(boost::asio::ip::tcp::socket::shutdown_send);
    asked.get_future().get()({.headers = {}, .body = "late"});
    EXPECT_TRUE(client.read_all().ends_with("late"));
    EXPECT_TRUE(client.ended_politely());
}

TEST_F(wire_test, an_end_without_a_goodbye_is_no_end_of_a_request) {
    tls_client client{on_.server.port()};
    ASSERT_TRUE(client.shake_hands());
    client.send("POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    client.below().socket().shutdown(boost::asio::ip::tcp::socket::shutdown_send);
    EXPECT_EQ(client.read_all(), "");
    EXPECT_EQ(on_.handler.answered, 0);
}

TEST(wire, who_is_turned_away_is_told_over_tls) {
    const auto pair = new_pair();
    auto options = with_tls(*pair);
    options.max_connections_per_address = 1;
    test_server on{std::move(options)};
    tls_client first{on.server.port()};
    ASSERT_TRUE(first.shake_hands());
    tls_client second{on.server.port()};
    ASSERT_TRUE(second.shake_hands());
    EXPECT_TRUE(has(second.read_all(), "too_many_connections"));
}

TEST(wire, a_trusted_proxy_says_what_the_client_spoke_also_over_tls) {
    const auto pair = new_pair();
    auto options = with_tls(*pair);
    options.proxies.trusted.push_back(*ip_network::parse("127.0.0.1"));
    test_server on{std::move(options)};
    on.handler.on_request = [](http_request request, http_answer answer) {
        answer({.headers = {}, .body = request.came_by == carriage::tls ? "tls" : "plain"});
    };
    tls_client client{on.server.port()};
    ASSERT_TRUE(client.shake_hands());
    client.send(get);
    EXPECT_TRUE(client.read_response().ends_with("tls"));
    client.send("GET /a HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: http\r\n\r\n");
    EXPECT_TRUE(client.read_response().ends_with("plain"));
}

// --- WebSockets

constexpr std::string_view upgrading =
    "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

class echo final : public connection_handler {
public:
    explicit echo(std::promise<std::shared_ptr<connection>>& opened) : opened_(opened) {}
    void on_open(std::shared_ptr<connection> opened) override {
        connection_ = opened;
        opened_.set_value(std::move(opened));
    }
    void on_message(std::string_view text, std::move_only_function<void()>) override {
        connection_->send(make_frame(text));
    }
    void on_close(std::uint16_t) override { connection_.reset(); }

private:
    std::promise<std::shared_ptr<connection>>& opened_;
    std::shared_ptr<connection> connection_;
};

class wire_websocket : public wire_test {
protected:
    std::shared_ptr<connection> open(tls_client& client) {
        on_.handler.on_handshake = [this](http_request, upgrade asked) {
            asked.accept(std::make_unique<echo>(opened_));
        };
        EXPECT_TRUE(client.shake_hands());
        client.send(upgrading);
        EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 101 "));
        return opened_.get_future().get();
    }

    std::promise<std::shared_ptr<connection>> opened_;
};

TEST_F(wire_websocket, echoes_and_closes_politely) {
    tls_client client{on_.server.port()};
    const auto server_side = open(client);
    client.send({"\x81\x82\0\0\0\0hi", 8});
    EXPECT_EQ(client.read(4), "\x81\x02hi");
    server_side->post([server_side] { server_side->close(close_code::normal, ""); });
    EXPECT_EQ(client.read(4), std::string_view("\x88\x02\x03\xe8"));
    client.send({"\x88\x82\0\0\0\0\x03\xe8", 8});
    EXPECT_EQ(client.read_all(), "");
    EXPECT_TRUE(client.ended_politely());
    client.below().socket().close();
    EXPECT_TRUE(eventually([&] { return on_.server.totals().connections_open == 0; }));
}

TEST_F(wire_websocket, the_frames_of_one_turn_share_records_and_writes) {
    tls_client client{on_.server.port()};
    const auto server_side = open(client);
    const auto records_before = client.records();
    const auto writes_before = on_.server.totals().write_calls;
    std::string expected;
    std::vector<shared_frame> frames;
    for (int i = 0; i < 1000; ++i) {
        frames.push_back(make_frame("message number " + std::to_string(i)));
        expected += frames.back()->plain();
    }
    server_side->post([server_side, frames] {
        for (const auto& one : frames) server_side->send(one);
    });
    EXPECT_EQ(client.read(expected.size()), expected);
    // 20 KB are two records; OpenSSL's client counts each.
    EXPECT_LE(client.records() - records_before, 4);
    EXPECT_LE(on_.server.totals().write_calls - writes_before, 4u);
}

TEST_F(wire_websocket, a_reader_who_is_slow_loses_and_repeats_nothing) {
    tls_client client{on_.server.port()};
    client.below().socket().set_option(boost::asio::socket_base::receive_buffer_size{64 * 1024});
    const auto server_side = open(client);
    std::string expected;
    std::promise<std::size_t> queued;
    server_side->post([&] {
        // Less than the queue takes, more than the kernel does.
        for (int i = 0; i < 90; ++i) {
            const auto one = make_frame(std::string(10'000, static_cast<char>('a' + i % 26)));
            expected += one->plain();
            server_side->send(one);
        }
        queued.set_value(server_side->queued_bytes());
    });
    EXPECT_GT(queued.get_future().get(), 800'000u);
    EXPECT_EQ(client.read(expected.size()), expected);
}

TEST_F(wire_websocket, who_never_reads_is_cut_off_with_resume) {
    tls_client client{on_.server.port()};
    client.below().socket().set_option(boost::asio::socket_base::receive_buffer_size{64 * 1024});
    const auto server_side = open(client);
    const auto one = make_frame(std::string(60'000, 'x'));
    ASSERT_TRUE(eventually([&] {
        std::promise<void> turned;
        server_side->post([&] {
            for (int i = 0; i < 10; ++i) server_side->send(one);
            turned.set_value();
        });
        turned.get_future().get();
        return on_.server.totals().slow_consumers == 1;
    }));
    // Whole frames, and behind them the reason.
    for (std::string head = client.read(4); head != std::string_view("\x88\x08\x0f\xa1"); head = client.read(4)) {
        ASSERT_EQ(head + client.read(one->plain().size() - 4), one->plain());
    }
    EXPECT_EQ(client.read(6), "resume");
}

TEST_F(wire_websocket, key_updates_without_end_take_no_memory) {
    tls_client client{on_.server.port()};
    open(client);
    const auto flood = [&] {
        for (int i = 0; i < 100'000; ++i) {
            if (SSL_key_update(client.native(), SSL_KEY_UPDATE_REQUESTED) != 1) return;
            if (SSL_do_handshake(client.native()) != 1) return;
        }
    };
    flood();
    EXPECT_TRUE(eventually([&] { return on_.server.totals().connections_open == 0; }));
}

}  // namespace
}  // namespace parley::transport
