// Signing in at a provider as a browser does, with a provider that can be made to do wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/jwt_text.hpp"
#include "base/testing/jwt_issuer.hpp"
#include "base/totp.hpp"
#include "kernel/accounts.hpp"
#include "kernel/guests.hpp"
#include "kernel/started_sign_ins.hpp"
#include "transport/browser_session.hpp"
#include "transport/testing/front.hpp"
#include "transport/web_text.hpp"

namespace parley::transport {
namespace json = boost::json;
namespace {

using jwt::algorithm;
using jwt::testing::issuer;
using ::testing::AllOf;
using testing::front;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using testing::text_of;
using query = std::map<std::string, std::string>;

constexpr std::string_view home = "https://id.example";

std::string decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
        i += 2;
    }
    return out;
}

query parameters_of(std::string_view form) {
    query made;
    while (!form.empty()) {
        const auto pair = form.substr(0, form.find('&'));
        form.remove_prefix(std::min(pair.size() + 1, form.size()));
        const auto equals = pair.find('=');
        made[decoded(pair.substr(0, equals))] = decoded(pair.substr(equals + 1));
    }
    return made;
}

/// What the provider says and does; a test bends it.
struct provider {
    issuer keys{algorithm::es256, "k1"};
    json::object document{{"issuer", home},
                          {"authorization_endpoint", "https://id.example/authorise?tenant=x"},
                          {"token_endpoint", "https://id.example/token"},
                          {"jwks_uri", "https://id.example/keys"},
                          {"code_challenge_methods_supported", {"plain", "S256"}}};
    std::function<web_answer(const web_request&)> token;
    json::object told{{"sub", "7"}};
    std::vector<web_request> asked;

    result<web_answer> answer(const web_request& wanted) {
        asked.push_back(wanted);
        if (wanted.url == "https://id.example/.well-known/openid-configuration")
            return web_answer{200, json::serialize(document), {}};
        if (wanted.url == "https://id.example/keys")
            return web_answer{200, json::serialize(json::object{{"keys", json::array{keys.jwk()}}}), {}};
        if (wanted.url == "https://id.example/token") return token(wanted);
        if (wanted.url == "https://id.example/me") return web_answer{200, json::serialize(told), {}};
        return failure(fault::unavailable, "web_away", "There is nothing at " + wanted.url);
    }
    [[nodiscard]] int times(std::string_view url) const {
        return static_cast<int>(std::ranges::count(asked, url, &web_request::url));
    }
};

class sign_in_run : public ::testing::Test {
protected:
    front at;
    provider there;
    query sent;          ///< what the browser brought to the provider
    std::string cookie;  ///< of the browser
    std::string nonce;   ///< for the next token; empty: the one that was sent

    sign_in_run() {
        at.house.settings.now.hosts = {"chat.example"};
        at.house.settings.now.sign_in_providers = {{.name = "corp",
                                                    .title = "Corporation",
                                                    .issuer = std::string(home),
                                                    .client_id = "parley",
                                                    .client_secret = "a secret:of %",
                                                    .role = "member"},
                                                   {.name = "other",
                                                    .title = {},
                                                    .issuer = "https://other.example",
                                                    .client_id = "parley",
                                                    .client_secret = {}}};
        at.fetch = [this](const web_request& wanted, web_answered answer) { answer(there.answer(wanted)); };
        there.token = [this](const web_request&) { return tokens(there.keys.token(claims())); };
        browse();
    }
    sign_in_provider_settings& corp() { return at.house.settings.now.sign_in_providers.at(0); }

