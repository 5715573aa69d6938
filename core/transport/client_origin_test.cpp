// Addresses, networks, and chains of proxies with liars in them.
#include "transport/client_origin.hpp"

#include <gtest/gtest.h>

namespace parley::transport {
namespace {

ip_address at(std::string_view text) { return ip_address::parse(text).value(); }

TEST(IpAddress, ReadsWhatIsOneAndNothingElse) {
    for (const auto* good : {"127.0.0.1", "::1", "2001:db8::7", "::ffff:192.0.2.1", "fe80::1%eth0"})
        EXPECT_TRUE(ip_address::parse(good)) << good;
    for (const auto* bad : {"", "localhost", "127.1", "[::1]", "127.0.0.1:80", "300.0.0.1", "1.2.3.4 ", "0x7f.0.0.1",
                            "1.2.3.4.5", ":::", "2001:db8::7::1", "%", "unknown"})
        EXPECT_FALSE(ip_address::parse(bad)) << bad;
    EXPECT_FALSE(ip_address::parse(std::string_view("127.0.0.1\0x", 11)));
    EXPECT_FALSE(ip_address::parse(std::string(100'000, '1')));
    EXPECT_EQ(at("2001:DB8:0:0::7").text(), "2001:db8::7");
    EXPECT_EQ(at("::ffff:192.0.2.1").text(), "192.0.2.1");
}

TEST(IpAddress, LimitsCountNeighboursInIpv6AsOneAndMappedAddressesAsIpv4) {
    EXPECT_EQ(at("::ffff:192.0.2.1"), at("192.0.2.1"));
    EXPECT_EQ(at("::FFFF:C000:0201").counted_as(), at("192.0.2.1").counted_as());
    EXPECT_NE(at("192.0.2.1").counted_as(), at("192.0.2.2").counted_as());
    EXPECT_EQ(at("2001:db8:1:2::1").counted_as(), at("2001:DB8:1:2:ffff:ffff:ffff:ffff").counted_as());
    EXPECT_NE(at("2001:db8:1:2::1").counted_as(), at("2001:db8:1:3::1").counted_as());
}

TEST(IpNetwork, ContainsItsOwn) {
    struct row {
        const char* net;
        const char* one;
        bool inside;
    };
    for (const auto& [net, one, inside] :
         {row{"10.0.0.0/8", "10.255.0.1", true}, row{"10.0.0.0/8", "11.0.0.0", false},
          row{"10.0.0.0/8", "::ffff:10.1.2.3", true}, row{"10.0.0.0/8", "a00::", false},
          row{"192.0.2.128/25", "192.0.2.127", false}, row{"192.0.2.128/25", "192.0.2.255", true},
          row{"192.0.2.1", "192.0.2.1", true}, row{"192.0.2.1", "192.0.2.2", false},
          row{"::ffff:10.0.0.0/104", "10.9.9.9", true}, row{"0.0.0.0/0", "8.8.8.8", true},
          row{"0.0.0.0/0", "2001:db8::1", false}, row{"fd00::/8", "fdff::1", true}, row{"fd00::/8", "fe00::1", false},
          row{"::1", "::1", true}, row{"::/0", "8.8.8.8", true}})
        EXPECT_EQ(ip_network::parse(net).value().contains(at(one)), inside) << net << ' ' << one;
    for (const auto* bad : {"", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "fd00::/129", "a.example/8"})
        EXPECT_FALSE(ip_network::parse(bad)) << bad;
}

class proxies : public ::testing::Test {
protected:
    proxies() {
        for (const auto* net : {"10.0.0.0/8", "fd00::/8", "192.0.2.10"})
            rules.trusted.push_back(ip_network::parse(net).value());
    }
    std::string client(std::string_view peer, std::vector<http_header> headers) {
        return origin_of(at(peer), headers, rules).address.text();
    }
    carriage way(std::string_view peer, std::vector<http_header> headers) {
        return origin_of(at(peer), headers, rules).came_by;
    }
    proxy_rules rules;
};

TEST_F(proxies, TheNearestStrangerIsTheClient) {
    const auto via = [&](const char* peer, const char* chain) { return client(peer, {{"X-Forwarded-For", chain}}); };
    EXPECT_EQ(via("10.0.0.1", "198.51.100.7"), "198.51.100.7");
    EXPECT_EQ(via("10.0.0.1", "198.51.100.7, 10.0.0.2"), "198.51.100.7");
    EXPECT_EQ(via("10.0.0.1", "1.1.1.1, 198.51.100.7, 10.0.0.2, fd00::9"), "198.51.100.7") << "1.1.1.1 is made up";
    EXPECT_EQ(via("10.0.0.1", "10.0.0.3, 198.51.100.7"), "198.51.100.7") << "a stranger says it is a proxy";
    EXPECT_EQ(via("10.0.0.1", "127.0.0.1, 198.51.100.7"), "198.51.100.7");
    EXPECT_EQ(via("fd00::1", "2001:db8::5"), "2001:db8::5");
    EXPECT_EQ(via("::ffff:10.0.0.1", "::ffff:198.51.100.7"), "198.51.100.7");
    EXPECT_EQ(via("10.0.0.1", "198.51.100.7:51234"), "198.51.100.7");
    EXPECT_EQ(via("10.0.0.1", "[2001:db8::5]:443"), "2001:db8::5");
    EXPECT_EQ(via("10.0.0.1", " 198.51.100.7 ,,\t10.0.0.2 "), "198.51.100.7");
    EXPECT_EQ(via("10.0.0.1", "10.0.0.2, 10.0.0.3"), "10.0.0.2") << "a chain of nothing but proxies";
    EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "1.1.1.1"}, {"x-forwarded-for", "198.51.100.7"}}),
              "198.51.100.7");
}

TEST_F(proxies, StrangersAreNotBelieved) {
    for (const auto* name : {"X-Forwarded-For", "x-forwarded-for", "Forwarded", "X-Real-IP", "True-Client-IP",
                             "X-Client-IP", "CF-Connecting-IP"})
        EXPECT_EQ(client("198.51.100.7", {{name, "1.1.1.1"}, {"X-Forwarded-Proto", "https"}}), "198.51.100.7") << name;
    EXPECT_EQ(way("198.51.100.7", {{"X-Forwarded-For", "1.1.1.1"}, {"X-Forwarded-Proto", "https"}}), carriage::plain);
    EXPECT_EQ(origin_of(at("198.51.100.7"), {}, rules).brought_by, bearer::anybody);
    EXPECT_EQ(origin_of(at("10.0.0.1"), {}, rules).brought_by, bearer::trusted_proxy);
    EXPECT_EQ(client("10.0.0.1", {{"Forwarded", "for=1.1.1.1"}}), "10.0.0.1") << "the form that is not the proxies'";
    EXPECT_EQ(client("10.0.0.1", {{"X-Real-IP", "1.1.1.1"}}), "10.0.0.1");
    rules.trusted.clear();
    EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "1.1.1.1"}}), "10.0.0.1");
}

