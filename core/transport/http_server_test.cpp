// Requests as browsers, tools and attackers send them, over a loopback socket.
#include "transport/http_server.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/resource.h>

#include "base/testing/sanitized.hpp"
#include "transport/test_server.hpp"

namespace parley::transport {
namespace {

using namespace std::chrono_literals;
using testing::eventually;
using testing::raw_client;
using testing::test_server;

constexpr std::string_view get = "GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n";

std::string post(std::string_view body) {
    return "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           std::string{body};
}

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

// Answers with what it was sent.
void echo(test_server& on) {
    on.handler.on_request = [](http_request request, http_answer answer) {
        answer({.content_type = "text/plain",
                .headers = {},
                .body = request.method + " " + request.target + " " + request.body});
    };
}

std::string answer_to(test_server& to, std::string_view bytes) {
    raw_client client{to.server.port()};
    client.send(bytes);
    return client.read_all();
}

TEST(http_server, keeps_the_connection_and_answers_in_order) {
    test_server on;
    echo(on);
    raw_client client{on.server.port()};
    client.send(std::string{get} + post("one") + post("two"));
    EXPECT_TRUE(client.read_response().ends_with("GET /a?b=c "));
    EXPECT_TRUE(client.read_response().ends_with("POST /p one"));
    EXPECT_TRUE(client.read_response().ends_with("POST /p two"));
    client.send(get);
    EXPECT_TRUE(client.read_response().ends_with("GET /a?b=c "));
    EXPECT_EQ(on.server.totals().connections_accepted, 1u);
}

TEST(http_server, answers_in_order_also_when_the_first_takes_longer) {
    test_server on;
    std::promise<http_answer> first;
    on.handler.on_request = [&](http_request request, http_answer answer) {
        if (request.body == "one") return first.set_value(std::move(answer));
        answer({.headers = {}, .body = "second"});
    };
    raw_client client{on.server.port()};
    client.send(post("one") + post("two"));
    first.get_future().get()({.headers = {}, .body = "first"});  // from this thread, not the server's
    EXPECT_TRUE(client.read_response().ends_with("first"));
    EXPECT_TRUE(client.read_response().ends_with("second"));
}

TEST(http_server, reads_a_request_that_comes_byte_by_byte) {
    test_server on;
    echo(on);
    raw_client client{on.server.port()};
    client.socket().set_option(boost::asio::ip::tcp::no_delay{true});
    for (const char byte : post("hello")) client.send({&byte, 1});
    EXPECT_TRUE(client.read_response().ends_with("POST /p hello"));
}

TEST(http_server, a_kept_connection_keeps_nothing_of_the_last_answer) {
    if (parley::testing::is_sanitized) GTEST_SKIP() << "a sanitizer's allocator does not tell how much is used";
    constexpr std::size_t size = 1 << 20;
    constexpr int connections = 20;
    test_server on{{.threads = 1}};
    on.handler.on_request = [](http_request, http_answer answer) {
        answer({.headers = {}, .body = std::string(size, 'x')});
    };
    const auto used = [] {
        const auto all = ::mallinfo2();
        return all.uordblks + all.hblkhd;
    };
    std::vector<std::unique_ptr<raw_client>> clients;
    const auto before = used();
    for (int i = 0; i < connections; ++i) {
        auto& one = *clients.emplace_back(std::make_unique<raw_client>(on.server.port()));
        one.send(get);
        ASSERT_GT(one.read_response().size(), size);
        one.forget();
    }
    EXPECT_TRUE(eventually([&] { return on.handler.answered == connections && used() < before + 4 * size; }))
        << used() - before;
    EXPECT_EQ(on.server.totals().connections_open, connections);
}

TEST(http_server, finds_headers_in_any_case_and_splits_the_target) {
    test_server on;
    std::promise<http_request> seen;
    on.handler.on_request = [&](http_request request, http_answer answer) {
        seen.set_value(request);
        answer({});
    };
    raw_client client{on.server.port()};
    client.send(
        "GET /x/%2e%2e/y?q=1?2 HTTP/1.1\r\nhOsT: x\r\nX-ReQuest-ID: abc.DEF-1_2\r\nACCEPT:  text/plain \r\n\r\n");
    EXPECT_TRUE(has(client.read_response(), "X-Request-Id: abc.DEF-1_2\r\n"));
    const auto request = seen.get_future().get();
    EXPECT_EQ(request.path(), "/x/%2e%2e/y");
    EXPECT_EQ(request.query(), "q=1?2");
    EXPECT_EQ(request.header("accept"), "text/plain");
    EXPECT_EQ(request.header("absent"), "");
    EXPECT_EQ(request.remote, "127.0.0.1");
    EXPECT_EQ(request.request_id, "abc.DEF-1_2");
}

TEST(http_server, replaces_a_request_id_that_could_do_harm) {
    test_server on;
    const auto got =
        answer_to(on, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Request-Id: a\" onload=b\r\n\r\n");
    EXPECT_TRUE(has(got, "X-Request-Id: "));
    EXPECT_FALSE(has(got, "onload"));
}

TEST(http_server, head_gets_the_headers_alone) {
    test_server on;
    echo(on);
    raw_client client{on.server.port()};
    client.send("HEAD /h HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const auto got = client.read_all();
    EXPECT_TRUE(has(got, "Content-Length: 8\r\n"));
    EXPECT_TRUE(got.ends_with("\r\n\r\n"));
}

TEST(http_server, sends_the_security_headers) {
    test_server on;
    const auto got = answer_to(on, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(has(got, "X-Content-Type-Options: nosniff\r\n"));
    EXPECT_TRUE(has(got, "Cache-Control: no-store\r\n"));
    EXPECT_TRUE(has(got, "Connection: close\r\n"));
}

TEST(http_server, reads_chunked_bodies) {
    test_server on;
    echo(on);
    raw_client client{on.server.port()};
    client.send("POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    EXPECT_TRUE(client.read_response().ends_with("POST /c abcde"));
}

TEST(http_server, refuses_ten_megabytes_from_the_headers_alone) {
    test_server on;
    raw_client client{on.server.port()};
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10485760\r\n\r\n");
    const auto got = client.read_all();
    EXPECT_TRUE(got.starts_with("HTTP/1.1 413 "));
    EXPECT_TRUE(has(got, "application/problem+json"));
    EXPECT_TRUE(has(got, "\"code\":\"body_too_large\""));
    EXPECT_TRUE(has(got, "Connection: close\r\n"));
}

TEST(http_server, the_refusal_reaches_a_client_that_goes_on_sending) {
    test_server on;
    raw_client client{on.server.port()};
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10485760\r\n\r\n");
    client.send(std::string(1 << 20, 'x'));
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 413 "));
}

TEST(http_server, refuses_chunks_that_grow_over_the_limit) {
    test_server on{{.body_bytes = 1000, .websocket = {}}};
    raw_client client{on.server.port()};
    client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 20; ++i) client.send("40\r\n" + std::string(64, 'x') + "\r\n");
    EXPECT_TRUE(client.read_all().starts_with("HTTP/1.1 413 "));
}

TEST(http_server, a_body_of_exactly_the_limit_passes) {
    test_server on{{.body_bytes = 1000, .websocket = {}}};
    raw_client client{on.server.port()};
    client.send(post(std::string(1000, 'x')));
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 200 "));
    client.send(post(std::string(1001, 'x')));
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 413 "));
}

struct bad_request {
    std::string name;
    std::string bytes;
    std::string status;
    friend void PrintTo(const bad_request& of, std::ostream* to) { *to << of.name; }
};

class http_server_refuses : public ::testing::TestWithParam<bad_request> {};

TEST_P(http_server_refuses, and_closes) {
    test_server on;
    std::atomic<int> handled{0};
    on.handler.on_request = [&](http_request, http_answer answer) {
        ++handled;
        answer({});
    };
    const auto got = answer_to(on, GetParam().bytes);
    EXPECT_TRUE(got.starts_with("HTTP/1.1 " + GetParam().status)) << got;
    EXPECT_TRUE(has(got, "Connection: close\r\n"));
    EXPECT_TRUE(has(got, "\"request_id\""));
    EXPECT_EQ(got.find("Content-Length: "), got.rfind("Content-Length: ")) << "a second answer: smuggled";
    EXPECT_EQ(handled, 0);
}

const std::string host = "Host: x\r\n";
const std::string post_line = "POST / HTTP/1.1\r\nHost: x\r\n";

INSTANTIATE_TEST_SUITE_P(
    , http_server_refuses,
    ::testing::Values(
        bad_request{"two_lengths", post_line + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", "400"},
        bad_request{"equal_lengths", post_line + "Content-Length: 1\r\nContent-Length: 1\r\n\r\na", "400"},
        bad_request{"length_list", post_line + "Content-Length: 1, 1\r\n\r\na", "400"},
        bad_request{"negative_length", post_line + "Content-Length: -1\r\n\r\n", "400"},
        bad_request{"huge_length", post_line + "Content-Length: 99999999999999999999999\r\n\r\n", "400"},
        bad_request{"length_then_chunks",
                    post_line + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"},
        bad_request{"chunks_then_length",
                    post_line + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n", "400"},
        bad_request{"two_encodings",
                    post_line + "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "501"},
        bad_request{"other_encoding", post_line + "Transfer-Encoding: gzip\r\n\r\n", "501"},
        bad_request{"chunked_twice", post_line + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", "501"},
        bad_request{"obscured_encoding", post_line + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", "501"},
        bad_request{"space_before_colon", post_line + "Content-Length : 1\r\n\r\na", "400"},
        bad_request{"chunk_of_nonsense", post_line + "Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n", "400"},
        bad_request{"chunk_of_2_to_the_64",
                    post_line + "Transfer-Encoding: chunked\r\n\r\n10000000000000001\r\na\r\n0\r\n\r\n", "400"},
        bad_request{"chunk_without_end", post_line + "Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n", "400"},
        bad_request{"bare_lf", "GET / HTTP/1.1\nHost: x\n\n", "400"},
        bad_request{"bare_lf_in_headers", "GET / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n", "400"},
        bad_request{"bare_cr_in_headers", "GET / HTTP/1.1\r\nHost: x\rA: b\r\n\r\n", "400"},
        bad_request{"nul_in_header", "GET / HTTP/1.1\r\nHost: x\r\nA: b" + std::string(1, '\0') + "\r\n\r\n", "400"},
        bad_request{"no_host", "GET / HTTP/1.1\r\n\r\n", "400"},
        bad_request{"two_hosts", "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "400"},
        bad_request{"absolute_target", "GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
        bad_request{"authority_target", "CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
        bad_request{"target_not_ascii", "GET /\xc3\xa4 HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
        bad_request{"version_2", "GET / HTTP/2.0\r\nHost: x\r\n\r\n", "400"},
        bad_request{"version_0_9", "GET /\r\n\r\n", "400"},
        bad_request{"tls_hello", "\x16\x03\x01\x02\x05\x01 x\r\n\r\n", "400"},
        bad_request{"other_expectation", post_line + "Content-Length: 1\r\nExpect: a-miracle\r\n\r\n", "417"},
        bad_request{"ten_thousand_headers",
                    "GET / HTTP/1.1\r\nHost: x\r\n" +
                        [] {
                            std::string many;
                            for (int i = 0; i < 10'000; ++i) many += "A: b\r\n";
                            return many;
                        }() +
                        "\r\n",
                    "431"},
        bad_request{"endless_header", "GET / HTTP/1.1\r\nHost: " + std::string(100'000, 'x'), "431"},
        bad_request{"endless_target", "GET /" + std::string(100'000, 'x'), "431"}),
    [](const auto& of) { return of.param.name; });

const std::string chunked = post_line + "Transfer-Encoding: chunked\r\n\r\n";
const std::string hidden = "GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n";

// What another server in front of this one may read differently: refused, and nothing behind it is a request.
INSTANTIATE_TEST_SUITE_P(
    smuggled, http_server_refuses,
    ::testing::Values(
        bad_request{"length_with_a_plus", post_line + "Content-Length: +5\r\n\r\nhello" + hidden, "400"},
        bad_request{"length_in_hexadecimal", post_line + "Content-Length: 0x5\r\n\r\nhello" + hidden, "400"},
        bad_request{"length_with_a_space_inside", post_line + "Content-Length: 1 0\r\n\r\nhello" + hidden, "400"},
        bad_request{"length_of_nothing", post_line + "Content-Length: \r\n\r\n" + hidden, "400"},
        bad_request{"length_over_64_bits", post_line + "Content-Length: 18446744073709551621\r\n\r\nhello" + hidden,
                    "400"},
        bad_request{"length_and_another_name_for_it",
                    post_line + "Content-Length: 0\r\nContent-Length\t: 52\r\n\r\n" + hidden, "400"},
        bad_request{"chunks_of_http_1_0",
                    "POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden, "400"},
        bad_request{"encoding_with_a_vertical_tab",
                    post_line + "Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n" + hidden, "400"},
        bad_request{"encoding_with_a_parameter", post_line + "Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n" + hidden,
                    "501"},
        bad_request{"encoding_and_identity",
                    post_line + "Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n" + hidden, "501"},
        bad_request{"encoding_in_quotes", post_line + "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n" + hidden,
                    "501"},
        bad_request{"encoding_of_nothing", post_line + "Transfer-Encoding: \r\n\r\n" + hidden, "501"},
        bad_request{"encoding_behind_a_folded_line",
                    post_line + "A: b\r\n Transfer-Encoding: x\r\nTransfer-Encoding: y\r\n\r\n0\r\n\r\n" + hidden,
                    "501"},
        bad_request{"chunk_with_0x", chunked + "0x5\r\nhello\r\n0\r\n\r\n" + hidden, "400"},
        bad_request{"chunk_with_a_plus", chunked + "+5\r\nhello\r\n0\r\n\r\n" + hidden, "400"},
        bad_request{"chunk_with_a_minus", chunked + "-5\r\nhello\r\n0\r\n\r\n" + hidden, "400"},
        bad_request{"chunk_without_a_size", chunked + "\r\nhello\r\n0\r\n\r\n" + hidden, "400"},
        bad_request{"chunk_that_ends_with_a_line_feed", chunked + "5\nhello\r\n0\r\n\r\n" + hidden, "400"},
        bad_request{"chunk_whose_data_end_with_a_line_feed", chunked + "5\r\nhello\n0\r\n\r\n" + hidden, "400"},
        bad_request{"chunk_extension_with_a_line_feed", chunked + "5;a\nb\r\nhello\r\n0\r\n\r\n" + hidden, "400"},
        bad_request{"chunk_extension_with_a_carriage_return", chunked + "5;a\rb\r\nhello\r\n0\r\n\r\n" + hidden, "400"},
        bad_request{"chunk_longer_than_its_size", chunked + "2\r\nhello\r\n0\r\n\r\n" + hidden, "400"},
        bad_request{"last_chunk_that_ends_with_a_line_feed", chunked + "0\n\n" + hidden, "400"},
        bad_request{"header_without_a_colon", "GET / HTTP/1.1\r\nHost: x\r\nA\r\n\r\n" + hidden, "400"},
        bad_request{"header_without_a_name", "GET / HTTP/1.1\r\nHost: x\r\n: b\r\n\r\n" + hidden, "400"},
        bad_request{"header_with_a_space_in_front", "GET / HTTP/1.1\r\n Host: x\r\n\r\n" + hidden, "400"},
        bad_request{"header_with_a_tab_in_its_name", "GET / HTTP/1.1\r\nHost: x\r\nA\tB: c\r\n\r\n" + hidden, "400"},
        bad_request{"header_whose_name_ends_with_nul",
                    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length" + std::string(1, '\0') + ": 5\r\n\r\nhello" + hidden,
                    "400"},
        bad_request{"line_that_ends_with_two_carriage_returns", "GET / HTTP/1.1\r\nHost: x\r\r\n\r\n" + hidden, "400"},
        bad_request{"tab_between_method_and_target", "GET\t/ HTTP/1.1\r\nHost: x\r\n\r\n" + hidden, "400"},
        bad_request{"two_spaces_before_the_version", "GET /  HTTP/1.1\r\nHost: x\r\n\r\n" + hidden, "400"},
        bad_request{"space_in_the_target", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n" + hidden, "400"},
        bad_request{"space_after_the_version", "GET / HTTP/1.1 \r\nHost: x\r\n\r\n" + hidden, "400"},
        bad_request{"version_1_2", "GET / HTTP/1.2\r\nHost: x\r\n\r\n" + hidden, "400"}),
    [](const auto& of) { return of.param.name; });

// The bytes of a body are nobody's request, and the next request is whole.
TEST(http_server, what_looks_like_a_request_in_a_body_is_none) {
    test_server on;
    echo(on);
    raw_client client{on.server.port()};
    const auto size = [](std::string_view text) {
        std::array<char, 16> made{};
        return std::string(made.data(), std::to_chars(made.data(), made.data() + made.size(), text.size(), 16).ptr);
    };
    client.send(post(hidden) + chunked + size(hidden) + ";extension=\"a\"\r\n" + hidden +
                "\r\n0\r\nTrailer: GET\r\n\r\n" + std::string{get});
    EXPECT_TRUE(client.read_response().ends_with("POST /p " + hidden));
    EXPECT_TRUE(client.read_response().ends_with("POST / " + hidden));
    EXPECT_TRUE(client.read_response().ends_with("GET /a?b=c "));
}

TEST(http_server, says_continue_before_the_body) {
    test_server on;
    echo(on);
    raw_client client{on.server.port()};
    client.send("POST /e HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(client.read_response(), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("body");
    EXPECT_TRUE(client.read_response().ends_with("POST /e body"));
}

TEST(http_server, does_not_say_continue_to_a_body_over_the_limit) {
    test_server on;
    const auto got =
        answer_to(on, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10485760\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_TRUE(got.starts_with("HTTP/1.1 413 "));
}

TEST(http_server, headers_that_do_not_end_time_out) {
    test_server on{{.header_timeout = 50ms, .websocket = {}}};
    const auto got = answer_to(on, "GET / HTTP/1.1\r\nHost: ");
    EXPECT_TRUE(got.starts_with("HTTP/1.1 408 "));
}

TEST(http_server, headers_that_come_in_pieces_have_a_size_together) {
    test_server on{{.header_bytes = 4096, .websocket = {}}};
    echo(on);
    raw_client client{on.server.port()};
    client.socket().set_option(boost::asio::ip::tcp::no_delay{true});
    client.send("GET / HTTP/1.1\r\nHost: x\r\n");
    std::string lines;
    for (int i = 0; i < 50; ++i) lines += "X-A: b\r\n";
    // Apart, so that no piece is over the limit by itself; together they would be refused for that.
    std::jthread drip{[&](const std::stop_token& stop) {
        for (int i = 0; i < 20 && !stop.stop_requested(); ++i) {
            boost::system::error_code gone;
            boost::asio::write(client.socket(), boost::asio::buffer(lines), gone);
            std::this_thread::sleep_for(10ms);
        }
        boost::system::error_code gone;
        boost::asio::write(client.socket(), boost::asio::buffer(std::string_view("\r\n")), gone);
    }};
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 431 "));
}

TEST(http_server, a_byte_now_and_then_does_not_move_the_deadline) {
    test_server on{{.header_timeout = 100ms, .websocket = {}}};
    raw_client client{on.server.port()};
    client.send("GET / HTTP/1.1\r\nA: ");
    std::jthread drip{[&](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            client.send("x");
            std::this_thread::sleep_for(5ms);
        }
    }};
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 408 "));
}

TEST(http_server, a_body_that_does_not_come_times_out) {
    test_server on{{.body_timeout = 50ms, .websocket = {}}};
    const auto got = answer_to(on, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab");
    EXPECT_TRUE(got.starts_with("HTTP/1.1 408 "));
}

TEST(http_server, an_idle_connection_is_closed_without_a_word) {
    test_server on{{.idle_timeout = 50ms, .websocket = {}}};
    raw_client client{on.server.port()};
    client.send(get);
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 200 "));
    EXPECT_TRUE(client.closed());
}

TEST(http_server, an_answer_that_does_not_come_becomes_503_and_a_late_one_is_ignored) {
    test_server on{{.answer_timeout = 50ms, .websocket = {}}};
    std::promise<http_answer> kept;
    on.handler.on_request = [&](http_request, http_answer answer) { kept.set_value(std::move(answer)); };
    const auto got = answer_to(on, get);
    EXPECT_TRUE(got.starts_with("HTTP/1.1 503 "));
    kept.get_future().get()({});
    EXPECT_TRUE(eventually([&] { return on.server.totals().connections_open == 0; }));
    EXPECT_EQ(on.handler.answered, 1);
}

TEST(http_server, an_answer_dropped_becomes_500) {
    test_server on;
    on.handler.on_request = [](http_request, http_answer) {};
    raw_client client{on.server.port()};
    client.send(get);
    const auto got = client.read_response();
    EXPECT_TRUE(got.starts_with("HTTP/1.1 500 "));
    EXPECT_TRUE(has(got, "application/problem+json"));
}

TEST(http_server, an_exception_becomes_500_and_a_report) {
    test_server on;
    on.handler.on_request = [](http_request, http_answer) { throw std::runtime_error("the secret is 42"); };
    raw_client client{on.server.port()};
    client.send(get);
    const auto got = client.read_response();
    EXPECT_TRUE(got.starts_with("HTTP/1.1 500 "));
    EXPECT_FALSE(has(got, "secret"));
    EXPECT_TRUE(eventually([&] { return on.handler.faults == 1; }));
}

TEST(http_server, only_the_first_answer_counts) {
    test_server on;
    on.handler.on_request = [](http_request, http_answer answer) {
        answer({.headers = {}, .body = "first"});
        answer({.headers = {}, .body = "second"});
    };
    raw_client client{on.server.port()};
    client.send(get);
    EXPECT_TRUE(client.read_response().ends_with("first"));
    client.send(get);
    EXPECT_TRUE(client.read_response().ends_with("first"));
}

TEST(http_server, header_values_cannot_split_a_response) {
    test_server on;
    on.handler.on_request = [](http_request, http_answer answer) {
        answer({.headers = {{"Location", "/a\r\nSet-Cookie: evil=1"}, {"X-Good", "yes"}, {"Content-Length", "7"}},
                .body = "ok"});
    };
    raw_client client{on.server.port()};
    client.send(get);
    const auto got = client.read_response();
    EXPECT_FALSE(has(got, "Set-Cookie"));
    EXPECT_TRUE(has(got, "X-Good: yes\r\n"));
    EXPECT_TRUE(has(got, "Content-Length: 2\r\n"));
    EXPECT_FALSE(has(got, "Content-Length: 7"));
}

TEST(http_server, counts_answers_by_class) {
    test_server on;
    on.handler.on_request = [](http_request request, http_answer answer) {
        answer({.status = request.path() == "/a" ? 201 : 404, .headers = {}, .body = {}});
    };
    raw_client client{on.server.port()};
    client.send(get);
    client.read_response();
    client.send(post(""));
    client.read_response();
    ASSERT_TRUE(eventually([&] { return on.handler.answered == 2; }));
    EXPECT_EQ(on.server.totals().requests[2], 1u);
    EXPECT_EQ(on.server.totals().requests[4], 1u);
}

TEST(http_server, spreads_connections_and_reaches_each_thread) {
    test_server on{{.threads = 3, .websocket = {}}};
    std::mutex guard;
    std::vector<std::thread::id> seen;
    on.handler.on_request = [&](http_request, http_answer answer) {
        const std::lock_guard lock{guard};
        seen.push_back(std::this_thread::get_id());
        answer({});
    };
    for (int i = 0; i < 3; ++i) {
        raw_client client{on.server.port()};
        client.send(get);
        client.read_response();
    }
    std::sort(seen.begin(), seen.end());
    EXPECT_EQ(std::unique(seen.begin(), seen.end()) - seen.begin(), 3);

    std::promise<void> done;
    std::atomic<unsigned> reached{0};
    on.server.each_thread([&](unsigned thread) {
        if ((reached |= 1u << thread) == 7u) done.set_value();
    });
    EXPECT_EQ(done.get_future().wait_for(10s), std::future_status::ready);
}

TEST(http_server, a_stop_waits_for_the_request_under_way) {
    test_server on{{.threads = 1, .websocket = {}}};
    std::promise<http_answer> kept;
    on.handler.on_request = [&](http_request, http_answer answer) { kept.set_value(std::move(answer)); };
    raw_client idle{on.server.port()};
    raw_client busy{on.server.port()};
    busy.send(get);
    auto answer = kept.get_future().get();
    std::jthread stopping{[&] { on.server.stop(10s); }};
    EXPECT_TRUE(idle.closed());
    answer({.headers = {}, .body = "done"});
    const auto got = busy.read_all();
    EXPECT_TRUE(got.ends_with("done"));
    EXPECT_TRUE(has(got, "Connection: close\r\n"));
}

TEST(http_server, a_stop_cuts_off_what_does_not_end) {
    test_server on;
    std::promise<http_answer> kept;
    on.handler.on_request = [&](http_request, http_answer answer) { kept.set_value(std::move(answer)); };
    raw_client client{on.server.port()};
    client.send(get);
    auto answer = kept.get_future().get();
    const auto began = std::chrono::steady_clock::now();
    on.server.stop(50ms);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
    EXPECT_TRUE(client.closed());
}

TEST(http_server, says_why_it_cannot_listen) {
    test_server on;
    testing::function_handler handler;
    http_server second{{.port = on.server.port(), .websocket = {}}, handler};
    const auto started = second.start();
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code, "listen_failed");
    http_server third{{.address = "not an address", .websocket = {}}, handler};
    EXPECT_FALSE(third.start());
}

TEST(http_server, goes_on_after_running_out_of_descriptors) {
#if defined(__has_feature)
#if __has_feature(undefined_behavior_sanitizer)
    GTEST_SKIP() << "the sanitizer needs descriptors of its own and reports nonsense without them";
#endif
#endif
    test_server on{{.threads = 1, .websocket = {}}};
    boost::asio::io_context context;
    boost::asio::ip::tcp::socket client{context};
    client.open(boost::asio::ip::tcp::v4());  // has its descriptor before there are none
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit none{static_cast<rlim_t>(client.native_handle()), before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    client.connect({boost::asio::ip::make_address("127.0.0.1"), on.server.port()});
    const bool noticed = eventually([&] { return on.server.totals().accept_errors > 0; });
    const auto errors = on.server.totals().accept_errors;
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    EXPECT_TRUE(noticed);
    EXPECT_LT(errors, 10u) << "it spins";
    boost::asio::write(client, boost::asio::buffer(get));
    char got[12];
    boost::asio::read(client, boost::asio::buffer(got));
    EXPECT_EQ(std::string_view(got, 12), "HTTP/1.1 200");
}

}  // namespace
}  // namespace parley::transport
