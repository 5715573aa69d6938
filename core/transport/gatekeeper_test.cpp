// Requests and handshakes at the door: hosts, origins, limits that HTTP and WebSocket share, numbers of connections.
#include "transport/gatekeeper.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <deque>
#include <map>

#include "kernel/accounts.hpp"
#include "kernel/testing/house.hpp"
#include "transport/api_handler.hpp"
#include "transport/browser_session.hpp"
#include "transport/issuer_keys.hpp"
#include "transport/oidc_client.hpp"
#include "transport/test_server.hpp"
#include "transport/testing/kernel_catalogue.hpp"
#include "transport/testing/shop.hpp"

namespace parley::transport {
namespace {
namespace json = boost::json;
using namespace std::chrono_literals;
using headers = std::vector<http_header>;

/// The client's end of a WebSocket without a wire.
class socket_end final : public connection {
public:
    [[nodiscard]] std::uint64_t id() const override { return 1; }
    [[nodiscard]] unsigned thread() const override { return 0; }
    [[nodiscard]] bool is_at_home() const override { return true; }
    [[nodiscard]] const std::string& remote() const override { return remote_; }
    void send(shared_frame message) override { heard.emplace_back(message->payload()); }
    void close(std::uint16_t code, std::string_view) override { closed_with = code; }
    [[nodiscard]] std::size_t queued_bytes() const override { return 0; }
    void post(std::move_only_function<void()> work) override { work_.push_back(std::move(work)); }
    void run() {
        for (; !work_.empty(); work_.pop_front()) std::exchange(work_.front(), {})();
    }

    std::vector<std::string> heard;
    std::uint16_t closed_with = 0;

private:
    std::string remote_ = "192.0.2.1";
    std::deque<std::move_only_function<void()>> work_;
};

/// What became of a handshake.
struct handshake_outcome {
    std::unique_ptr<connection_handler> handler;
    http_response refused;
};

class noted_decision final : public upgrade::decision {
public:
    explicit noted_decision(handshake_outcome& to) : to_(to) {}
    void accept(std::unique_ptr<connection_handler> handler, std::string) override { to_.handler = std::move(handler); }
    void refuse(http_response answer) override { to_.refused = std::move(answer); }

private:
    handshake_outcome& to_;
};

/// An open WebSocket.
struct open_socket {
    open_socket(std::unique_ptr<connection_handler> by, boost::asio::io_context& of)
        : handler(std::move(by)), loop(of) {
        handler->on_open(wire);
        run();
    }
    ~open_socket() {
        handler->on_close(1000);
        run();
    }
    /// Everything that waits on the thread: what was handed to the connection, and what the hub does there.
    void run() {
        for (int turn = 0; turn < 5; ++turn) {
            wire->run();
            loop.restart();
            loop.poll();
        }
    }
    /// The answer's status or the problem's code.
    std::string say(const std::string& text) {
        wire->heard.clear();
        handler->on_message(text, [] {});
        run();
        for (const auto& one : wire->heard) {
            const auto frame = json::parse(one);
            if (const auto* why = frame.as_object().if_contains("problem")) {
                last_problem = why->as_object();
                return std::string(last_problem.at("code").as_string());
            }
            if (frame.at("type") == "answer") return std::to_string(frame.at("status").as_int64());
        }
        return "nothing";
    }
    std::shared_ptr<socket_end> wire = std::make_shared<socket_end>();
    std::unique_ptr<connection_handler> handler;
    boost::asio::io_context& loop;
    json::object last_problem;
};

class gate : public ::testing::Test {
protected:
    gate() {
        room.attach(wire);
        house.settings.now.limits.tenant.per_minute = 0;
        house.settings.now.allowed_origins = {"https://www.example.org", "http://localhost:3000"};
    }

