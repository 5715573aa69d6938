// Cookies and the guards beside them.
#include "transport/browser_session.hpp"

#include <gtest/gtest.h>

namespace parley::transport {
namespace {

http_request asking(std::string method, std::vector<http_header> headers) {
    return {.method = std::move(method),
            .target = "/",
            .headers = std::move(headers),
            .body = {},
            .remote = {},
            .request_id = {}};
}

std::string code_of(const result<void>& said) { return said ? "ok" : said.error().code; }

TEST(browser_session, is_found_among_other_cookies_and_only_under_its_name) {
    EXPECT_EQ(cookie_token(asking("GET", {{"cookie", "a=b; __Host-parley=prl_x ;c=d"}})), "prl_x");
    EXPECT_EQ(cookie_token(asking("GET", {{"Cookie", "a=b"}, {"Cookie", "__Host-parley=prl_y"}})), "prl_y");
    for (const auto* other : {"", "__Host-parley", "x__Host-parley=1", "__host-parley=1", "__Host-parley2=1; ;=;"})
        EXPECT_EQ(cookie_token(asking("GET", {{"Cookie", other}})), "") << other;
}

TEST(browser_session, has_a_cookie_that_scripts_and_other_hosts_do_not_get) {
    EXPECT_EQ(keep_cookie("prl_x", std::chrono::hours{1}).value,
              "__Host-parley=prl_x; Max-Age=3600; Path=/; Secure; HttpOnly; SameSite=Lax");
    EXPECT_TRUE(drop_cookie().value.starts_with("__Host-parley=; Max-Age=0; Path=/; Secure"));
}

TEST(browser_session, changes_nothing_without_its_csrf_token) {
    const auto with = [](std::string method, std::string csrf) {
        return code_of(check_csrf(asking(std::move(method), {{"X-CSRF-Token", std::move(csrf)}}), "prl_x"));
    };
    for (const auto* method : {"POST", "PUT", "PATCH", "DELETE", "get"}) {
        EXPECT_EQ(with(method, csrf_token("prl_x")), "ok");
        EXPECT_EQ(with(method, csrf_token("prl_y")), "csrf_token_wrong");
        EXPECT_EQ(with(method, ""), "csrf_token_wrong");
        EXPECT_EQ(code_of(check_csrf(asking(method, {}), "prl_x")), "csrf_token_wrong");
    }
    EXPECT_EQ(code_of(check_csrf(asking("GET", {}), "prl_x")), "ok");
    EXPECT_EQ(csrf_token("prl_x").find("prl_x"), std::string::npos);
}

TEST(browser_session, opens_sockets_for_pages_of_its_host_only) {
    const auto from = [](std::string origin) {
        return code_of(
            check_same_origin(asking("GET", {{"Host", "chat.example.org:8443"}, {"Origin", std::move(origin)}})));
    };
    EXPECT_EQ(from("https://chat.example.org:8443"), "ok");
    EXPECT_EQ(from("https://CHAT.example.org:8443"), "ok");
    for (const auto* other : {"https://evil.example", "https://chat.example.org", "null", "", "chat.example.org:8443",
                              "https://chat.example.org:8443.evil.example", "https://chat.example.org:8443/"})
        EXPECT_EQ(from(other), "origin_refused") << other;
    EXPECT_EQ(code_of(check_same_origin(asking("GET", {{"Host", "chat.example.org"}}))), "origin_refused");
    EXPECT_EQ(code_of(check_same_origin(asking("GET", {{"Origin", "https://"}, {"Host", ""}}))), "origin_refused");
}

TEST(browser_session, over_tls_a_page_without_it_is_no_page_of_its_host) {
    auto request = asking("GET", {{"Host", "chat.example.org"}, {"Origin", "http://chat.example.org"}});
    EXPECT_EQ(code_of(check_same_origin(request)), "ok") << "a proxy may have ended TLS without saying so";
    request.came_by = carriage::tls;
    EXPECT_EQ(code_of(check_same_origin(request)), "origin_refused");
    request.headers.back().value = "https://chat.example.org";
    EXPECT_EQ(code_of(check_same_origin(request)), "ok");
}

}  // namespace
}  // namespace parley::transport
