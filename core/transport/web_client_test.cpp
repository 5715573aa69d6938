// Requests of our own: what they may reach and what they take, against a server on the loopback.
#include "transport/web_client.hpp"

#include <gtest/gtest.h>

#include <future>

#include "transport/issuer_keys.hpp"
#include "transport/testing/local_web.hpp"

namespace parley::transport {
namespace {

using testing::local_web;
using namespace std::chrono_literals;

class web_client_run : public ::testing::Test {
protected:
    local_web there;
    web_client client;

    result<web_answer> get(web_request wanted) {
        std::promise<result<web_answer>> said;
        auto heard = said.get_future();
        client.ask(std::move(wanted), [&](result<web_answer> came) { said.set_value(std::move(came)); });
        return heard.get();
    }
    std::string code(web_request wanted) {
        const auto came = get(std::move(wanted));
        return came ? "ok" : came.error().code;
    }
};

TEST_F(web_client_run, brings_body_status_and_how_long_it_keeps) {
    there.answers("HTTP/1.1 200 OK\r\nCACHE-control: max-age=7\r\nContent-Length: 2\r\n\r\nhi");
    const auto came = get({.url = there.url("/keys"), .may = reach::also_private});
    ASSERT_TRUE(came) << came.error().message;
    EXPECT_EQ(came->status, 200);
    EXPECT_EQ(came->body, "hi");
    EXPECT_EQ(kept_for(came->cache_control), 5min);
}

TEST_F(web_client_run, connects_to_nobody_private) {
    // Plain http is not spoken with the open internet, so the veto is asked with https.
    for (const auto* host :
         {"127.0.0.1", "localhost", "0.0.0.0", "2130706433", "0x7f.1", "127.1", "[::1]", "[::ffff:127.0.0.1]"})
        EXPECT_EQ(code({.url = "https://" + std::string(host) + ":" + std::to_string(there.port()) + "/"}),
                  "web_address_refused")
            << host;
    for (const auto* host : {"169.254.169.254", "10.0.0.1", "192.168.1.1", "172.31.255.255", "100.64.0.1", "[fe80::1]",
                             "[fd00::1]", "[::ffff:10.0.0.1]", "[64:ff9b::a00:1]", "[2002:a00:1::]"})
        EXPECT_EQ(code({.url = "https://" + std::string(host) + "/", .deadline = 2s}), "web_address_refused") << host;
    EXPECT_EQ(code({.url = there.url("/")}), "web_away") << "http";
    EXPECT_EQ(there.connections(), 0);
}

TEST_F(web_client_run, follows_nobody_and_reads_no_files) {
    there.answers("HTTP/1.1 302 Found\r\nLocation: " + there.url("/elsewhere") + "\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(get({.url = there.url("/"), .may = reach::also_private})->status, 302);
    EXPECT_EQ(there.connections(), 1);
    for (const auto* url :
         {"file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "dict://127.0.0.1/", "", "http://"})
        EXPECT_EQ(code({.url = url, .may = reach::also_private}), "web_away") << url;
}

TEST_F(web_client_run, takes_no_more_than_it_wants) {
    there.answers("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + std::string(1'000, 'x'));
    EXPECT_EQ(code({.url = there.url("/"), .may = reach::also_private, .max_bytes = 1'000}), "ok");
    EXPECT_EQ(code({.url = there.url("/"), .may = reach::also_private, .max_bytes = 999}), "web_too_large");
}

TEST_F(web_client_run, waits_for_so_long_only) {
    there.silent = true;
    EXPECT_EQ(code({.url = there.url("/"), .may = reach::also_private, .deadline = 100ms}), "web_away");
    std::promise<std::string> said;
    auto heard = said.get_future();
    client.ask({.url = there.url("/"), .may = reach::also_private, .deadline = 60s},
               [&](const result<web_answer>& came) { said.set_value(came ? "ok" : came.error().code); });
    client.stop();
    EXPECT_EQ(heard.get(), "web_away");
    EXPECT_EQ(code({.url = there.url("/"), .may = reach::also_private}), "web_away") << "stopped";
}

TEST(public_addresses, are_those_of_everybody) {
    for (const auto* text : {"1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8"})
        EXPECT_TRUE(is_public(ip_address::parse(text).value())) << text;
    for (const auto* text :
         {"0.0.0.0",       "10.1.2.3",         "100.127.0.1", "127.9.9.9",       "169.254.169.254",
          "172.16.0.1",    "192.168.0.1",      "224.0.0.1",   "255.255.255.255", "::",
          "::1",           "fe80::1",          "fc00::1",     "ff02::1",         "::ffff:192.168.0.1",
          "::192.168.0.1", "64:ff9b::1.2.3.4", "2001::1",     "2001:db8::1",     "2002::1"})
        EXPECT_FALSE(is_public(ip_address::parse(text).value())) << text;
}

}  // namespace
}  // namespace parley::transport