    std::string token_for(user_id whose) {
        return house
            .write([&](kernel::writing& w) {
                return kernel::issue_token(house.env, w, house.system(), whose, "test", {});
            })
            .value()
            .secret;
    }
    static headers signed_in(const std::string& token, std::string host = "inn.example") {
        return {{"Host", std::move(host)}, {"Authorization", "Bearer " + token}};
    }
    static http_request request(std::string method, std::string target, headers with) {
        return {.method = std::move(method),
                .target = std::move(target),
                .headers = std::move(with),
                .body = {},
                .remote = "192.0.2.1",
                .request_id = "r1"};
    }
    http_response ask(http_request what) {
        std::optional<http_response> got;
        api.handle(std::move(what), [&got](http_response made) { got = std::move(made); });
        return got.value();
    }
    http_response ask(std::string method, std::string target, headers with) {
        return ask(request(std::move(method), std::move(target), std::move(with)));
    }
    static std::string code(const http_response& answer) {
        if (!answer.body.starts_with("{\"type\":\"urn:parley:problem:")) return std::to_string(answer.status);
        return std::string(json::parse(answer.body).at("code").as_string());
    }
    static std::string header(const http_response& answer, std::string_view name) {
        std::string all;
        for (const auto& one : answer.headers)
            if (same_token(one.name, name)) all += one.value;
        return all;
    }
    handshake_outcome shake(headers with) {
        handshake_outcome outcome;
        api.on_upgrade(request("GET", "/api/v1/socket", std::move(with)),
                       upgrade(std::make_unique<noted_decision>(outcome)));
        return outcome;
    }

