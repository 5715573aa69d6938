// Ways in and out as a client calls them.
#include <gtest/gtest.h>

#include "base/secret.hpp"
#include "base/totp.hpp"
#include "kernel/accounts.hpp"
#include "kernel/vouching.hpp"
#include "transport/authenticator.hpp"
#include "transport/browser_session.hpp"
#include "transport/testing/front.hpp"

namespace parley::transport {
namespace {
namespace json = boost::json;
using testing::front;
using testing::text_of;
using namespace std::chrono_literals;

class sessions_run : public ::testing::Test {
protected:
    front at;
    user_id root = at.house.add_user("root", "admin");
    user_id ann = at.add_user_with_password("ann", "purr");
    authenticator who{at.house.store, at.house.time, at.house.permissions,
                      [](std::string_view) { return std::optional<std::string>("inn"); }};

    json::object open(json::object more = {}) {
        more["username"] = "ann";
        more["password"] = "purr";
        return at.ask("session.open", {}, std::move(more), 201);
    }
    std::string refused(std::string_view name, std::string_view password) {
        return at.code("session.open", {}, {{"username", name}, {"password", password}});
    }
    /// As who the token comes in; the front calls like that from now on.
    std::string enter(const json::object& signed_in) {
        std::string said = "nothing";
        who.find_session(text_of(signed_in, "token"), [&](result<session> found) {
            said = found ? "ok" : found.error().code;
            if (!found) return;
            at.like = caller_of(*found, {"10.0.0.1", "test"}, "r1");
            at.session = found->token;
        });
        return said;
    }
};

TEST_F(sessions_run, a_session_is_refreshed_and_a_second_use_ends_it) {
    at.like.address = "10.0.0.1";
    at.like.user_agent = "curl/8";
    const auto first = open({{"name", "Phone"}});
    EXPECT_EQ(enter(first), "ok");
    at.house.time.advance(61min);
    EXPECT_EQ(enter(first), "token_invalid");
    const auto second = at.ask("session.refresh", {}, {{"refresh_token", first.at("refresh_token")}});
    EXPECT_EQ(second.at("session"), first.at("session"));
    EXPECT_EQ(at.room.notes, std::vector<std::string>{"changed " + at.session.text()});
    EXPECT_EQ(enter(second), "ok");
    const auto listed = at.ask("session.list", ann, {}).at("sessions").as_array();
    ASSERT_EQ(listed.size(), 1U);
    EXPECT_EQ(listed[0].at("name"), "Phone");
    EXPECT_EQ(listed[0].at("user_agent"), "test") << "where it was refreshed last";
    EXPECT_EQ(listed[0].at("current"), true);
    EXPECT_TRUE(listed[0].at("used_at").is_string());
    EXPECT_EQ(at.code("session.refresh", {}, {{"refresh_token", first.at("refresh_token")}}), "refresh_reused");
    EXPECT_EQ(at.code("session.refresh", {}, {{"refresh_token", second.at("refresh_token")}}), "refresh_invalid");
    who.forget(at.session);  // what the server does when it hears of the end
    EXPECT_EQ(enter(second), "token_invalid");
}

TEST_F(sessions_run, all_end_together) {
    (void)enter(open());
    (void)open();
    EXPECT_EQ(at.ask("session.end_all", ann, {}).at("ended"), 2);
    (void)open();
    at.like = {};
    EXPECT_EQ(at.code("user.sign_out", ann, {{"user", root.text()}}), "permission_missing");
    EXPECT_EQ(at.ask("user.sign_out", root, {{"user", ann.text()}}).at("ended"), 1);
}

TEST_F(sessions_run, a_password_is_changed_by_who_knows_it) {
    const auto here = open();
    const auto there = open();
    (void)enter(here);
    const auto change = [&](std::string_view old, std::string_view fresh) {
        return at.code("password.change", ann, {{"old_password", old}, {"new_password", fresh}});
    };
    EXPECT_EQ(change("wrong", "new"), "password_wrong");
    EXPECT_EQ(change("purr", ""), "password_empty");
    EXPECT_EQ(change("purr", "new"), "ok");
    EXPECT_EQ(refused("ann", "purr"), "sign_in_failed");
    EXPECT_EQ(refused("ann", "new"), "ok");
    EXPECT_EQ(at.code("session.refresh", {}, {{"refresh_token", there.at("refresh_token")}}), "refresh_invalid");
    EXPECT_EQ(at.code("session.refresh", {}, {{"refresh_token", here.at("refresh_token")}}), "ok");
}

TEST_F(sessions_run, a_lost_password_is_set_anew_once) {
    EXPECT_EQ(at.code("user.reset_password", ann, {{"user", ann.text()}}), "permission_missing");
    const auto link = at.ask("user.reset_password", root, {{"user", ann.text()}}, 201);
    const auto reset = [&](std::string_view password) {
        return at.code("password.reset", {}, {{"token", link.at("token")}, {"password", password}});
    };
    EXPECT_EQ(reset(""), "password_empty");
    EXPECT_EQ(reset("new"), "ok");
    EXPECT_EQ(reset("newer"), "link_invalid");
    EXPECT_EQ(refused("ann", "new"), "ok");
    EXPECT_EQ(at.code("password.reset", {}, {{"token", "prw_5.x"}, {"password", "x"}}), "link_invalid");
}

TEST_F(sessions_run, guessing_waits_and_the_owner_elsewhere_does_not) {
    at.like.address = "10.0.0.1";
    (void)open();
    at.like.address = "10.6.6.6";
    for (int i = 0; i < 5; ++i) EXPECT_EQ(refused("ann", "guess"), "sign_in_failed");
    EXPECT_EQ(refused("ann", "purr"), "too_many_sign_ins");
    for (int i = 0; i < 5; ++i) EXPECT_EQ(refused("nobody", "guess"), "sign_in_failed");
    EXPECT_EQ(refused("nobody", "guess"), "too_many_sign_ins") << "an account that is not there answers alike";
    at.like.address = "10.0.0.1";
    EXPECT_EQ(refused("ann", "purr"), "ok");
    at.like.address = "10.6.6.6";
    at.house.time.advance(1s);
    EXPECT_EQ(refused("ann", "purr"), "ok");
    EXPECT_EQ(refused("ann", "purr"), "ok") << "a right one begins anew";
}

TEST_F(sessions_run, a_full_address_does_not_hold_up_a_device_that_is_known_there) {
    at.like.address = "10.0.0.1";
    (void)open();
    for (int i = 0; i < 30; ++i) EXPECT_EQ(refused("guess" + std::to_string(i), "guess"), "sign_in_failed");
    EXPECT_EQ(refused("another", "guess"), "too_many_sign_ins");
    EXPECT_EQ(refused("ann", "purr"), "ok");
}

TEST_F(sessions_run, a_busy_server_is_nobodys_failure) {
    at.hashing_refused = true;
    for (int i = 0; i < 10; ++i) EXPECT_EQ(refused("ann", "purr"), "sign_in_busy");
    at.hashing_refused = false;
    EXPECT_EQ(refused("ann", "purr"), "ok");
}

TEST_F(sessions_run, a_second_factor_is_set_up_and_asked_for) {
    at.house.settings.now.sessions.require_totp = true;
    auto in = open();
    EXPECT_EQ(in.at("must_enrol"), true);
    EXPECT_EQ(enter(in), "ok");
    for (const auto* name : {"user.me", "session.list", "snapshot.get", "conversation.list", "session.end_all"})
        EXPECT_EQ(at.code(name, ann, {}), "second_factor_needed") << name;
    const auto begun = at.ask("totp.begin", ann, {}, 201);
    const auto secret = text_of(begun, "secret");
    EXPECT_EQ(text_of(begun, "uri"),
              "otpauth://totp/inn:ann?secret=" + secret + "&issuer=inn&algorithm=SHA1&digits=6&period=30");
    const auto code = [&] { return totp_code(*from_base32(secret), totp_step(at.house.time.now())); };
    const auto codes = at.ask("totp.confirm", ann, {{"code", code()}}).at("recovery_codes").as_array();
    ASSERT_EQ(codes.size(), 10U);
    EXPECT_EQ(at.room.notes, std::vector<std::string>{"changed " + at.session.text()});
    who.forget(at.session);
    EXPECT_EQ(enter(in), "ok");
    EXPECT_EQ(at.code("user.me", ann, {}), "ok");

    at.like = {};
    EXPECT_EQ(refused("ann", "purr"), "code_needed");
    EXPECT_EQ(refused("ann", "wrong"), "sign_in_failed") << "who does not know the password learns nothing";
    EXPECT_EQ(at.code("session.open", {}, {{"username", "ann"}, {"password", "purr"}, {"code", code()}}), "code_wrong");
    at.house.time.advance(30s);
    EXPECT_EQ(open({{"code", code()}}).at("must_enrol"), false);
    EXPECT_EQ(open({{"code", codes[0]}}).at("must_enrol"), false);
    EXPECT_EQ(at.code("totp.disable", ann, {{"code", codes[1]}}), "not_allowed");
    at.ask("user.reset_totp", root, {{"user", ann.text()}});
    EXPECT_EQ(open().at("must_enrol"), true);
}

TEST_F(sessions_run, a_wrong_name_of_a_session_uses_up_no_code) {
    at.ask("totp.begin", ann, {}, 201);
    const auto secret = at.house.rows().factors.at(ann).secret;
    const auto code = [&] { return totp_code(*from_base32(secret), totp_step(at.house.time.now())); };
    at.ask("totp.confirm", ann, {{"code", code()}});
    at.house.time.advance(30s);
    EXPECT_EQ(
        at.code("session.open", {}, {{"username", "ann"}, {"password", "purr"}, {"code", code()}, {"name", "a\nb"}}),
        "text_has_control");
    (void)open({{"code", code()}});
}

TEST_F(sessions_run, guests_and_those_a_site_vouches_for_come_in) {
    EXPECT_EQ(at.code("session.guest", {}, {{"display_name", "Ann"}}), "guests_not_allowed");
    at.house.settings.now.sessions.guests = true;
    const auto guest = at.ask("session.guest", {}, {{"display_name", "Passer-by"}}, 201);
    EXPECT_FALSE(guest.contains("refresh_token"));
    EXPECT_EQ(enter(guest), "ok");
    at.house.settings.now.sessions.vouch_secret = std::string(32, 'k');
    kernel::vouch_command said{.user = "c7", .display_name = "Ann", .nonce = {}, .signature = {}};
    said.expires = std::chrono::floor<std::chrono::seconds>(at.house.time.now() + 60s).time_since_epoch().count();
    const auto signature = keyed_digest(std::string(32, 'k'), kernel::vouched_text("inn", said));
    const json::object given{
        {"user", "c7"}, {"display_name", "Ann"}, {"expires", said.expires}, {"signature", signature}};
    EXPECT_EQ(enter(at.ask("session.vouch", {}, given, 201)), "ok");
    EXPECT_EQ(at.code("session.vouch", {}, given), "vouch_refused");
}

TEST_F(sessions_run, a_browser_gets_a_cookie_and_no_token_in_the_body) {
    const auto in = open({{"cookie", true}});
    EXPECT_FALSE(in.contains("token"));
    EXPECT_FALSE(in.contains("refresh_token"));
    ASSERT_EQ(at.headers.size(), 1U);
    EXPECT_EQ(at.headers[0].name, "Set-Cookie");
    const auto cookie = at.headers[0].value;
    const http_request sent_back{
        .method = "GET", .target = "/", .headers = {{"Cookie", cookie}}, .body = {}, .remote = {}, .request_id = {}};
    const std::string token(cookie_token(sent_back));
    EXPECT_EQ(text_of(in, "csrf_token"), csrf_token(token));
    EXPECT_EQ(enter({{"token", token}}), "ok");
    at.house.time.advance(std::chrono::days{29});
    EXPECT_EQ(enter({{"token", token}}), "ok") << "it cannot be refreshed, so it lasts as long as the session";
}

TEST_F(sessions_run, accounts_are_made_and_closed_by_admins) {
    EXPECT_EQ(at.code("user.create", ann, {{"username", "bot"}}), "permission_missing");
    const auto bot = at.ask("user.create", root, {{"username", "bot"}, {"kind", "bot"}, {"role", "staff"}}, 201);
    EXPECT_EQ(bot.at("kind"), "bot");
    EXPECT_EQ(at.code("user.reset_password", root, {{"user", bot.at("id")}}), "not_allowed");
    const auto made =
        at.ask("token.create", root,
               {{"name", "helper"}, {"user", bot.at("id")}, {"permissions", "messages.send users.see"}}, 201);
    EXPECT_EQ(made.at("kind"), "service");
    EXPECT_EQ(made.at("permissions"), "messages.send users.see");
    EXPECT_EQ(at.code("token.create", root, {{"name", "as ann"}, {"user", ann.text()}}), "not_allowed");
    EXPECT_EQ(at.code("token.create", ann, {{"name", "x"}, {"permissions", "all.of.it"}}), "permission_unknown");
    EXPECT_EQ(enter(made), "ok");
    const auto bot_id = user_id::parse(text_of(bot, "id")).value();
    EXPECT_EQ(at.ask("user.me", bot_id, {}).at("permissions").as_array().size(), 2U);
    EXPECT_EQ(at.code("token.create", bot_id, {{"name", "wider"}}), "scope_too_narrow");
    at.like = {};
    EXPECT_EQ(at.ask("token.list", root, {{"user", bot.at("id")}}).at("tokens").as_array().size(), 1U);
    EXPECT_EQ(at.ask("user.change", root, {{"user", bot.at("id")}, {"disabled", true}}).at("disabled"), true);
    who.forget(at.session);
    EXPECT_EQ(enter(made), "token_invalid");
}

TEST_F(sessions_run, a_session_with_a_narrow_token_ends_itself_only) {
    const auto made = at.ask("token.create", ann, {{"name", "CI"}, {"permissions", "users.see"}}, 201);
    const auto other = at.ask("token.create", ann, {{"name", "else"}}, 201);
    EXPECT_EQ(enter(made), "ok");
    EXPECT_EQ(at.code("session.end", ann, {{"session", other.at("id")}}), "scope_too_narrow");
    EXPECT_EQ(at.code("password.change", ann, {{"old_password", "purr"}, {"new_password", "new"}}), "scope_too_narrow");
    EXPECT_EQ(at.code("totp.begin", ann, {}), "scope_too_narrow");
    at.ask("session.close", ann, {});
}

}  // namespace
}  // namespace parley::transport
