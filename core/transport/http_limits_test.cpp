// Numbers of connections, and what proxies say, over real sockets.
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "transport/test_server.hpp"

namespace parley::transport {
namespace {
using testing::eventually;
using testing::raw_client;
using testing::test_server;

constexpr std::string_view get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

std::string status_of(const std::string& response) { return response.substr(0, response.find("\r\n")); }

TEST(HttpLimits, AnAddressHasSoManyConnectionsAndNoMore) {
    test_server at({.max_connections = 10, .max_connections_per_address = 2});
    raw_client first(at.server.port());
    auto second = std::make_unique<raw_client>(at.server.port());
    for (auto* one : {&first, second.get()}) {
        one->send(get);
        EXPECT_EQ(status_of(one->read_response()), "HTTP/1.1 200 OK");
    }
    raw_client third(at.server.port());
    const auto refused = third.read_all();
    EXPECT_EQ(status_of(refused), "HTTP/1.1 429 Too Many Requests");
    EXPECT_NE(refused.find("\r\nRetry-After: "), std::string::npos);
    EXPECT_NE(refused.find("too_many_connections"), std::string::npos);
    EXPECT_EQ(at.server.totals().connections_refused, 1U);
    first.send(get);
    EXPECT_EQ(status_of(first.read_response()), "HTTP/1.1 200 OK") << "who is in stays in";
    second.reset();
    EXPECT_TRUE(eventually([&] {
        raw_client again(at.server.port());
        again.send(get);
        return status_of(again.read_response()) == "HTTP/1.1 200 OK";
    }));
}

TEST(HttpLimits, AFullServerSaysSo) {
    test_server at({.max_connections = 1});
    raw_client first(at.server.port());
    first.send(get);
    EXPECT_EQ(status_of(first.read_response()), "HTTP/1.1 200 OK");
    raw_client second(at.server.port());
    EXPECT_EQ(status_of(second.read_all()), "HTTP/1.1 503 Service Unavailable");
}

TEST(HttpLimits, ATrustedProxyIsNotCountedAsOneClient) {
    http_options options{.max_connections_per_address = 1};
    options.proxies.trusted.push_back(ip_network::parse("127.0.0.0/8").value());
    test_server at(options);
    raw_client first(at.server.port());
    raw_client second(at.server.port());
    for (auto* one : {&first, &second}) {
        one->send(get);
        EXPECT_EQ(status_of(one->read_response()), "HTTP/1.1 200 OK");
    }
}

/// What the handler is told of a request's sender, and the response's head.
struct seen {
    std::string remote;
    std::string response;
};
seen ask(test_server& at, raw_client& by, std::string_view headers) {
    seen made;
    at.handler.on_request = [&made](http_request request, http_answer answer) {
        made.remote = request.remote;
        answer({.headers = {}, .body = "{}"});
    };
    by.send("GET / HTTP/1.1\r\nHost: a\r\n" + std::string(headers) + "\r\n");
    made.response = by.read_response();
    return made;
}

TEST(HttpLimits, OnlyTrustedProxiesSayWhoTheClientIsAndWhatItSpoke) {
    constexpr std::string_view told = "X-Forwarded-For: 198.51.100.7\r\nX-Forwarded-Proto: https\r\n";
    test_server alone;
    raw_client direct(alone.server.port());
    const auto spoofed = ask(alone, direct, told);
    EXPECT_EQ(spoofed.remote, "127.0.0.1");
    EXPECT_EQ(spoofed.response.find("Strict-Transport-Security"), std::string::npos);

    http_options options;
    options.proxies.trusted.push_back(ip_network::parse("127.0.0.1").value());
    test_server behind(options);
    raw_client proxy(behind.server.port());
    const auto believed = ask(behind, proxy, told);
    EXPECT_EQ(believed.remote, "198.51.100.7");
    EXPECT_NE(believed.response.find("\r\nStrict-Transport-Security: max-age="), std::string::npos);
    const auto next = ask(behind, proxy, "");
    EXPECT_EQ(next.remote, "127.0.0.1") << "each request of a connection is judged by itself";
    EXPECT_EQ(next.response.find("Strict-Transport-Security"), std::string::npos);
    for (const auto* name :
         {"X-Content-Type-Options: nosniff", "Referrer-Policy: no-referrer", "frame-ancestors 'none'"})
        EXPECT_NE(next.response.find(name), std::string::npos) << name;
}

}  // namespace
}  // namespace parley::transport