    kernel::testing::house house;
    ticks now = 1h;
    std::map<std::string, std::string, std::less<>> hosts{{"inn.example", "inn"}, {"other.example", "other"}};
    std::function<std::optional<std::string>(std::string_view)> lookup =
        [this](std::string_view host) -> std::optional<std::string> {
        const auto found = hosts.find(host);
        return found == hosts.end() ? std::nullopt : std::optional(found->second);
    };
    testing::function_handler nobody;
    http_server wire{{.threads = 1}, nobody};
    hub room{house.time, house.settings};
    testing::shop shop;
    struct with_a_shop : operation_catalogue {
        explicit with_a_shop(testing::shop& of) {
            for (auto& one : {of.buy(), of.look()}) EXPECT_TRUE(add(one, testing::shop::permissions()));
        }
    } catalogue{shop};
    kernel::sign_in_brake brake{house.time};
    kernel::audit_pace pace{house.time};
    oidc_client providers{house.time, [](const web_request&, web_answered) { FAIL() << "nobody is to be asked"; }, {}};
    issuer_keys keys{house.time, [](const web_request&, web_answered) { FAIL() << "nobody is to be asked"; }};
    services tools{.env = house.env,
                   .store = house.store,
                   .room = room,
                   .hash_later = [](auto work) { work(false); },
                   .brake = brake,
                   .pace = pace,
                   .keys = keys,
                   .providers = providers,
                   .judges = house.judges,
                   .messages = house.messages,
                   .catalogue = catalogue};
    authenticator who{house.store, house.time, house.permissions, lookup};
    gatekeeper keeper{{.limits = {.address = {.per_minute = 6000, .burst = 1000}, .keys = 4096},
                       .sockets_per_user = 2,
                       .sockets_per_address = 3,
                       .tenant_header = "X-Tenant"},
                      house.settings,
                      lookup,
                      [this] { return now; }};
    chat_parts parts{tools, who, room, keeper, {}};
    api_handler api{parts, {}, [](const http_request&) { return std::nullopt; }};
    user_id ann = house.add_user("ann");
    std::string hers = token_for(ann);
};

TEST_F(gate, HttpAndWebSocketShareOneBucket) {
    house.settings.now.limits.read = {.per_minute = 6, .burst = 9};
    open_socket socket(shake(signed_in(hers)).handler, wire.context(0));  // 1
    EXPECT_EQ(code(ask("GET", "/api/v1/users/me", signed_in(hers))), "200");
    EXPECT_EQ(code(ask("GET", "/api/v1/users/me", signed_in(hers, "INN.example:80"))), "200");
    EXPECT_EQ(socket.say(R"({"id":"1","command":"user.me"})"), "200");
    EXPECT_EQ(socket.say(R"({"id":"2","command":"resume","data":{"since":-1}})"), "since_invalid");
    EXPECT_EQ(socket.say(R"({"id":"3","command":"nonsense"})"), "command_unknown");
    EXPECT_EQ(socket.say(R"({"id":"4","command":"authenticate","data":{"token":"x"}})"), "signed_in");
    EXPECT_EQ(socket.say("not JSON"), "json_not_object");
    EXPECT_EQ(socket.say(R"({"id":"5","command":"snapshot"})"), "200");

    auto elsewhere = request("GET", "/api/v1/users/me", signed_in(hers));
    elsewhere.remote = "2001:db8::77";
    const auto refused = ask(elsewhere);
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(header(refused, "Retry-After"), "10");
    EXPECT_EQ(json::parse(refused.body).at("retry_after"), 10);
    for (const auto* text : {R"({"id":"6","command":"user.me"})", R"({"id":"7","command":"snapshot"})", "not JSON",
                             R"({"id":"8","command":"resume","data":{"since":0}})", R"({"id":"9","command":"x"})",
                             R"({"id":"10","command":"authenticate","data":{"token":"x"}})"})
        EXPECT_EQ(socket.say(text), "rate_limited") << text;
    EXPECT_EQ(socket.last_problem.at("retry_after"), 10);
    EXPECT_EQ(code(ask("PATCH", "/api/v1/users/me", signed_in(hers))), "200") << "changes are counted apart";

    now += 9s;
    EXPECT_EQ(ask("GET", "/api/v1/users/me", signed_in(hers)).status, 429);
    now += 1s;
    EXPECT_EQ(ask("GET", "/api/v1/users/me", signed_in(hers)).status, 200);
    EXPECT_EQ(ask("GET", "/api/v1/users/me", signed_in(token_for(house.add_user("bob")))).status, 200);
}

TEST_F(gate, AClosedTenantIsClosedAtEveryDoor) {
    open_socket socket(shake(signed_in(hers)).handler, wire.context(0));
    EXPECT_EQ(socket.say(R"({"id":"1","command":"user.me"})"), "200");
    house.settings.now.enabled = false;
    EXPECT_EQ(socket.say(R"({"id":"2","command":"user.me"})"), "tenant_disabled");
    EXPECT_EQ(socket.say(R"({"id":"3","command":"resume","data":{"since":0}})"), "tenant_disabled");
    EXPECT_EQ(socket.wire->closed_with, 0);
    room.settings_changed();
    socket.run();
    EXPECT_EQ(socket.wire->closed_with, 1008);

    // By the host's name, by the token alone, for who is nobody, and at addresses that lead nowhere.
    EXPECT_EQ(code(ask("GET", "/api/v1/users/me", signed_in(hers))), "tenant_disabled");
    EXPECT_EQ(code(ask("GET", "/api/v1/users/me", signed_in(hers, "127.0.0.1"))), "tenant_disabled");
    EXPECT_EQ(code(ask("GET", "/api/v1/users/me", {{"Host", "inn.example"}})), "tenant_disabled");
    EXPECT_EQ(code(ask("GET", "/api/v1/server", {{"Host", "inn.example"}})), "tenant_disabled");
    EXPECT_EQ(code(ask("POST", "/api/v1/sessions", {{"Host", "inn.example"}})), "tenant_disabled");
    EXPECT_EQ(code(ask("GET", "/api/v1/openapi.json", signed_in(hers))), "tenant_disabled");
    EXPECT_EQ(code(ask("GET", "/nowhere", signed_in(hers))), "tenant_disabled");
    EXPECT_EQ(code(shake(signed_in(hers)).refused), "tenant_disabled");
    EXPECT_EQ(code(shake(signed_in(hers, "127.0.0.1")).refused), "tenant_disabled");
    EXPECT_EQ(code(shake({{"Host", "inn.example"}}).refused), "tenant_disabled");
    EXPECT_EQ(code(ask("GET", "/api/v1/users/me", signed_in("wrong", "127.0.0.1"))), "token_invalid");

    house.settings.now.enabled = true;
    EXPECT_EQ(code(ask("GET", "/api/v1/users/me", signed_in(hers))), "200");
    open_socket again(shake(signed_in(hers)).handler, wire.context(0));
    EXPECT_EQ(again.say(R"({"id":"1","command":"user.me"})"), "200");
}

TEST_F(gate, WhoIsLetInWhileTheTenantIsBeingClosedGoesAtOnce) {
    auto late = shake(signed_in(hers));
    ASSERT_TRUE(late.handler);
    auto nobody_yet = shake({{"Host", "127.0.0.1"}, {"Authorization", "Basic x"}});
    house.settings.now.enabled = false;
    open_socket socket(std::move(late.handler), wire.context(0));
    EXPECT_EQ(socket.wire->closed_with, 1008);
    open_socket other(std::move(nobody_yet.handler), wire.context(0));
    EXPECT_EQ(other.say(R"({"id":"1","command":"authenticate","data":{"token":")" + hers + "\"}}"), "tenant_disabled");
    EXPECT_EQ(other.wire->closed_with, 1008);
}

TEST_F(gate, ARefusedCommandIsReadNoFasterThanTheRefusalTakes) {
    house.settings.now.limits.read = {.per_minute = 6, .burst = 1};
    open_socket socket(shake(signed_in(hers)).handler, wire.context(0));
    bool done = false;
    socket.handler->on_message(R"({"id":"1","command":"user.me"})", [&] { done = true; });
    socket.run();
    EXPECT_FALSE(done);
    wire.context(0).run_one();
    EXPECT_TRUE(done);
}

TEST_F(gate, TriesToSignInAreCountedByAddress) {
    house.settings.now.limits.sign_in = {.per_minute = 6, .burst = 2};
    const auto try_from = [&](const char* address, headers more = {}) {
        auto one = request("POST", "/api/v1/sessions", {{"Host", "inn.example"}, {"Content-Type", "application/json"}});
        std::ranges::move(more, std::back_inserter(one.headers));
        one.body = R"({"username":"ann","password":"guess"})";
        one.remote = address;
        return code(ask(std::move(one)));
    };
    EXPECT_EQ(try_from("2001:db8:1:2::1"), "sign_in_failed");
    EXPECT_EQ(try_from("2001:db8:1:2::2"), "sign_in_failed");
    EXPECT_EQ(try_from("2001:db8:1:2::3"), "rate_limited");
    EXPECT_EQ(try_from("2001:db8:1:2::3", {{"X-Forwarded-For", "198.51.100.1"}, {"Authorization", "Bearer " + hers}}),
              "rate_limited");
    EXPECT_EQ(try_from("2001:db8:1:3::1"), "sign_in_failed") << "ann herself still can, from elsewhere";
}

TEST_F(gate, AnAddressIsLimitedWhateverItAsks) {
    for (int i = 0; i < 1000; ++i) ASSERT_NE(ask("GET", "/nothing", signed_in("prl_bad")).status, 429);
    for (const auto* target : {"/nothing", "/api/v1/users/me", "/api/v1/openapi.json"})
        EXPECT_EQ(code(ask("GET", target, signed_in(hers))), "rate_limited") << target;
    EXPECT_EQ(shake(signed_in(hers)).refused.status, 429);
}

TEST_F(gate, AHostOfNobodyHasNothingForWhoDoesNotSayWhoItIs) {
    for (const auto* target : {"/api/v1/server", "/api/v1/users/me", "/nothing", "/"})
        for (const auto* host : {"", "nobody.example", "inn.example.evil.example", "inn.example@evil", "=inn"})
            EXPECT_EQ(code(ask("GET", target, {{"Host", host}})), "host_unknown") << host << target;
    EXPECT_EQ(code(ask("GET", "/api/v1/server", {{"Host", "inn.example"}})), "200");
    EXPECT_EQ(code(ask("GET", "/api/v1/openapi.json", {{"Host", "nobody.example"}})), "200") << "it is nobody's secret";
    EXPECT_EQ(code(ask("GET", "/api/v1/users/me", {{"Host", "inn.example"}})), "not_signed_in");
    EXPECT_EQ(code(ask("GET", "/api/v1/users/me", signed_in(hers, "nobody.example"))), "200");
    EXPECT_EQ(code(shake({{"Host", "nobody.example"}}).refused), "host_unknown");
}

TEST_F(gate, ATokenIsAsGoodAsNoneUnderTheNameOfAnotherTenant) {
    const auto foreign = ask("GET", "/api/v1/users/me", signed_in(hers, "other.example"));
    const auto unknown = ask("GET", "/api/v1/users/me", signed_in("prl_unknown", "other.example"));
    EXPECT_EQ(code(foreign), "token_invalid");
    EXPECT_EQ(foreign.body, unknown.body);
    EXPECT_EQ(code(shake(signed_in(hers, "other.example")).refused), "token_invalid");
    open_socket socket(shake({{"Host", "other.example"}}).handler, wire.context(0));
    EXPECT_EQ(socket.say(R"({"id":"1","command":"authenticate","data":{"token":")" + hers + "\"}}"), "token_invalid");
    EXPECT_EQ(socket.wire->closed_with, close_code::policy);
}