    void browse(std::string host = "chat.example") {
        http_request made;
        made.headers = {{"Host", std::move(host)}};
        if (!cookie.empty()) made.headers.push_back({"Cookie", "a=b; " + std::string(sign_in_cookie) + "=" + cookie});
        at.request = std::make_shared<http_request>(std::move(made));
    }
    static web_answer tokens(const std::string& id_token, json::object more = {}) {
        json::object body{{"id_token", id_token}, {"access_token", "opaque"}, {"token_type", "Bearer"}};
        for (auto& [name, value] : more) body[name] = value;
        return {200, json::serialize(body), {}};
    }
    json::object claims(json::object more = {}) {
        const auto now = std::chrono::floor<std::chrono::seconds>(at.house.time.now()).time_since_epoch().count();
        json::object made{{"iss", home},        {"aud", "parley"}, {"sub", "7"},
                          {"exp", now + 60},    {"iat", now},      {"nonce", nonce.empty() ? sent["nonce"] : nonce},
                          {"name", "Ann of Id"}};
        for (auto& [name, value] : more)
            if (value.is_null())
                made.erase(name);
            else
                made[name] = value;
        return made;
    }
    std::string header(std::string_view name, std::string_view begins = {}) const {
        for (const auto& one : at.headers)
            if (one.name == name && one.value.starts_with(begins)) return one.value;
        return {};
    }
    /// The browser is sent away; gives the code of the problem, or "ok".
    std::string start(json::object given = {}, std::string name = "corp") {
        at.headers.clear();
        given["provider"] = std::move(name);
        auto made = at.code("sign_in.start", {}, std::move(given));
        if (made != "ok") return made;
        const auto location = header("Location");
        sent = parameters_of(std::string_view(location).substr(location.find('?') + 1));
        const auto kept = header("Set-Cookie", sign_in_cookie);
        cookie = kept.substr(sign_in_cookie.size() + 1, 43);
        browse();
        return made;
    }
    /// It comes back; gives where it is sent on to, or the code of the problem.
    std::string back(json::object given = {}, std::string name = "corp") {
        at.headers.clear();
        json::object whole{{"provider", std::move(name)}, {"state", sent["state"]}, {"code", "c1"}};
        for (auto& [key, value] : given)
            if (value.is_null())
                whole.erase(key);
            else
                whole[key] = value;
        const auto made = at.code("sign_in.callback", {}, std::move(whole));
        return made == "ok" ? header("Location") : made;
    }
    std::string whole_way(json::object given = {}) {
        if (auto made = start(std::move(given)); made != "ok") return made;
        return back();
    }
    /// With one token that is not as it should be.
    std::string with_token(const std::string& token) {
        there.token = [token](const web_request&) { return tokens(token); };
        return back();
    }
    std::size_t users() { return at.house.rows().users.size(); }
    bool has_session() const { return !header("Set-Cookie", "__Host-parley=").empty(); }
    const access_token& last_session() { return at.house.rows().tokens.rbegin()->second; }
};

TEST_F(sign_in_run, the_list_has_names_and_nothing_else) {
    EXPECT_EQ(
        json::serialize(at.ask("sign_in.providers", {}, {})),
        R"({"providers":[{"name":"corp","title":"Corporation"},{"name":"other","title":"other"}],"guests":false})");
    at.house.settings.now.sessions.guests = true;
    EXPECT_EQ(at.ask("sign_in.providers", {}, {}).at("guests"), true);
}

TEST_F(sign_in_run, goes_there_and_comes_back_signed_in) {
    ASSERT_EQ(start({{"return_to", "/rooms?a=b#c"}}), "ok");
    EXPECT_THAT(header("Location"), StartsWith("https://id.example/authorise?tenant=x&response_type=code&"));
    EXPECT_EQ(sent["client_id"], "parley");
    EXPECT_EQ(sent["redirect_uri"], "https://chat.example/api/v1/sign_in/corp/callback");
    EXPECT_EQ(sent["scope"], "openid profile");
    EXPECT_EQ(sent["code_challenge_method"], "S256");
    EXPECT_EQ(sent["code_challenge"].size(), 43U);
    EXPECT_THAT(header("Set-Cookie"),
                AllOf(StartsWith("__Host-parley-sign-in="), HasSubstr("; Path=/; Secure; HttpOnly"),
                      HasSubstr("SameSite=Lax"), HasSubstr("Max-Age=600")));
    EXPECT_EQ(back({{"iss", home}}), "/rooms?a=b#c");
    EXPECT_TRUE(has_session());
    EXPECT_FALSE(header("Set-Cookie", "__Host-parley-sign-in=; Max-Age=0").empty());

    const auto form = parameters_of(there.asked.at(1).form.value());
    EXPECT_EQ(form.at("grant_type"), "authorization_code");
    EXPECT_EQ(form.at("code"), "c1");
    EXPECT_EQ(form.at("redirect_uri"), sent["redirect_uri"]);
    EXPECT_EQ(jwt::challenge_of(form.at("code_verifier")), sent["code_challenge"]);
    EXPECT_FALSE(form.contains("client_secret"));
    EXPECT_EQ(there.asked.at(1).authorization, "Basic cGFybGV5OmElMjBzZWNyZXQlM0FvZiUyMCUyNQ==");

    EXPECT_EQ(last_session().kind, token_kind::provider);
    EXPECT_EQ(last_session().name, "Corporation");
    EXPECT_EQ(last_session().ends_at - last_session().created_at, std::chrono::hours{24});
    const auto& who = at.house.rows().users.at(last_session().user);
    EXPECT_EQ(who.display_name, "Ann of Id");
    EXPECT_EQ(who.role, "member");
    EXPECT_TRUE(at.house.rows().started.empty());
    EXPECT_EQ(whole_way(), "/");
    EXPECT_EQ(users(), 1U) << "found again";
    EXPECT_EQ(there.times("https://id.example/.well-known/openid-configuration"), 1);
}

