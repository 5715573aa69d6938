// Refusals and the audit log as a client calls them.
#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "transport/testing/front.hpp"

namespace parley::transport {
namespace {
namespace json = boost::json;
using testing::front;
using testing::text_of;
using namespace std::chrono_literals;

class audit_run : public ::testing::Test {
protected:
    front at;
    user_id root = at.house.add_user("root", "admin");
    user_id ann = at.add_user_with_password("ann", "purr");
    user_id bob = at.house.add_user("bob");

    std::string sign_in(std::string_view name, std::string_view password) {
        return at.code("session.open", {}, {{"username", name}, {"password", password}});
    }
    json::array entries(std::string_view action) {
        return at.ask("audit.list", root, {{"action", action}, {"limit", 200}}).at("entries").as_array();
    }
};

TEST_F(audit_run, ways_in_that_were_refused_are_told_with_the_name_as_it_was_given) {
    at.like.address = "10.0.0.1";
    EXPECT_EQ(sign_in("ann", "hunter2"), "sign_in_failed");
    EXPECT_EQ(sign_in("no\nbody", "hunter2"), "sign_in_failed");
    EXPECT_EQ(sign_in("bob", "hunter2"), "sign_in_failed") << "who has no password";
    const auto told = entries("session.refused");
    ASSERT_EQ(told.size(), 3U);
    EXPECT_EQ(told[2].at("details").at("name"), "ann");
    EXPECT_EQ(told[2].at("details").at("reason"), "sign_in_failed");
    EXPECT_EQ(told[2].at("subject").at("id"), json::value(ann.text()));
    EXPECT_EQ(told[2].at("address"), "10.0.0.1");
    EXPECT_TRUE(told[2].at("actor").is_null()) << "it may have been anybody";
    EXPECT_EQ(told[1].at("details").at("name"), "no\\nbody");
    EXPECT_TRUE(told[1].at("subject").is_null());
    EXPECT_EQ(json::serialize(told).find("hunter2"), std::string::npos);
    at.ask("session.open", {}, {{"username", "ann"}, {"password", "purr"}}, 201);
    EXPECT_EQ(entries("session.refused").size(), 3U);
    ASSERT_EQ(entries("session.opened").size(), 1U);
    EXPECT_EQ(entries("session.opened")[0].at("actor"), json::value(ann.text()));
}

TEST_F(audit_run, tries_that_have_to_wait_are_told_once_a_minute_for_an_address) {
    const auto try_for_a_while = [&] {
        int waited = 0;
        for (int i = 0; i < 20; ++i) waited += sign_in("ann", "wrong") == "too_many_sign_ins" ? 1 : 0;
        return waited;
    };
    const auto waits_told = [&] {
        std::size_t all = 0;
        for (const auto& one : entries("session.refused"))
            if (one.at("details").at("reason") == "too_many_sign_ins") ++all;
        return all;
    };
    at.like.address = "10.0.0.1";
    EXPECT_EQ(try_for_a_while(), 15);
    EXPECT_EQ(entries("session.refused").size(), 6U) << "five that were judged, and one wait";
    EXPECT_EQ(waits_told(), 1U);
    at.like.address = "10.0.0.2";
    EXPECT_GT(try_for_a_while(), 0);
    EXPECT_EQ(waits_told(), 2U);
    at.house.time.advance(1min);
    EXPECT_GT(try_for_a_while(), 0);
    EXPECT_EQ(waits_told(), 3U);
}

TEST_F(audit_run, a_signature_that_was_refused_is_told) {
    at.house.settings.now.sessions.vouch_secret = "shared";
    const json::object said{{"user", "customer-7"}, {"expires", 4'000'000'000}, {"signature", "deadbeef"}};
    EXPECT_EQ(at.code("session.vouch", {}, said), "vouch_refused");
    EXPECT_EQ(at.code("session.vouch", {}, said), "vouch_refused");
    const auto told = entries("session.refused");
    ASSERT_EQ(told.size(), 1U) << "once a minute";
    EXPECT_EQ(told[0].at("details").at("name"), "customer-7");
    EXPECT_EQ(json::serialize(told).find("deadbeef"), std::string::npos);
}

TEST_F(audit_run, who_lacks_the_permission_is_told_once_a_minute) {
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(at.code("user.change", bob, {{"user", ann.text()}, {"role", "admin"}}), "permission_missing");
    EXPECT_EQ(at.code("user.create", bob, {{"username", "mallory"}}), "permission_missing");
    auto told = entries("refusal");
    ASSERT_EQ(told.size(), 2U);
    EXPECT_EQ(told[1].at("actor"), json::value(bob.text()));
    EXPECT_EQ(told[1].at("subject").at("kind"), "user");
    EXPECT_EQ(told[1].at("subject").at("id"), json::value(ann.text()));
    EXPECT_EQ(told[1].at("details").at("operation"), "user.change");
    EXPECT_TRUE(told[0].at("subject").is_null());
    at.house.time.advance(1min);
    EXPECT_EQ(at.code("user.change", bob, {{"user", ann.text()}, {"role", "admin"}}), "permission_missing");
    EXPECT_EQ(entries("refusal").size(), 3U);
    EXPECT_EQ(at.code("user.change", root, {{"user", "77"}, {"role", "admin"}}), "not_found");
    EXPECT_EQ(entries("refusal").size(), 3U) << "only what takes a permission";
}

TEST_F(audit_run, a_removal_for_good_that_was_refused_is_told) {
    const auto lobby = at.house.add_channel(ann, {bob});
    const auto said = at.house.send(ann, lobby, "Hello");
    EXPECT_EQ(at.code("message.delete", bob, {{"message", said.id.text()}, {"hard", true}}), "permission_missing");
    const auto told = entries("refusal");
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].at("subject").at("kind"), "message");
    EXPECT_EQ(told[0].at("subject").at("id"), json::value(said.id.text()));
}

TEST_F(audit_run, a_wrong_old_password_is_told) {
    EXPECT_EQ(at.code("password.change", ann, {{"old_password", "meow"}, {"new_password", "a better one"}}),
              "password_wrong");
    ASSERT_EQ(entries("refusal").size(), 1U);
    EXPECT_EQ(entries("refusal")[0].at("details").at("reason"), "password_wrong");
    EXPECT_EQ(entries("refusal")[0].at("actor"), json::value(ann.text()));
}

TEST_F(audit_run, is_listed_in_pages_for_who_may) {
    EXPECT_EQ(at.code("audit.list", bob, {}), "permission_missing");
    std::vector<std::string> seen;
    json::object asked{{"limit", 2}};
    for (int pages = 0; pages < 10; ++pages) {
        const auto page = at.ask("audit.list", root, asked);
        for (const auto& one : page.at("entries").as_array()) seen.push_back(text_of(one.as_object(), "action"));
        if (page.at("next").is_null()) break;
        asked["before"] = page.at("next");
    }
    EXPECT_EQ(seen, (std::vector<std::string>(3, "user.created")));
    EXPECT_EQ(at.ask("audit.list", root, {{"actor", bob.text()}}).at("entries").as_array().size(), 0U);
}

}  // namespace
}  // namespace parley::transport