TEST_F(gate, ATrustedProxyMayNameTheTenantAndNobodyElse) {
    auto one = request("GET", "/api/v1/server", {{"Host", "nobody.example"}, {"x-tenant", "inn"}});
    EXPECT_EQ(code(ask(one)), "host_unknown");
    one.brought_by = bearer::trusted_proxy;
    EXPECT_EQ(code(ask(one)), "200");
    one.headers[1].value = "nowhere";
    EXPECT_EQ(code(ask(one)), "host_unknown");
    auto mine = request("GET", "/api/v1/users/me", signed_in(hers));
    mine.brought_by = bearer::trusted_proxy;
    mine.headers.push_back({"X-Tenant", "other"});
    EXPECT_EQ(code(ask(mine)), "token_invalid") << "the header wins over the host";
}

TEST_F(gate, OnlyListedOriginsMayRead) {
    struct row {
        const char* origin;
        bool allowed;
    };
    for (const auto& [origin, allowed] :
         {row{"https://www.example.org", true}, row{"http://localhost:3000", true},
          row{"http://www.example.org", false}, row{"https://www.example.org:444", false},
          row{"https://www.example.org.evil.example", false}, row{"https://evil-www.example.org", false},
          row{"https://WWW.example.org", false}, row{"null", false}, row{"*", false},
          row{"https://www.example.org/", false}, row{"", false},
          row{"https://www.example.org, https://evil.example", false}}) {
        auto with = signed_in(hers);
        with.push_back({"Origin", origin});
        const auto answer = ask("GET", "/api/v1/users/me", with);
        EXPECT_EQ(header(answer, "Access-Control-Allow-Origin"), allowed ? origin : "") << origin;
        EXPECT_EQ(header(answer, "Vary"), "Origin") << origin;
        EXPECT_EQ(header(answer, "Access-Control-Allow-Credentials"), "");

        const auto preflight = ask("OPTIONS", "/api/v1/users/me",
                                   {{"Host", "inn.example"},
                                    {"Origin", origin},
                                    {"Access-Control-Request-Method", "PATCH"},
                                    {"Access-Control-Request-Headers", "authorization"}});
        EXPECT_EQ(preflight.status, allowed ? 204 : 405) << origin;
        EXPECT_EQ(header(preflight, "Access-Control-Allow-Origin"), allowed ? origin : "") << origin;
        EXPECT_EQ(header(preflight, "Access-Control-Allow-Headers").empty(), !allowed);
        EXPECT_EQ(header(preflight, "Access-Control-Allow-Headers").find("Upload-Offset") != std::string::npos,
                  allowed);
        EXPECT_EQ(header(answer, "Access-Control-Expose-Headers").find("Upload-Offset") != std::string::npos, allowed);
        EXPECT_EQ(header(preflight, "Vary"), "Origin") << origin;
    }
    const auto problem = ask("GET", "/nothing", {{"Host", "inn.example"}, {"Origin", "https://www.example.org"}});
    EXPECT_EQ(header(problem, "Access-Control-Allow-Origin"), "https://www.example.org") << "problems are read too";
    const auto elsewhere = ask(
        "OPTIONS", "/api/v1/users/me",
        {{"Host", "nobody.example"}, {"Origin", "https://www.example.org"}, {"Access-Control-Request-Method", "GET"}});
    EXPECT_EQ(header(elsewhere, "Access-Control-Allow-Origin"), "");
}

