// Providers that lead elsewhere, say nothing or too much, over real connections; and addresses of this host.
#include "transport/oidc_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "transport/own_address.hpp"
#include "transport/testing/local_web.hpp"
#include "transport/web_text.hpp"

namespace parley::transport {
namespace {

using ::testing::HasSubstr;
using testing::local_web;
using namespace std::chrono_literals;

class oidc_client_run : public ::testing::Test {
protected:
    local_web there;
    std::chrono::milliseconds patience = 60s;
    system_clock time;
    // As in the server: the web client goes first, and with it what is under way.
    oidc_client client{time,
                       [this](web_request wanted, web_answered answer) {
                           wanted.deadline = patience;
                           web.ask(std::move(wanted), std::move(answer));
                       },
                       {}};
    web_client web;
    sign_in_provider_settings at{.name = "corp", .title = {}, .issuer = {}, .client_id = "parley", .client_secret = {}};

    std::string discover() {
        std::promise<std::string> said;
        auto heard = said.get_future();
        client.discover(at,
                        [&](const result<oidc_client::known>& had) { said.set_value(had ? "ok" : had.error().code); });
        return heard.get();
    }
    std::string redeem() {
        std::promise<std::string> said;
        auto heard = said.get_future();
        provider_document document;
        document.token_endpoint = there.url("/token");
        client.redeem(at, document, {.code = "c&1", .verifier = "v", .redirect_uri = "https://a.example/b"},
                      [&](const result<redeemed_code>& had) { said.set_value(had ? "ok" : had.error().code); });
        return heard.get();
    }
};

TEST_F(oidc_client_run, does_not_ask_a_private_address_without_leave) {
    at.issuer = "https://127.0.0.1:" + std::to_string(there.port());
    EXPECT_EQ(discover(), "provider_away");
    at.issuer = there.url("");  // plain
    EXPECT_EQ(discover(), "provider_away");
    EXPECT_EQ(redeem(), "provider_away");
    EXPECT_EQ(there.connections(), 0);
}

TEST_F(oidc_client_run, follows_nobody_and_waits_for_nobody) {
    at.issuer = there.url("");
    at.allow_private = true;
    there.answers("HTTP/1.1 302 Found\r\nLocation: " + there.url("/else") + "\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(discover(), "provider_away");
    EXPECT_EQ(redeem(), "provider_away");
    EXPECT_EQ(there.connections(), 2);
    there.answers("HTTP/1.1 200 OK\r\n\r\n" + std::string(300'000, '['));
    EXPECT_EQ(redeem(), "provider_away");
    there.silent = true;
    patience = 200ms;
    EXPECT_EQ(redeem(), "provider_away");
}

TEST_F(oidc_client_run, sends_the_form_and_shows_the_secret) {
    at.allow_private = true;
    at.client_secret = "hush";
    there.answers("HTTP/1.1 200 OK\r\nContent-Length: 18\r\n\r\n{\"id_token\": \"a.b\"}");
    EXPECT_EQ(redeem(), "provider_away") << "cut off by its own length";
    there.answers("HTTP/1.1 200 OK\r\nContent-Length: 19\r\n\r\n{\"id_token\": \"a.b\"}");
    EXPECT_EQ(redeem(), "ok");
    const auto heard = there.heard();
    EXPECT_THAT(heard, HasSubstr("POST /token HTTP/1.1\r\n"));
    EXPECT_THAT(heard, HasSubstr("\r\nAuthorization: Basic cGFybGV5Omh1c2g=\r\n"));
    EXPECT_THAT(heard, HasSubstr("\r\nContent-Type: application/x-www-form-urlencoded\r\n"));
    EXPECT_TRUE(
        heard.ends_with("\r\n\r\ngrant_type=authorization_code&code=c%261&"
                        "redirect_uri=https%3A%2F%2Fa.example%2Fb&code_verifier=v"))
        << heard;
}

std::string origin(std::string host, std::string_view public_url, carriage by = carriage::plain) {
    http_request asked;
    asked.headers = {{"Host", std::move(host)}};
    asked.came_by = by;
    tenant_settings of;
    of.hosts = {"chat.example", "127.0.0.1", "localhost", "127.evil.example"};
    return own_origin(asked, of, public_url);
}

TEST(own_origins, are_what_the_browser_asked_for) {
    EXPECT_EQ(origin("chat.example", ""), "https://chat.example");
    EXPECT_EQ(origin("chat.example:8443", ""), "https://chat.example:8443");
    EXPECT_EQ(origin("127.0.0.1:8080", ""), "http://127.0.0.1:8080");
    EXPECT_EQ(origin("localhost:8080", "", carriage::tls), "https://localhost:8080");
    EXPECT_EQ(origin("127.evil.example", ""), "https://127.evil.example");
    EXPECT_EQ(origin("chat.example:8080", "https://chat.example"), "https://chat.example");
    EXPECT_EQ(origin("chat.example", "https://public.example"), "https://chat.example");
    EXPECT_EQ(origin("inside:8080", "https://public.example"), "https://public.example");
}

TEST(web_texts, are_encoded) {
    const std::array<parameter, 2> some{{{"a b", "c&d=e"}, {"f", "ä+%"}}};
    EXPECT_EQ(form_of(some), "a%20b=c%26d%3De&f=%C3%A4%2B%25");
    EXPECT_EQ(with_query("/x", some), "/x?" + form_of(some));
    EXPECT_EQ(with_query("/x?y=z#w?v", some), "/x?y=z&" + form_of(some) + "#w?v");
}

}  // namespace
}  // namespace parley::transport
