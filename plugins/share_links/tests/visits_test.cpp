// Links from the first visit to the last: the plugin in front of a fake host.
#include <gtest/gtest.h>

#include <parley/testing/fake_host.hpp>

namespace {

namespace json = boost::json;
using parley::testing::answer;
using parley::testing::fake_host;
using namespace std::chrono_literals;

answer says(parley_status status, json::object with, std::string code = {}) {
    answer made{};
    made.status = status;
    made.json = std::move(with);
    made.code = std::move(code);
    return made;
}

struct visits : testing::Test {
    visits() {
        const auto facts = [this](const json::object&) {
            return file_is_there ? says(PARLEY_OK, file) : says(PARLEY_NOT_FOUND, {}, "file_unknown");
        };
        host.answer("service attachments.may_see/1", facts);
        host.answer("service attachments.file/1", [this, facts](const json::object& in) {
            return attachments_are_away ? says(PARLEY_UNAVAILABLE, {}, "service_off") : facts(in);
        });
        host.answer("service host.audit/1", [this](const json::object& line) {
            if (audit_is_full) return says(PARLEY_UNAVAILABLE, {}, "store_away");
            audited.push_back(line);
            return says(PARLEY_OK, {});
        });
        host.answer("service host.may/1",
                    [this](const json::object&) { return says(PARLEY_OK, {{"may", maker_may}}); });
    }

    json::object create(json::object more = {}) {
        more["conversation"] = "11";
        more.emplace("file", "21");
        const auto got = host.call("share_link.create", more);
        EXPECT_TRUE(got.ok()) << got.code << " " << got.sentence;
        return got.json;
    }
    std::string refused(json::object more, std::int64_t user = 7) {
        more["conversation"] = "11";
        return host.call("share_link.create", more, {.user = user}).code;
    }
    static std::string token_of(const json::object& link) {
        const std::string path(link.at("path").as_string());
        return path.substr(path.rfind('/') + 1);
    }
    json::object ask(std::string_view what, json::object in, std::string cookie = {}, json::object word = {}) {
        word.emplace("phase", "begin");
        word["address"] = "198.51.100.7";
        word["method"] = "GET";
        word["range"] = "";
        word["cookie"] = std::move(cookie);
        in["transfer"] = std::move(word);
        const auto got = host.call(what, in, {.user = 0, .username = {}});
        EXPECT_TRUE(got.ok()) << got.code << " " << got.sentence;
        return got.ok() ? got.json.at("reply").as_object() : json::object{{"status", 0}};
    }
    std::int64_t looks(const json::object& link, const std::string& cookie = {}) {
        return ask("share_link.page", {{"token", token_of(link)}}, cookie).at("status").as_int64();
    }
    json::object opens(const json::object& link, const std::string& password = {}, const std::string& cookie = {}) {
        json::object word{{"phase", "end"},
                          {"complete", true},
                          {"why", ""},
                          {"bytes", 0},
                          {"kept", json::object{}},
                          {"parts", json::array{}},
                          {"fields", {{"open", "1"}, {"password", password}}}};
        return ask("share_link.open", {{"token", token_of(link)}}, cookie, std::move(word));
    }
    std::string enters(const json::object& link, const std::string& password = {}) {
        const auto got = opens(link, password);
        EXPECT_EQ(got.at("status"), 303);
        return got.at("cookie").is_object() ? std::string(got.at("cookie").at("value").as_string()) : "";
    }
    json::object fetches(const json::object& link, const std::string& cookie, const std::string& id = "21") {
        return ask("share_link.content", {{"token", token_of(link)}, {"file", id}}, cookie);
    }
    std::string state(const json::object& link) {
        for (const auto& one : host.call("share_link.list").json.at("links").as_array())
            if (one.at("link") == link.at("link")) return std::string(one.at("state").as_string());
        return "gone";
    }

