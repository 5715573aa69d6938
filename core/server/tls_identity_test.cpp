// A running server with a certificate: at the start, through reloads, under the doctor's eyes.
#include "server/tls_identity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/testing/self_signed.hpp"
#include "server/check_up.hpp"
#include "server/https_redirect.hpp"
#include "server/port_probe.hpp"
#include "server/server.hpp"
#include "server/testing/installation.hpp"
#include "transport/testing/tls_client.hpp"

namespace parley::server {
namespace {

using parley::testing::certificate_wish;
using parley::testing::self_signed;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using testing::installation;
using ::testing::IsEmpty;
using ::testing::Not;
using transport::testing::raw_client;
using transport::testing::tls_client;

constexpr std::string_view ready = "GET /ready HTTP/1.1\r\nHost: localhost\r\n\r\n";

class Tls : public ::testing::Test {
protected:
    Tls() {
        here.write("parley.yaml",
                   "server:\n  port: 0\n  data_directory: var\n  tls: {certificate: cert.pem, key: key.pem}\n");
        show(self_signed());
    }

    void show(const parley::testing::pem_pair& pair) const {
        here.write("cert.pem", pair.certificate);
        here.write("key.pem", pair.key);
        std::filesystem::permissions(here.path() / "key.pem",
                                     std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    }
    void start() {
        auto made = server::start(here.load().value(), {.migrations = here.migrations()});
        ASSERT_TRUE(made) << made.error().front().message;
        running = std::move(*made);
    }
    [[nodiscard]] std::string shown() const {
        tls_client client(running->port());
        EXPECT_TRUE(client.shake_hands());
        return client.fingerprint();
    }
    [[nodiscard]] std::string on_disk() const { return here.load().value()->identity->fingerprint(); }

    installation here;
    std::unique_ptr<server> running;
};

TEST_F(Tls, AReloadReadsTheFilesAgain) {
    start();
    EXPECT_EQ(shown(), on_disk());
    tls_client stays(running->port());
    ASSERT_TRUE(stays.shake_hands());
    show(self_signed());
    const auto made = running->reload({});
    ASSERT_TRUE(made.applied());
    EXPECT_THAT(made.changes.lines(), Contains(HasSubstr("server.tls.certificate")));
    EXPECT_EQ(shown(), on_disk());
    EXPECT_NE(stays.fingerprint(), on_disk());
    stays.send(ready);
    EXPECT_THAT(stays.read_response(), HasSubstr("\"generation\":2"));
}

TEST_F(Tls, ABadPairIsRefusedWholeAndTheOldOneGoesOn) {
    start();
    const auto before = shown();
    here.write("tenants/demo.yaml", "display_name: Changed\nhosts: [new.example]\n");
    here.write("key.pem", self_signed().key);
    const auto made = running->reload({});
    ASSERT_FALSE(made.applied());
    EXPECT_THAT(made.problems.front().text(),
                AllOf(HasSubstr("parley.yaml:4:"), HasSubstr("server.tls.key"), HasSubstr("key.pem does not belong")));
    EXPECT_EQ(shown(), before);
    std::filesystem::remove(here.path() / "cert.pem");
    EXPECT_FALSE(running->reload({}).applied());
    EXPECT_EQ(shown(), before);
    tls_client client(running->port());
    ASSERT_TRUE(client.shake_hands());
    client.send("GET /api/v1/nothing HTTP/1.1\r\nHost: new.example\r\n\r\n");
    EXPECT_THAT(client.read_response(), HasSubstr("host_unknown")) << "nothing else was taken up either";
}

TEST_F(Tls, TheOldestVersionIsLive) {
    start();
    const auto old = [&] {
        tls_client client(running->port(), [](SSL_CTX* on) { SSL_CTX_set_max_proto_version(on, TLS1_2_VERSION); });
        return client.shake_hands();
    };
    EXPECT_TRUE(old());
    here.write("parley.yaml",
               "server:\n  port: 0\n  data_directory: var\n"
               "  tls: {certificate: cert.pem, key: key.pem, minimum_version: \"1.3\"}\n");
    ASSERT_TRUE(running->reload({}).applied());
    EXPECT_FALSE(old());
}

TEST_F(Tls, ABadPairKeepsAServerFromStarting) {
    here.write("cert.pem", "nothing");
    EXPECT_FALSE(here.load());
    const auto said = here.run({"config", "check"});
    EXPECT_EQ(said.code, 2);
    EXPECT_THAT(said.err, HasSubstr("cert.pem holds no certificate"));
}

TEST_F(Tls, PlainHttpIsSentToHttpsOnTheSecondPort) {
    const auto port = std::to_string([] {
        boost::asio::io_context context;
        const boost::asio::ip::tcp::acceptor any(context, {boost::asio::ip::make_address("127.0.0.1"), 0});
        return any.local_endpoint().port();
    }());
    here.write("parley.yaml",
               "server:\n  port: 0\n  data_directory: var\n"
               "  tls: {certificate: cert.pem, key: key.pem, redirect_port: " +
                   port + "}\n");
    here.write("tenants/demo.yaml", "hosts: [demo.example]\n");
    start();
    const auto answer = [&](std::string_view request) {
        raw_client client(static_cast<std::uint16_t>(std::stoi(port)));
        client.send(request);
        return client.read_all();
    };
    const auto https = "Location: https://demo.example:" + std::to_string(running->port());
    EXPECT_THAT(
        answer(
            "POST /api/v1/x?y=z HTTP/1.1\r\nHost: demo.example:80\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"),
        AllOf(HasSubstr("HTTP/1.1 308 "), HasSubstr(https + "/api/v1/x?y=z\r\n"), Not(HasSubstr("Strict-Transport"))));
    EXPECT_THAT(answer("GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"),
                AllOf(HasSubstr("HTTP/1.1 404 "), HasSubstr("host_unknown"), Not(HasSubstr("Location"))));
    EXPECT_THAT(answer("GET /s HTTP/1.1\r\nHost: demo.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                       "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
                       "GET / HTTP/1.1\r\nHost: demo.example\r\nConnection: close\r\n\r\n"),
                HasSubstr(https + "/s\r\n"));
    running->stop();
}

TEST_F(Tls, ThePublicAddressIsWhereStrangersAreSent) {
    here.write("parley.yaml",
               "server:\n  port: 0\n  public_url: https://chat.example.org:8443\n  data_directory: var\n"
               "  tls: {certificate: cert.pem, key: key.pem}\n");
    here.write("tenants/demo.yaml", "hosts: [demo.example]\n");
    const config_settings settings(here.load().value());
    https_redirect redirect(settings, 443);
    const auto sent_to = [&](std::string host) {
        std::string to;
        transport::http_request request;
        request.target = "/a";
        request.headers = {{"Host", std::move(host)}};
        redirect.handle(request, [&](transport::http_response answer) {
            for (const auto& one : answer.headers)
                if (one.name == "Location") to = one.value;
        });
        return to;
    };
    EXPECT_EQ(sent_to("demo.example"), "https://demo.example:8443/a");
    EXPECT_EQ(sent_to("other.example"), "https://chat.example.org:8443/a");
    EXPECT_EQ(sent_to(""), "https://chat.example.org:8443/a");
}

TEST_F(Tls, TheDoctorCountsTheDays) {
    const system_clock time;
    const auto found = check_certificate(*here.load().value(), time);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].how, health::warn) << "a day is not much";
    EXPECT_THAT(found[0].detail, HasSubstr("0 days left"));
    EXPECT_EQ(found[1].how, health::ok);