TEST_F(sign_in_run, a_state_is_good_once_and_for_its_browser) {
    ASSERT_EQ(start(), "ok");
    EXPECT_EQ(back({{"state", "made-up"}}), "sign_in_lost");
    EXPECT_EQ(back({{"state", sent["nonce"]}}), "sign_in_lost");
    EXPECT_EQ(back({}, "other"), "sign_in_lost") << "another provider's";
    const auto mine = cookie;
    for (const auto& others : {std::string(), std::string(43, 'x'), sent["state"]}) {
        cookie = others;
        browse();
        EXPECT_EQ(back(), "sign_in_lost") << "another browser's";
    }
    cookie = mine;
    browse();
    EXPECT_EQ(there.times("https://id.example/token"), 0);
    EXPECT_EQ(back(), "/");
    EXPECT_EQ(back(), "sign_in_lost") << "a second time";
    EXPECT_EQ(there.times("https://id.example/token"), 1);

    ASSERT_EQ(start(), "ok");
    there.token = [](const web_request&) { return web_answer{500, {}, {}}; };
    EXPECT_EQ(back(), "/?sign_in_error=provider_away");
    EXPECT_EQ(back(), "sign_in_lost") << "also when it came to nothing";
    ASSERT_EQ(start(), "ok");
    at.house.time.advance(std::chrono::minutes{10});
    EXPECT_EQ(back(), "sign_in_lost") << "too old";
    EXPECT_EQ(at.house.rows().started.size(), 1U);
    at.house.time.advance(std::chrono::seconds{1});
    EXPECT_TRUE(
        at.house.write([&](kernel::writing& w) { return result<bool>(kernel::sweep_sessions(at.house.env, w)); })
            .value());
    EXPECT_TRUE(at.house.rows().started.empty());
}