    fake_host host{{{"session_minutes", 30}}};
    json::object file{{"file", "21"},        {"conversation", "11"}, {"model", ""},           {"uploader", "9"},
                      {"message", "31"},     {"published", true},    {"path", "blobs/21"},    {"name", "a.png"},
                      {"type", "image/png"}, {"category", "image"},  {"bytes", 12},           {"sha256", ""},
                      {"state", "ready"},    {"reason", ""},         {"version_of", nullptr}, {"version", 1},
                      {"created_at", 1}};
    bool file_is_there = true;
    bool maker_may = true;
    bool attachments_are_away = false;
    bool audit_is_full = false;
    std::vector<json::object> audited;
};

TEST_F(visits, auditors_learn_of_links_and_of_guessing) {
    const auto link = create({{"password", "a good one"}, {"max_uses", 3}});
    ASSERT_EQ(audited.size(), 1U);
    const auto made = audited.back();
    EXPECT_EQ(made.at("action"), "created");
    EXPECT_EQ(made.at("subject_kind"), "link");
    EXPECT_EQ(made.at("subject"), link.at("link"));
    const auto& details = made.at("details").as_object();
    EXPECT_EQ(details.at("file"), "21");
    EXPECT_EQ(details.at("conversation"), "11");
    EXPECT_EQ(details.at("type"), "view_only");
    EXPECT_EQ(details.at("password"), true);
    EXPECT_EQ(details.at("max_uses"), 3);
    EXPECT_EQ(json::serialize(made).find(token_of(link)), std::string::npos);
    EXPECT_EQ(json::serialize(made).find("a good one"), std::string::npos);
    for (int i = 0; i < 11; ++i) opens(link, "a bad one");
    ASSERT_EQ(audited.size(), 2U) << "wrong passwords alone are in the link's own log";
    EXPECT_EQ(audited.back().at("action"), "guessing_slowed");
    EXPECT_EQ(audited.back().at("subject"), link.at("link"));
    EXPECT_EQ(audited.back().at("once_a_minute").as_string(), "link " + std::string(link.at("link").as_string()));
    EXPECT_TRUE(host.call("share_link.revoke", {{"link", link.at("link")}}).ok());
    ASSERT_EQ(audited.size(), 3U);
    EXPECT_EQ(audited.back().at("action"), "revoked");
    EXPECT_EQ(audited.back().at("details").as_object().if_contains("was_over"), nullptr);
    EXPECT_TRUE(host.call("share_link.revoke", {{"link", link.at("link")}}).ok());
    EXPECT_EQ(audited.back().at("details").at("was_over"), true);
}

TEST_F(visits, no_link_is_made_that_auditors_do_not_learn_of) {
    audit_is_full = true;
    EXPECT_EQ(refused({{"file", "21"}}), "store_away");
    audit_is_full = false;
    EXPECT_EQ(host.call("share_link.list", json::object{}).json.at("links").as_array().size(), 0U);
}

TEST_F(visits, a_document_is_an_attachment_where_it_may_be_kept) {
    file["type"] = "application/pdf";
    const auto kept = create({{"type", "download"}});
    const auto given = fetches(kept, enters(kept)).at("file").as_object();
    EXPECT_EQ(given.at("attachment"), true);
    EXPECT_EQ(given.at("type"), "application/octet-stream");
    EXPECT_EQ(given.at("sandbox"), true);
}

TEST_F(visits, a_link_is_opened_and_shows_its_file) {
    const auto link = create();
    EXPECT_EQ(looks(link), 200);
    EXPECT_EQ(fetches(link, "").at("status"), 303) << "first the door";
    const auto opened = opens(link);
    EXPECT_EQ(opened.at("redirect"), link.at("path"));
    EXPECT_EQ(opened.at("cookie").at("path"), link.at("path"));
    EXPECT_EQ(opened.at("cookie").at("seconds"), 30 * 60);
    const std::string cookie(opened.at("cookie").at("value").as_string());
    const auto sent = fetches(link, cookie).at("file").as_object();
    EXPECT_EQ(sent.at("path"), "of:attachments/blobs/21");
    EXPECT_EQ(sent.at("attachment"), false);
    EXPECT_EQ(sent.at("sandbox"), true);
    EXPECT_EQ(fetches(link, cookie, "22").at("status"), 404);
    EXPECT_EQ(host.metric("opened"), 1);
}

TEST_F(visits, a_stay_ends_and_is_another_use_then) {
    const auto link = create({{"max_uses", 2}});
    const auto first = enters(link);
    EXPECT_EQ(opens(link, {}, first).at("cookie"), nullptr) << "pressing it twice is no use";
    host.advance(30min);
    EXPECT_EQ(fetches(link, first).at("status"), 303);
    const auto second = enters(link);
    EXPECT_EQ(looks(link), 410);
    EXPECT_EQ(opens(link).at("status"), 410);
    EXPECT_EQ(looks(link, second), 200);
    EXPECT_EQ(state(link), "used_up");
    host.advance(30min);
    EXPECT_EQ(looks(link, second), 410);
}

TEST_F(visits, a_stay_is_not_longer_than_its_link) {
    const auto link = create({{"minutes", 5}});
    const auto opened = opens(link);
    EXPECT_EQ(opened.at("cookie").at("seconds"), 5 * 60);
    host.advance(5min);
    EXPECT_EQ(looks(link, std::string(opened.at("cookie").at("value").as_string())), 410);
    EXPECT_EQ(state(link), "expired");
}

TEST_F(visits, guesses_cost_time) {
    const auto link = create({{"password", "a good one"}});
    EXPECT_EQ(opens(link, "a good one").at("status"), 303);
    for (int i = 0; i < 10; ++i) EXPECT_EQ(opens(link, "a bad one").at("status"), 403) << i;
    const auto slowed = opens(link, "a bad one");
    EXPECT_EQ(slowed.at("status"), 429);
    EXPECT_EQ(slowed.at("headers").at("Retry-After"), "60");
    EXPECT_EQ(opens(link, "a good one").at("status"), 429) << "also the right one waits";
    host.advance(59s);
    EXPECT_EQ(opens(link, "a bad one").at("status"), 429);
    host.advance(1s);
    EXPECT_EQ(opens(link, "a good one").at("status"), 303);
    EXPECT_EQ(opens(link, "a bad one").at("status"), 403) << "the right one was given back";
    EXPECT_EQ(opens(link, "a bad one").at("status"), 429);
    EXPECT_EQ(host.metric("wrong_passwords"), 11);
}

TEST_F(visits, what_it_leads_to_is_asked_each_time) {
    const auto link = create();
    const auto cookie = enters(link);
    maker_may = false;
    EXPECT_EQ(looks(link, cookie), 410);
    EXPECT_EQ(fetches(link, cookie).at("status"), 410);
    maker_may = true;
    attachments_are_away = true;
    EXPECT_EQ(looks(link, cookie), 503);
    attachments_are_away = false;
    for (const auto* state : {"uploading", "checking", "waiting"}) {
        file["state"] = state;
        EXPECT_EQ(looks(link, cookie), 410);
    }
    file["state"] = "ready";
    file["published"] = false;
    EXPECT_EQ(looks(link, cookie), 410);
    file["published"] = true;
    EXPECT_EQ(looks(link, cookie), 200);
    file["state"] = "quarantined";
    EXPECT_EQ(looks(link, cookie), 410);
    file["state"] = "ready";
    EXPECT_EQ(looks(link, cookie), 410) << "that was for good";
    EXPECT_EQ(state(link), "ended");
}

TEST_F(visits, a_link_goes_with_its_file) {
    const auto asked = create();
    const auto told = create();
    EXPECT_TRUE(host.hear("file.removed", {{"file", "21"}}).ok());
    EXPECT_TRUE(host.hear("file.removed", {{"file", "21"}}).ok());
    for (const auto& link : {asked, told}) {
        EXPECT_EQ(state(link), "gone");
        EXPECT_EQ(looks(link), 410);
    }
    const auto later = create();
    file_is_there = false;
    EXPECT_EQ(looks(later), 410) << "before the event came";
    EXPECT_EQ(state(later), "gone");
    EXPECT_EQ(looks(later), 410);
}

TEST_F(visits, links_end_with_what_is_heard) {
    const auto bad = create();
    EXPECT_TRUE(
        host.hear("file.changed", {{"file", "21"}, {"state", "checking"}, {"reason", ""}, {"message", nullptr}}).ok());
    EXPECT_EQ(state(bad), "good");
    EXPECT_TRUE(
        host.hear("file.changed", {{"file", "21"}, {"state", "rejected"}, {"reason", ""}, {"message", nullptr}}).ok());
    EXPECT_EQ(state(bad), "ended");
}

TEST_F(visits, what_is_old_is_forgotten_and_stays_over) {
    const auto link = create({{"minutes", 5}});
    host.advance(24h * 90 + 6min);
    EXPECT_TRUE(host.run("sweep").ok());
    EXPECT_EQ(state(link), "gone");
    EXPECT_EQ(looks(link), 410);
}

TEST_F(visits, links_keep_to_the_settings) {
    EXPECT_EQ(refused({}), "conversation_links_off");
    EXPECT_EQ(refused({{"file", "21"}, {"minutes", 43'201}}), "too_long");
    EXPECT_EQ(refused({{"file", "21"}, {"password", "1234567"}}), "password_short");
    file["type"] = "text/plain";
    EXPECT_EQ(refused({{"file", "21"}}), "not_to_be_shown");
    EXPECT_EQ(refused({{"file", "21"}, {"type", "download"}}), "");
    file["conversation"] = "12";
    EXPECT_EQ(refused({{"file", "21"}, {"type", "download"}}), "file_unknown");
    file["conversation"] = "11";
    file["message"] = nullptr;
    EXPECT_EQ(refused({{"file", "21"}, {"type", "download"}}), "file_not_sent");
    host.set({{"types", json::array{"view_only"}}, {"require_password", true}, {"max_links", 1}});
    EXPECT_EQ(refused({{"file", "21"}, {"type", "download"}}), "type_off");
    file["message"] = "31";
    file["type"] = "image/png";
    EXPECT_EQ(refused({{"file", "21"}}), "password_needed");
    EXPECT_EQ(refused({{"file", "21"}, {"password", "long enough"}}), "too_many_links");
    EXPECT_EQ(refused({{"file", "21"}, {"password", "long enough"}}, 8), "");
    EXPECT_EQ(refused({{"file", "21"}, {"password", "long enough"}}, 8), "too_many_links");
}

TEST_F(visits, everybody_has_their_own_links) {
    const auto link = create();
    for (const auto* what : {"share_link.revoke", "share_link.log"}) {
        EXPECT_EQ(host.call(what, {{"link", link.at("link")}}, {.user = 8}).code, "link_unknown");
        EXPECT_EQ(host.call(what, {{"link", link.at("link")}}, {.user = 7, .tenant = 2}).code, "link_unknown");
        const auto any = std::string(what) + "_any";
        EXPECT_EQ(host.call(any, {{"link", link.at("link")}}, {.user = 8, .tenant = 2}).code, "link_unknown");
        EXPECT_TRUE(host.call(any, {{"link", link.at("link")}}, {.user = 8}).ok());
    }
    EXPECT_EQ(state(link), "revoked");
    EXPECT_EQ(looks(link), 410);
    EXPECT_TRUE(host.call("share_link.list", {}, {.user = 8}).json.at("links").as_array().empty());
    EXPECT_EQ(host.call("share_link.list_any", {}, {.user = 8}).json.at("links").as_array().size(), 1U);
}

TEST_F(visits, the_same_done_again_is_one_line) {
    const auto link = create();
    for (int i = 0; i < 3; ++i) EXPECT_EQ(looks(link), 200);
    const auto cookie = enters(link);
    for (int i = 0; i < 2; ++i) (void)fetches(link, cookie);
    const auto log = host.call("share_link.log", {{"link", link.at("link")}}).json.at("visits").as_array();
    ASSERT_EQ(log.size(), 3U);
    EXPECT_EQ(log[2].at("what"), "seen");
    EXPECT_EQ(log[2].at("times"), 3);
    EXPECT_EQ(log[1].at("what"), "opened");
    EXPECT_EQ(log[0].at("what"), "viewed");
    EXPECT_EQ(log[0].at("times"), 2);
    EXPECT_EQ(log[0].at("session"), log[1].at("session"));
    EXPECT_EQ(log[0].at("address"), "198.51.100.7");
}

TEST_F(visits, strangers_learn_nothing_of_other_tenants) {
    const auto link = create();
    json::object in{{"token", token_of(link)}, {"transfer", {{"phase", "begin"}}}};
    const auto there = host.call("share_link.page", in, {.user = 0, .tenant = 2}).json;
    in["token"] = std::string(43, 'A');
    EXPECT_EQ(there, host.call("share_link.page", in, {.user = 0}).json);
    EXPECT_EQ(there.at("reply").at("status"), 404);
}

}  // namespace