    show(self_signed({.name = "localhost", .good_for = std::chrono::days{90}, .rsa_bits = 0}));
    EXPECT_EQ(check_certificate(*here.load().value(), time)[0].how, health::ok);
    EXPECT_THAT(tls_warnings(*here.load().value(), time.now()), IsEmpty());

    show(self_signed({.name = "localhost", .good_for = std::chrono::hours{-1}, .rsa_bits = 0}));
    EXPECT_EQ(check_certificate(*here.load().value(), time)[0].how, health::fail);
    EXPECT_THAT(here.run({"config", "check"}).err, HasSubstr("has expired"));
    EXPECT_EQ(here.run({"config", "check"}).code, 0) << "but it is a valid configuration";
    std::filesystem::permissions(here.path() / "key.pem",
                                 std::filesystem::perms::owner_read | std::filesystem::perms::others_read);
    EXPECT_EQ(check_certificate(*here.load().value(), time)[1].how, health::fail);
    EXPECT_THAT(tls_warnings(*here.load().value(), time.now()), Contains(HasSubstr("chmod o=")));

    here.write("parley.yaml", "server: {port: 0, data_directory: var}\n");
    EXPECT_THAT(check_certificate(*here.load().value(), time), IsEmpty());
}

TEST_F(Tls, TheDoctorSpeaksToTheServerByTls) {
    start();
    EXPECT_EQ(ask_ready("127.0.0.1", running->port(), std::chrono::seconds{20}, probe_by::tls), 200);
    EXPECT_EQ(ask_ready("127.0.0.1", running->port(), std::chrono::seconds{20}), 400);
    tls_client client(running->port());
    ASSERT_TRUE(client.shake_hands());
    client.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(client.read_all(), AllOf(HasSubstr("parley_tls_certificate_expires_timestamp_seconds"),
                                         HasSubstr("\nparley_tls_handshakes_failed_total 1\n")));
}

}  // namespace
}  // namespace parley::server