TEST_F(gate, PagesOfOtherSitesCannotOpenAWebSocket) {
    struct row {
        const char* host;
        const char* origin;
        bool welcome;
    };
    for (const auto& [host, origin, welcome] :
         {row{"inn.example", "https://inn.example", true}, row{"inn.example", "http://inn.example", true},
          row{"inn.example:8080", "http://inn.example:8080", true}, row{"INN.example", "https://inn.example", true},
          row{"inn.example:443", "https://inn.example", true}, row{"inn.example", "https://inn.example:443", true},
          row{"inn.example", "https://www.example.org", true}, row{"inn.example", "https://inn.example:8443", false},
          row{"inn.example", "https://evil.example", false}, row{"inn.example", "https://inn.example.evil", false},
          row{"inn.example", "null", false}, row{"inn.example", "file://", false},
          row{"inn.example", "inn.example", false}, row{"inn.example", "https://other.example", false},
          row{"inn.example", "https://", false}}) {
        const auto outcome = shake({{"Host", host}, {"Origin", origin}});
        EXPECT_EQ(outcome.handler != nullptr, welcome) << host << ' ' << origin;
        if (!welcome) EXPECT_EQ(code(outcome.refused), "origin_refused") << origin;
        if (!welcome) EXPECT_EQ(outcome.refused.status, 403);
    }
    EXPECT_TRUE(shake({{"Host", "inn.example"}}).handler) << "programs send no origin";
}