TEST_F(sign_in_run, every_bad_token_is_refused) {
    const issuer stranger(algorithm::es256, "k1");
    const issuer rsa(algorithm::rs256, "k1");
    issuer confused(algorithm::hs256, "k1");
    confused.secret = there.keys.pem();
    issuer by_secret(algorithm::hs256);
    by_secret.secret = corp().client_secret;
    ASSERT_EQ(start(), "ok");
    const auto old = sent["nonce"];
    const std::vector<std::function<std::string()>> bad{
        [] { return std::string("x"); },
        [] { return std::string(9'000, 'a'); },
        [&] { return there.keys.token(claims(), {{"alg", "none"}}); },
        [&] {
            const auto good = there.keys.signed_text(R"({"alg":"none"})", json::serialize(claims()));
            return good.substr(0, good.rfind('.') + 1);
        },
        [&] { return confused.token(claims()); },
        [&] { return by_secret.token(claims()); },
        [&] { return there.keys.token(claims(), {{"jku", "https://evil.example"}}); },
        [&] { return stranger.token(claims()); },
        [&] { return rsa.token(claims()); },
        [&] { return there.keys.token(claims({{"iss", "https://other.example"}})); },
        [&] { return there.keys.token(claims({{"aud", "somebody"}})); },
        [&] { return there.keys.token(claims({{"aud", {"parley", "somebody"}}})); },
        [&] { return there.keys.token(claims({{"aud", {"parley", "somebody"}}, {"azp", "somebody"}})); },
        [&] { return there.keys.token(claims({{"azp", "somebody"}})); },
        [&] { return there.keys.token(claims({{"exp", 1}})); },
        [&] { return there.keys.token(claims({{"exp", nullptr}})); },
        [&] { return there.keys.token(claims({{"iat", nullptr}})); },
        [&] { return there.keys.token(claims({{"iat", 4'000'000'000}})); },
        [&] { return there.keys.token(claims({{"nonce", nullptr}})); },
        [&] { return there.keys.token(claims({{"nonce", old}})); },
        [&] { return there.keys.token(claims({{"nonce", ""}})); },
        [&] { return there.keys.token(claims({{"at_hash", jwt::half_hash(algorithm::es256, "another")}})); },
        [&] { return there.keys.token(claims({{"sub", ""}})); },
        [&] { return there.keys.token(claims({{"sub", nullptr}})); },
        [&] { return there.keys.token(claims({{"sub", "a\nb"}})); },
    };
    for (std::size_t i = 0; i < bad.size(); ++i) {
        ASSERT_EQ(start(), "ok");
        EXPECT_EQ(with_token(bad[i]()), "/?sign_in_error=failed") << i;
        EXPECT_FALSE(has_session()) << i;
    }
    EXPECT_EQ(users(), 0U);
    ASSERT_EQ(start(), "ok");
    EXPECT_EQ(with_token(there.keys.token(claims({{"aud", {"parley", "somebody"}},
                                                  {"azp", "parley"},
                                                  {"at_hash", jwt::half_hash(algorithm::es256, "opaque")}}))),
              "/");
}

TEST_F(sign_in_run, a_code_that_was_used_is_the_providers_to_refuse) {
    ASSERT_EQ(start(), "ok");
    there.token = [](const web_request&) { return web_answer{400, R"({"error": "invalid_grant"})", {}}; };
    EXPECT_EQ(back(), "/?sign_in_error=failed");
    ASSERT_EQ(start(), "ok");
    EXPECT_EQ(back({{"code", nullptr}}), "/?sign_in_error=failed");
    EXPECT_EQ(there.times("https://id.example/token"), 1);
    EXPECT_EQ(users(), 0U);
}

TEST_F(sign_in_run, a_code_of_another_provider_goes_nowhere) {
    for (const auto* wrong : {"https://other.example", "", "https://id.example/"}) {
        ASSERT_EQ(start(), "ok");
        EXPECT_EQ(back({{"iss", wrong}}), "/?sign_in_error=failed") << wrong;
    }
    there.document["authorization_response_iss_parameter_supported"] = true;
    at.house.time.advance(std::chrono::hours{2});
    ASSERT_EQ(start(), "ok");
    EXPECT_EQ(back(), "/?sign_in_error=failed") << "this one always says who it is";
    EXPECT_EQ(there.times("https://id.example/token"), 0);
    ASSERT_EQ(start(), "ok");
    EXPECT_EQ(back({{"iss", home}}), "/");
}

TEST_F(sign_in_run, a_provider_that_is_not_fit_is_not_gone_to) {
    const auto good = there.document;
    const auto refused = [&] {
        at.house.time.advance(std::chrono::minutes{1});
        return start();
    };
    for (const auto& [name, value] : std::initializer_list<std::pair<std::string, json::value>>{
             {"code_challenge_methods_supported", json::array{"plain"}},
             {"code_challenge_methods_supported", "S256"},
             {"issuer", "https://id.example/"},
             {"issuer", "https://other.example"},
             {"token_endpoint", "http://id.example/token"},
             {"token_endpoint", nullptr},
             {"authorization_endpoint", "javascript:alert(1)"},
             {"authorization_endpoint", "https://id.example/a\r\nSet-Cookie: x=y"},
             {"jwks_uri", "file:///etc/passwd"},
             {"userinfo_endpoint", "http://id.example/me"}}) {
        there.document = good;
        there.document[name] = value;
        EXPECT_EQ(refused(), "provider_away") << name << " " << value;
    }
    there.document = good;
    for (const auto& garbage :
         {web_answer{200, "<html>", {}}, web_answer{200, "[]", {}}, web_answer{302, {}, {}}, web_answer{500, {}, {}},
          web_answer{200, R"({"issuer": "https://id.example", "issuer": "https://id.example"})", {}}}) {
        at.fetch = [garbage](const web_request&, web_answered answer) { answer(garbage); };
        EXPECT_EQ(refused(), "provider_away") << garbage.body;
    }
    EXPECT_TRUE(at.house.rows().started.empty());
    at.fetch = [this](const web_request& wanted, web_answered answer) { answer(there.answer(wanted)); };
    EXPECT_EQ(refused(), "ok");
    at.fetch = [](const web_request&, web_answered answer) {
        answer(failure(fault::unavailable, "web_away", "Gone."));
    };
    at.house.time.advance(std::chrono::hours{25});
    EXPECT_EQ(start(), "ok") << "what it said before stays good";
}

TEST_F(sign_in_run, garbage_for_a_code_signs_nobody_in) {
    for (const auto& garbage :
         {web_answer{200, "<html>", {}}, web_answer{200, "{}", {}}, web_answer{200, R"({"id_token": 7})", {}},
          web_answer{302, {}, {}}, web_answer{400, "<html>", {}}, web_answer{200, std::string(1'000, '['), {}}}) {
        ASSERT_EQ(start(), "ok");
        there.token = [garbage](const web_request&) { return garbage; };
        EXPECT_THAT(back(), StartsWith("/?sign_in_error=")) << garbage.body;
        EXPECT_FALSE(has_session());
    }
    EXPECT_EQ(users(), 0U);
}

TEST_F(sign_in_run, nobody_becomes_somebody_else) {
    const auto root = at.house.add_user("root", "admin");
    there.token = [this](const web_request&) {
        return tokens(there.keys.token(
            claims({{"preferred_username", "root"}, {"email", "root@chat.example"}, {"email_verified", false}})));
    };
    ASSERT_EQ(whole_way(), "/");
    const auto& made = at.house.rows().users.at(last_session().user);
    EXPECT_NE(made.id, root);
    EXPECT_NE(made.username, "root");
    EXPECT_EQ(at.house.rows().users.at(root).external_id, "");
    corp().username_claim = "email";
    EXPECT_EQ(whole_way(), "/");
    EXPECT_EQ(last_session().user, made.id);
    there.token = [this](const web_request&) { return tokens(there.keys.token(claims({{"sub", "8"}}))); };
    EXPECT_EQ(whole_way(), "/");
    EXPECT_NE(last_session().user, made.id);
}

TEST_F(sign_in_run, only_paths_of_this_host_are_returned_to) {
    for (const auto* bad :
         {"//evil.example", "/\\evil.example", "https://evil.example", "evil.example", "", "/\t/evil.example",
          "\\\\evil.example", "javascript:alert(1)", "/a\r\nSet-Cookie: x=y", "/ /x", "/\xc3\xa4"})
        EXPECT_EQ(start({{"return_to", bad}}), "return_to_invalid") << bad;
    EXPECT_EQ(start({{"return_to", "/" + std::string(1'024, 'a')}}), "text_too_long");
    ASSERT_EQ(start({{"return_to", "/a?b=c#d"}}), "ok");
    EXPECT_EQ(back({{"error", "access_denied"}}), "/a?b=c&sign_in_error=denied#d");
    ASSERT_EQ(start({}), "ok");
    EXPECT_EQ(back({{"error", "server_error"}}), "/?sign_in_error=failed");
    EXPECT_EQ(start({}, "nobody"), "provider_unknown");
}

TEST_F(sign_in_run, who_may_not_come_in_does_not) {
    corp().create_users = false;
    EXPECT_EQ(whole_way(), "/?sign_in_error=no_account");
    corp().create_users = true;
    ASSERT_EQ(whole_way(), "/");
    ASSERT_TRUE(at.house.write([&](kernel::writing& w) {
        return kernel::change_account(at.house.env, w, at.house.system(),
                                      {.user = last_session().user, .role = {}, .password_hash = {}, .disabled = true});
    }));
    at.house.time.advance(std::chrono::minutes{2});
    EXPECT_EQ(whole_way(), "/?sign_in_error=no_account");
    EXPECT_FALSE(has_session());
    const auto& last = at.house.rows().audit.rbegin()->second;
    EXPECT_EQ(last.action, "session.refused");
    EXPECT_THAT(json::serialize(last.details), HasSubstr("vouch_refused"));
    ASSERT_EQ(start(), "ok");
    at.house.settings.now.sign_in_providers.clear();
    EXPECT_EQ(back(), "/?sign_in_error=failed") << "taken out of the settings meanwhile";
}

TEST_F(sign_in_run, names_may_come_from_userinfo) {
    there.document["userinfo_endpoint"] = "https://id.example/me";
    there.told = {{"sub", "7"}, {"name", "Ann Told"}, {"preferred_username", "ann"}};
    there.token = [this](const web_request&) { return tokens(there.keys.token(claims({{"name", nullptr}}))); };
    ASSERT_EQ(whole_way(), "/");
    EXPECT_EQ(there.asked.back().authorization, "Bearer opaque");
    EXPECT_EQ(at.house.rows().users.at(last_session().user).username, "ann");
    EXPECT_EQ(at.house.rows().users.at(last_session().user).display_name, "Ann Told");
    there.told["sub"] = "8";
    EXPECT_EQ(whole_way(), "/?sign_in_error=failed");
    there.token = [this](const web_request&) {
        return tokens(there.keys.token(claims({{"name", nullptr}})), {{"access_token", "two\r\nlines"}});
    };
    const auto asked = there.times("https://id.example/me");
    EXPECT_EQ(whole_way(), "/");
    EXPECT_EQ(there.times("https://id.example/me"), asked);
}

TEST_F(sign_in_run, a_client_shows_its_secret_as_the_provider_wants) {
    there.document["token_endpoint_auth_methods_supported"] = json::array{"client_secret_post"};
    ASSERT_EQ(whole_way(), "/");
    auto form = parameters_of(there.asked.at(1).form.value());
    EXPECT_EQ(form["client_id"], "parley");
    EXPECT_EQ(form["client_secret"], corp().client_secret);
    EXPECT_EQ(there.asked.at(1).authorization, "");
    corp().client_secret.clear();
    there.asked.clear();
    ASSERT_EQ(whole_way(), "/");
    form = parameters_of(there.asked.at(0).form.value());
    EXPECT_EQ(form["client_id"], "parley");
    EXPECT_FALSE(form.contains("client_secret"));
}

TEST_F(sign_in_run, a_second_factor_is_asked_for_here_too) {
    at.house.settings.now.sessions.require_totp = true;
    ASSERT_EQ(whole_way(), "/");
    EXPECT_EQ(last_session().stage, token_stage::enrol_only);
    const auto who = last_session().user;
    at.session = last_session().id;
    at.like.stage = token_stage::enrol_only;
    const auto secret = text_of(at.ask("totp.begin", who, {}, 201), "secret");
    const auto code = [&] { return totp_code(from_base32(secret).value(), totp_step(at.house.time.now())); };
    ASSERT_EQ(at.code("totp.confirm", who, {{"code", code()}}), "ok");
    EXPECT_EQ(last_session().stage, token_stage::full);

    at.house.settings.now.sessions.require_totp = false;  // one's own counts all the same
    at.house.time.advance(std::chrono::minutes{1});
    ASSERT_EQ(whole_way(), "/");
    at.session = last_session().id;
    at.like.stage = last_session().stage;
    EXPECT_EQ(last_session().stage, token_stage::prove_only);
    EXPECT_EQ(at.code("user.list", who, {}), "code_needed");
    EXPECT_EQ(at.code("token.create", who, {{"name", "x"}}), "code_needed");
    EXPECT_EQ(at.code("totp.begin", who, {}), "second_factor_there") << "no way round";
    EXPECT_EQ(at.code("totp.disable", who, {{"code", code()}}), "code_needed");
    EXPECT_EQ(at.code("totp.prove", who, {{"code", "000000"}}), "code_wrong");
    EXPECT_EQ(last_session().stage, token_stage::prove_only);
    EXPECT_EQ(at.code("totp.prove", who, {{"code", code()}}), "ok");
    EXPECT_EQ(last_session().stage, token_stage::full);
    EXPECT_EQ(at.room.notes.back(), "changed " + last_session().id.text());
    for (int i = 0; i < 5; ++i) EXPECT_EQ(at.code("totp.prove", who, {{"code", "000000"}}), "ok") << "nothing to do";

    ASSERT_EQ(whole_way(), "/");
    at.session = last_session().id;
    EXPECT_EQ(at.code("totp.prove", who, {{"code", code()}}), "code_wrong") << "good once";
    for (int i = 0; i < 4; ++i) EXPECT_EQ(at.code("totp.prove", who, {{"code", "000000"}}), "code_wrong");
    EXPECT_EQ(at.code("totp.prove", who, {{"code", "000000"}}), "too_many_sign_ins");
}

TEST_F(sign_in_run, secrets_stay_here) {
    ASSERT_EQ(start(), "ok");
    const auto& row = at.house.rows().started.begin()->second;
    EXPECT_THAT(header("Location"), AllOf(Not(HasSubstr(row.verifier)), Not(HasSubstr(cookie))));
    EXPECT_THAT(header("Set-Cookie"), AllOf(Not(HasSubstr(row.verifier)), Not(HasSubstr(row.nonce))));
    EXPECT_THAT(row.browser, Not(HasSubstr(cookie)));
    EXPECT_THAT(row.digest, Not(HasSubstr(sent["state"])));
    back({{"error", "access_denied"}});
    EXPECT_THAT(at.house.store.everything(at.house.tenant),
                AllOf(Not(HasSubstr(sent["state"])), Not(HasSubstr(cookie))));
}

}  // namespace
}  // namespace parley::transport