TEST_F(proxies, GarbageEndsTheChain) {
    for (const std::string garbage : {"unknown", "_hidden", "1.2.3", "[::1", "[::1]x", "<script>", "1.1.1.1:2:3", "\"",
                                      "2001:db8::5:443:zz", "localhost"}) {
        EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "1.1.1.1, " + garbage}}), "10.0.0.1") << garbage;
        EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "1.1.1.1, " + garbage + ", 10.0.0.2"}}), "10.0.0.2")
            << garbage;
    }
    std::string flood;
    for (int i = 0; i < 5000; ++i) flood += "10.0.0.2, ";
    EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "1.1.1.1, " + flood}}), "10.0.0.2");
}

TEST_F(proxies, TheProtocolIsTheNearestProxysWord) {
    const auto said = [&](const char* proto) {
        return way("10.0.0.1", {{"X-Forwarded-For", "198.51.100.7"}, {"X-Forwarded-Proto", proto}});
    };
    EXPECT_EQ(said("https"), carriage::tls);
    EXPECT_EQ(said("HTTPS"), carriage::tls);
    EXPECT_EQ(said("http"), carriage::plain);
    EXPECT_EQ(said("https, http"), carriage::plain) << "the first one is the client's own";
    EXPECT_EQ(said("httpss"), carriage::plain);
    EXPECT_EQ(way("10.0.0.1", {{"X-Forwarded-For", "198.51.100.7, 10.0.0.2"}, {"X-Forwarded-Proto", "https, http"}}),
              carriage::tls)
        << "one for each proxy: the client's way is the first one's";
}

TEST_F(proxies, ForwardedIsReadWhereTheProxiesWriteIt) {
    rules.form = forwarded_form::rfc7239;
    const auto via = [&](const char* text) { return client("10.0.0.1", {{"Forwarded", text}}); };
    EXPECT_EQ(via("for=198.51.100.7"), "198.51.100.7");
    EXPECT_EQ(via("For=\"[2001:db8::5]:47011\";proto=https"), "2001:db8::5");
    EXPECT_EQ(via("for=1.1.1.1, for=198.51.100.7;by=203.0.113.60, for=10.0.0.2"), "198.51.100.7");
    EXPECT_EQ(via("for=1.1.1.1, for=unknown"), "10.0.0.1");
    EXPECT_EQ(via("for=1.1.1.1, nonsense"), "10.0.0.1");
    EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "1.1.1.1"}}), "10.0.0.1");
    EXPECT_EQ(way("10.0.0.1", {{"Forwarded", "for=198.51.100.7;proto=https"}}), carriage::tls);
    EXPECT_EQ(way("10.0.0.1", {{"Forwarded", "for=1.1.1.1;proto=https, for=198.51.100.7;proto=http"}}),
              carriage::plain);
}

}  // namespace
}  // namespace parley::transport