TEST_F(gate, AUserHasSoManyWebSocketsAndNoMore) {
    auto first = std::make_unique<open_socket>(shake(signed_in(hers)).handler, wire.context(0));
    open_socket second(shake({{"Host", "inn.example"}}).handler, wire.context(0));
    EXPECT_EQ(second.say(R"({"id":"1","command":"authenticate","data":{"token":")" + hers + "\"}}"), "200");
    const auto third = shake(signed_in(hers)).refused;
    EXPECT_EQ(third.status, 429);
    EXPECT_EQ(code(third), "too_many_connections");
    EXPECT_FALSE(header(third, "Retry-After").empty());
    {
        open_socket late(shake({{"Host", "inn.example"}}).handler, wire.context(0));
        EXPECT_EQ(late.say(R"({"id":"1","command":"authenticate","data":{"token":")" + hers + "\"}}"),
                  "too_many_connections");
        EXPECT_EQ(late.wire->closed_with, close_code::try_again_later);
    }
    EXPECT_EQ(keeper.sockets_refused(), 2U);
    EXPECT_TRUE(shake(signed_in(token_for(house.add_user("bob")))).handler) << "others have their own";
    first.reset();
    EXPECT_TRUE(shake(signed_in(hers)).handler);
}

TEST_F(gate, AnAddressHasSoManyWebSocketsAndNoMore) {
    std::vector<handshake_outcome> open;
    for (int i = 0; i < 3; ++i) open.push_back(shake({{"Host", "inn.example"}}));
    EXPECT_EQ(code(shake({{"Host", "inn.example"}}).refused), "too_many_connections");
    handshake_outcome elsewhere;
    auto other = request("GET", "/api/v1/socket", {{"Host", "inn.example"}});
    other.remote = "192.0.2.2";
    api.on_upgrade(other, upgrade(std::make_unique<noted_decision>(elsewhere)));
    EXPECT_TRUE(elsewhere.handler);
    open.pop_back();
    EXPECT_TRUE(shake({{"Host", "inn.example"}}).handler) << "a handshake that failed after all gives its seat back";
}

TEST_F(gate, a_plugins_command_is_like_none_where_it_is_off) {
    const auto buy = [this](std::string method, std::string body, headers with) {
        auto asked = request(std::move(method), "/api/v1/shop/7/orders/tea", std::move(with));
        asked.body = std::move(body);
        return ask(std::move(asked));
    };
    auto as_json = signed_in(hers);
    as_json.push_back({"Content-Type", "application/json"});
    EXPECT_EQ(code(buy("PUT", R"({"number": 2})", as_json)), "200");
    EXPECT_EQ(code(buy("PUT", R"({"number": 2})", signed_in(hers))), "not_json");
    EXPECT_EQ(code(buy("GET", {}, signed_in(hers))), "method_not_allowed");
    EXPECT_EQ(code(buy("PUT", R"({"number": 2})", {{"Host", "inn.example"}})), "not_signed_in");
    auto huge = R"({"number": 2, "x": ")" + std::string(2 * 1024 * 1024, 'x') + "\"}";
    EXPECT_EQ(code(buy("PUT", huge, as_json)), "json_too_large");
    EXPECT_EQ(shop.heard.size(), 1U);
    open_socket socket(shake(signed_in(hers)).handler, wire.context(0));
    EXPECT_EQ(socket.say(R"({"id":"1","command":"shop.look"})"), "200");

    shop.off = {"inn"};
    const auto unknown = ask("PUT", "/api/v1/shop/7/orders/tea/x", signed_in(hers));
    EXPECT_EQ(unknown.status, 404);
    for (const auto& answer : {buy("PUT", R"({"number": 2})", as_json), buy("PUT", "no JSON", as_json),
                               buy("PUT", R"({"number": 2})", signed_in(hers)), buy("GET", {}, signed_in(hers)),
                               buy("PUT", huge, as_json), ask("GET", "/api/v1/shop", signed_in(hers))}) {
        EXPECT_EQ(answer.status, 404);
        EXPECT_EQ(answer.body, unknown.body);
        EXPECT_EQ(header(answer, "Allow"), "");
    }
    EXPECT_EQ(socket.say(R"({"id":"2","command":"shop.look"})"), "command_unknown");
    const auto offered = socket.last_problem;
    EXPECT_EQ(socket.say(R"({"id":"2","command":"shop.lock"})"), "command_unknown");
    EXPECT_EQ(socket.last_problem, offered);
    EXPECT_EQ(shop.heard.size(), 2U);
}

