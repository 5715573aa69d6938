// Rules for values that JSON Schema cannot say.
#include "config/checks.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace parley::config {
namespace {

void good(std::string_view check, std::initializer_list<std::string_view> values) {
    for (const auto value : values) EXPECT_FALSE(broken_rule(check, value)) << check << ' ' << value;
}

void bad(std::string_view check, std::initializer_list<std::string_view> values) {
    for (const auto value : values) EXPECT_TRUE(broken_rule(check, value)) << check << ' ' << value;
}

TEST(checks, addresses) {
    good("address", {"127.0.0.1", "0.0.0.0", "::", "::1", "2001:db8::7"});
    bad("address", {"", "localhost", "127.1", "[::1]", "127.0.0.1:80", "300.0.0.1", "127.0.0.1 "});
}

TEST(checks, networks) {
    good("network", {"10.0.0.0/8", "10.1.2.3", "::1", "fd00::/8", "0.0.0.0/0"});
    bad("network", {"", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "fd00::/129", "example.org/8", "/8"});
}

TEST(checks, hosts) {
    good("host", {"localhost", "chat.example.org", "127.0.0.1", "[::1]", "xn--bcher-kva.example"});
    bad("host",
        {"", "Chat.example.org", "chat.example.org:443", "a..b", ".a", "a.", "-a", "::1", "[::1", "[", "a b", "*"});
}

TEST(checks, public_urls) {
    good("public_url", {"", "https://chat.example.org", "http://localhost:8080", "https://[::1]", "http://[::1]:80"});
    bad("public_url",
        {"chat.example.org", "ftp://a", "https://", "https://a/", "https://a/b", "https://a?b", "https://u@a",
         "https://a:", "https://a:1234567", "https://a:x", "javascript:alert(1)", "https://[::1"});
}

TEST(checks, origins) {
    good("origin", {"https://www.example.org", "http://localhost:8080", "http://[::1]", "https://[::80]"});
    bad("origin", {"", "*", "null", "https://www.example.org/", "https://www.example.org:443", "http://a:80",
                   "https://WWW.example.org", "www.example.org"});
}

TEST(checks, header_names) {
    good("header_name", {"", "X-Parley-Tenant", "tenant_1"});
    bad("header_name", {"X Tenant", "X:Tenant", "X-Tenant\r\n", "\xc3\xa4"});
}

TEST(checks, bus_urls) {
    good("bus_url", {"", "nats://host", "nats://parley:word@host:4222", "tls://one:4222,tls://two:4222"});
    bad("bus_url", {"host:4222", "http://host", "nats://one,two", "nats://one, nats://two", "nats://a\nb"});
    good("bus_key", {"", std::string(32, 'k')});
    bad("bus_key", {std::string(31, 'k')});
}

TEST(checks, database_urls) {
    good("database_url",
         {"sqlite:parley.db", "sqlite:/var/lib/parley.db", "postgresql://parley@localhost:5432/parley"});
    bad("database_url", {"", "parley.db", "sqlite:", "sqlite::memory:", "mysql://a", "postgresql://a\nb"});
}

TEST(checks, passwords_in_urls_are_seen) {
    EXPECT_TRUE(has_password("postgresql://u:p@h/d"));
    EXPECT_TRUE(has_password("postgresql://u:p@ss@h/d"));
    EXPECT_TRUE(has_password("postgresql://u@h/d?password=p"));
    EXPECT_FALSE(has_password("postgresql://u@h:5432/d"));
    EXPECT_FALSE(has_password("postgresql:///d?host=/run/postgresql"));
    EXPECT_FALSE(has_password("sqlite:a:b@c"));
}

TEST(checks, names_of_tenants_and_models) {
    for (const auto* name : {"demo", "front_desk", "a-1", "7"}) EXPECT_TRUE(is_name(name)) << name;
    for (const auto* name : {"", "Demo", "_a", "-a", "a.b", "a/b", "..", "ä"}) EXPECT_FALSE(is_name(name)) << name;
    EXPECT_TRUE(is_name(std::string(63, 'a')));
    EXPECT_FALSE(is_name(std::string(64, 'a')));
}

TEST(checks, an_unknown_rule_is_our_own_fault) { EXPECT_THROW((void)broken_rule("colour", "x"), std::logic_error); }

}  // namespace
}  // namespace parley::config