TEST_F(gate, a_command_that_is_forgotten_is_answered_so_and_the_next_one_is_read) {
    open_socket socket(shake(signed_in(hers)).handler, wire.context(0));
    tools.hash_later = [](const auto&) {};
    constexpr auto* change = R"({"id":"1","command":"password.change",
                                 "data":{"old_password":"what it was","new_password":"what it is to be"}})";
    EXPECT_EQ(socket.say(change), "unanswered");
    EXPECT_EQ(socket.last_problem.at("status"), 500);
    EXPECT_EQ(socket.wire->heard.size(), 1U) << "once";
    EXPECT_EQ(socket.say(R"({"id":"2","command":"user.me"})"), "200");
}

// However many there are: taking the one aside may move all others.
TEST_F(gate, a_member_of_the_body_that_the_address_names_already_is_reported) {
    const auto ida = house.add_user("ida", "manager");
    const auto room_id = house.add_channel(ida, {});
    const auto token = token_for(ida);
    const std::string long_text(100, 'x');
    for (int others = 0; others < 20; ++others) {
        json::object body{{"text", "hello"}, {"conversation", long_text}};
        for (int i = 0; i < others; ++i) body["other" + std::to_string(i)] = i;
        auto what = request("POST", "/api/v1/conversations/" + room_id.text() + "/messages", signed_in(token));
        what.headers.push_back({"Content-Type", "application/json"});
        what.body = json::serialize(body);
        const auto answer = ask(std::move(what));
        EXPECT_EQ(answer.status, 201) << answer.body;
        EXPECT_NE(answer.body.find("\"body.conversation\""), std::string::npos) << answer.body;
    }
}

TEST_F(gate, the_documents_are_those_of_the_tenant_that_asks) {
    shop.off = {"inn"};
    const auto has_shop = [this](headers with, bearer brought_by = bearer::anybody) {
        std::string found;
        for (const auto* target : {"/api/v1/openapi.json", "/api/v1/asyncapi.json"}) {
            auto asked = request("GET", target, with);
            asked.brought_by = brought_by;
            const auto answer = ask(std::move(asked));
            EXPECT_EQ(answer.status, 200);
            found += answer.body.contains("shop.buy") ? '1' : '0';
        }
        return found;
    };
    EXPECT_EQ(has_shop({{"Host", "inn.example"}}), "00");
    EXPECT_EQ(has_shop(signed_in(hers)), "00");
    EXPECT_EQ(has_shop(signed_in(hers, "nobody.example")), "00") << "by the token";
    EXPECT_EQ(has_shop({{"Host", "nobody.example"}, {"Cookie", std::string(session_cookie) + "=" + hers}}), "00")
        << "by the cookie";
    EXPECT_EQ(has_shop({{"Host", "nobody.example"}, {"X-Tenant", "inn"}}, bearer::trusted_proxy), "00");
    EXPECT_EQ(has_shop({{"Host", "nobody.example"}, {"X-Tenant", "inn"}}), "11") << "anybody can say that";
    EXPECT_EQ(has_shop({{"Host", "nobody.example"}}), "11") << "where nothing else is said";
    EXPECT_EQ(has_shop(signed_in("prl_bad", "nobody.example")), "11");
    EXPECT_EQ(has_shop(signed_in(hers, "other.example")), "11") << "the address goes before the token";
    shop.off = {};
    EXPECT_EQ(has_shop(signed_in(hers)), "11") << "the next time it is asked";
}

TEST(RouteClasses, EveryOperationHasTheOneItShould) {
    std::map<std::string, route_class> unusual;
    for (const auto& one : testing::kernel_catalogue().all())
        if (const auto is = class_of(one); is != (one.method == "GET" ? route_class::read : route_class::write))
            unusual.emplace(one.name, is);
    for (const auto* name : {"message.send", "message.edit", "message.delete"})
        EXPECT_EQ(unusual[name], route_class::message) << name;
    for (const auto* name : {"typing.start", "typing.stop", "presence.set", "read.mark", "read.unmark"})
        EXPECT_EQ(unusual[name], route_class::live) << name;
    EXPECT_EQ(unusual["session.open"], route_class::sign_in);
}

}  // namespace
}  // namespace parley::transport
