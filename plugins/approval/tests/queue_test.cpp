// Files in the queue: the plugin in front of a fake host.
#include <gtest/gtest.h>

#include <parley/testing/fake_host.hpp>
#include <set>

namespace {

namespace json = boost::json;
using parley::testing::answer;
using parley::testing::fake_host;

struct files_that_wait : testing::Test {
    files_that_wait() {
        host.answer("service attachments.verdict/1", [this](const json::object& input) {
            told.push_back(json::serialize(input));
            answer made{};
            if (attachments_are_away) {
                made.status = PARLEY_UNAVAILABLE;
                made.code = "off";
                return made;
            }
            made.status = PARLEY_OK;
            made.json = {{"file", input.at("file")}, {"state", "ready"}};
            return made;
        });
    }

    static json::object file(int id, const std::string& type = "application/pdf", const std::string& model = "") {
        return {{"file", std::to_string(id)},
                {"path", "blobs/" + std::to_string(id)},
                {"name", "a.pdf"},
                {"type", type},
                {"category", "document"},
                {"bytes", 12},
                {"tenant", "1"},
                {"conversation", "11"},
                {"model", model},
                {"uploader", "9"}};
    }
    std::string asks(int id, const std::string& type = "application/pdf", const std::string& model = "",
                     std::int64_t tenant = 1) {
        const auto got =
            host.ask_service("approval.file_check/1", file(id, type, model), {.user = 0, .tenant = tenant});
        EXPECT_TRUE(got.ok()) << got.sentence;
        return got.ok() ? std::string(got.json.at("verdict").as_string()) : "";
    }
    json::array list(const json::object& in = {}, const parley::testing::asker& by = {}) {
        const auto got = host.call("approval.list", in, by);
        EXPECT_TRUE(got.ok()) << got.sentence;
        return got.json.at("approvals").as_array();
    }
    /// The id in the queue of a file that waits now.
    std::string waits(int id, const std::string& model = "") {
        EXPECT_EQ(asks(id, "application/pdf", model), "wait");
        for (const auto& one : list({{"limit", 200}}))
            if (one.at("subject") == std::to_string(id).c_str()) return std::string(one.at("approval").as_string());
        ADD_FAILURE() << "not in the queue";
        return "1";
    }
    answer approve(const std::string& one, std::int64_t user = 7) {
        return host.call("approval.approve", {{"approval", one}}, {.user = user});
    }
    answer reject(const std::string& one, const std::string& reason, std::int64_t user = 7) {
        return host.call("approval.reject", {{"approval", one}, {"reason", reason}}, {.user = user});
    }
    json::object get(const std::string& one) {
        const auto got = host.call("approval.get", {{"approval", one}});
        EXPECT_TRUE(got.ok()) << got.sentence;
        return got.json;
    }
    /// What authors were told.
    std::vector<parley::testing::said> decided() {
        auto all = host.events();
        std::erase_if(all, [](const auto& one) { return one.type != "approval.decided"; });
        return all;
    }
    /// What reviewers were told, as "<approval> <state>"; and that it was nobody else.
    std::vector<std::string> changed() {
        std::vector<std::string> all;
        for (const auto& one : host.events()) {
            if (one.type != "approval.changed") continue;
            EXPECT_EQ(one.user.number() + one.conversation.number() + one.about.number(), 0);
            EXPECT_EQ(one.data.size(), 3u) << json::serialize(one.data);
            all.push_back(std::string(one.data.at("approval").as_string()) + " " +
                          std::string(one.data.at("state").as_string()));
        }
        return all;
    }
    std::string history(const std::string& one) {
        std::string all;
        const auto got = get(one);
        for (const auto& entry : got.at("history").as_array()) {
            if (!all.empty()) all += ' ';
            all += entry.at("what").as_string();
        }
        return all;
    }

    fake_host host{{{"auto_approve", {"image/*"}}, {"needs_approval", {"image/svg*"}}}};
    std::vector<std::string> told;
    bool attachments_are_away = false;
};

TEST_F(files_that_wait, pass_or_wait_by_the_policy) {
    EXPECT_EQ(asks(1, "image/png"), "pass");
    EXPECT_EQ(asks(2, "image/svg+xml"), "wait");
    EXPECT_EQ(asks(3, "application/pdf"), "wait");
    const auto all = list();
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].at("why"), "needs_approval");
    EXPECT_EQ(all[1].at("why"), "not_auto_approved");
    EXPECT_EQ(all[1].at("state"), "pending");
    EXPECT_EQ(all[1].at("author"), "9");
    EXPECT_EQ(host.metric("queued"), 2);
    EXPECT_EQ(host.metric("passed"), 1);
}

TEST_F(files_that_wait, asked_twice_stand_in_the_queue_once) {
    EXPECT_EQ(asks(3), "wait");
    EXPECT_EQ(asks(3), "wait");
    EXPECT_EQ(list().size(), 1u);
    host.set({{"auto_approve", {"*"}}});
    EXPECT_EQ(asks(3), "wait") << "what waits is decided by somebody";
}

TEST_F(files_that_wait, approved_ones_are_told_to_attachments_and_their_uploader) {
    const auto one = waits(3);
    const auto got = approve(one);
    ASSERT_TRUE(got.ok()) << got.sentence;
    EXPECT_EQ(got.json.at("state"), "approved");
    EXPECT_EQ(got.json.at("decided_by"), "7");
    ASSERT_EQ(told.size(), 1u);
    EXPECT_EQ(told[0], R"({"file":"3","gate":"approval","verdict":"pass","reason":""})");
    const auto said = decided();
    ASSERT_EQ(said.size(), 1u);
    EXPECT_EQ(said[0].type, "approval.decided");
    EXPECT_EQ(said[0].user.number(), 9);
    EXPECT_EQ(json::serialize(said[0].data),
              R"({"approval":")" + one + R"(","kind":"file","subject":"3","state":"approved","reason":""})");
    EXPECT_EQ(history(one), "queued approved");
    EXPECT_TRUE(list().empty());
    EXPECT_EQ(list({{"state", "approved"}}).size(), 1u);
    EXPECT_EQ(asks(3), "pass") << "its answer may have been lost";
}

TEST_F(files_that_wait, rejections_need_a_reason_and_can_be_looked_at_again) {
    const auto one = waits(3);
    EXPECT_EQ(reject(one, " \n").code, "reason_empty");
    EXPECT_EQ(reject(one, std::string(501, 'x')).code, "text_too_long");
    ASSERT_TRUE(reject(one, "Not readable.").ok());
    EXPECT_EQ(told.back(), R"({"file":"3","gate":"approval","verdict":"reject","reason":"Not readable."})");
    EXPECT_EQ(decided().back().data.at("reason"), "Not readable.");
    EXPECT_EQ(asks(3), "wait");
    EXPECT_EQ(list().size(), 1u);
    EXPECT_EQ(history(one), "queued rejected queued");
}

TEST_F(files_that_wait, the_second_reviewer_is_told_so) {
    const auto one = waits(3);
    ASSERT_TRUE(approve(one, 7).ok());
    const auto late = reject(one, "No.", 8);
    EXPECT_EQ(late.status, PARLEY_CONFLICT);
    EXPECT_EQ(late.code, "approval_decided");
    EXPECT_EQ(history(one), "queued approved");
    EXPECT_EQ(get(one).at("decided_by"), "7");
    EXPECT_EQ(told.size(), 1u);
    EXPECT_EQ(decided().size(), 1u);
    EXPECT_EQ(approve("99").code, "approval_unknown");
}

TEST_F(files_that_wait, reviewers_are_told_what_came_and_went_once) {
    EXPECT_EQ(asks(1, "image/png"), "pass");
    EXPECT_TRUE(changed().empty()) << "it never waited";
    const auto one = waits(3);
    EXPECT_EQ(asks(3), "wait");
    const auto other = waits(4);
    ASSERT_TRUE(reject(one, "No.").ok());
    EXPECT_FALSE(approve(one).ok());
    EXPECT_EQ(asks(3), "wait");
    ASSERT_TRUE(host.call("approval.note", {{"approval", other}, {"text", "Look again."}}).ok());
    ASSERT_TRUE(approve(other).ok());
    EXPECT_EQ(changed(), (std::vector{one + " pending", other + " pending", one + " rejected", one + " pending",
                                      other + " approved"}));
}

TEST_F(files_that_wait, many_reviewers_at_once_make_one_decision) {
    const auto one = waits(3);
    std::vector<parley_reply> all;
    for (std::int64_t user = 1; user <= 10; ++user)
        all.push_back(user % 2 == 0
                          ? host.begin("approval.approve", {{"approval", one}}, {.user = user})
                          : host.begin("approval.reject", {{"approval", one}, {"reason", "No."}}, {.user = user}));
    int done = 0;
    int late = 0;
    for (const auto reply : all) {
        const auto got = host.wait(reply);
        ++(got.ok() ? done : late);
        if (!got.ok()) EXPECT_EQ(got.status, PARLEY_CONFLICT);
    }
    EXPECT_EQ(done, 1);
    EXPECT_EQ(late, 9);
    EXPECT_EQ(get(one).at("history").as_array().size(), 2u);
    EXPECT_EQ(told.size(), 1u);
    EXPECT_EQ(decided().size(), 1u);
}

TEST_F(files_that_wait, a_decision_that_could_not_be_told_is_told_again) {
    const auto one = waits(3);
    attachments_are_away = true;
    ASSERT_TRUE(reject(one, "No.").ok());
    EXPECT_EQ(told.size(), 1u);
    EXPECT_EQ(asks(3), "reject") << "whoever asks meanwhile is told, too";
    attachments_are_away = false;
    ASSERT_TRUE(host.run("sweep").ok());
    EXPECT_EQ(told.size(), 2u);
    EXPECT_EQ(told[0], told[1]);
    ASSERT_TRUE(host.run("sweep").ok());
    EXPECT_EQ(told.size(), 2u);
    EXPECT_EQ(decided().size(), 1u);
}

TEST_F(files_that_wait, are_decided_many_at_once_each_by_itself) {
    const auto first = waits(3);
    const auto second = waits(4);
    ASSERT_TRUE(approve(first).ok());
    const auto got = host.call("approval.decide", {{"approvals", {first, second, "99"}}, {"decision", "approve"}});
    ASSERT_TRUE(got.ok()) << got.sentence;
    const auto& all = got.json.at("results").as_array();
    ASSERT_EQ(all.size(), 3u);
    EXPECT_EQ(all[0].at("code"), "approval_decided");
    EXPECT_EQ(all[1].at("state"), "approved");
    EXPECT_TRUE(all[1].at("code").is_null());
    EXPECT_EQ(all[2].at("code"), "approval_unknown");
    EXPECT_EQ(host.call("approval.decide", {{"approvals", {second}}, {"decision", "reject"}}).code, "reason_empty");
    EXPECT_EQ(host.metric("approved"), 2);
}

TEST_F(files_that_wait, notes_are_history_for_reviewers_only) {
    const auto one = waits(3);
    EXPECT_EQ(host.call("approval.note", {{"approval", one}, {"text", " "}}).code, "text_empty");
    ASSERT_TRUE(host.call("approval.note", {{"approval", one}, {"text", "Asked the desk."}}, {.user = 8}).ok());
    const auto entry = get(one).at("history").at(1);
    EXPECT_EQ(entry.at("what"), "note");
    EXPECT_EQ(entry.at("user"), "8");
    EXPECT_EQ(entry.at("text"), "Asked the desk.");
    EXPECT_EQ(entry.at("at"), host.now());
    EXPECT_TRUE(decided().empty());
    EXPECT_EQ(changed(), std::vector{one + " pending"}) << "a note moves nothing";
    for (const char* command : {"approval.list", "approval.get", "approval.approve", "approval.reject",
                                "approval.decide", "approval.note", "approval.figures", "approval.content"})
        EXPECT_EQ(host.command(command).at("permission"), "approval.review") << command;
}

TEST_F(files_that_wait, are_listed_oldest_first_page_by_page_and_filtered) {
    for (int i = 1; i <= 5; ++i) waits(i, i == 2 ? "desk" : "");
    const auto first = host.call("approval.list", {{"limit", 2}}).json;
    ASSERT_EQ(first.at("approvals").as_array().size(), 2u);
    EXPECT_EQ(first.at("approvals").at(0).at("subject"), "1");
    EXPECT_EQ(first.at("more"), true);
    const auto rest =
        host.call("approval.list", {{"limit", 3}, {"after", first.at("approvals").at(1).at("approval")}}).json;
    EXPECT_EQ(rest.at("approvals").as_array().size(), 3u);
    EXPECT_EQ(rest.at("more"), false);
    EXPECT_EQ(list({{"model", "desk"}}).size(), 1u);
    EXPECT_EQ(list({{"kind", "message"}}).size(), 0u);
    EXPECT_EQ(list({{"conversation", "12"}}).size(), 0u);
    EXPECT_EQ(list({{"author", "9"}, {"type", "application/pdf"}}).size(), 5u);
    EXPECT_EQ(list({}, {.tenant = 2}).size(), 0u) << "another tenant's queue";
    const auto one = std::string(rest.at("approvals").at(0).at("approval").as_string());
    for (const char* command : {"approval.get", "approval.approve", "approval.note"})
        EXPECT_EQ(host.call(command, {{"approval", one}, {"text", "x"}}, {.tenant = 2}).status, PARLEY_NOT_FOUND);
}

TEST_F(files_that_wait, become_overdue_once) {
    const auto one = waits(3);
    host.set({{"due_minutes", 0}});
    waits(4);
    host.advance(std::chrono::minutes(239));
    ASSERT_TRUE(host.run("sweep").ok());
    EXPECT_EQ(list({{"overdue", true}}).size(), 0u);
    host.advance(std::chrono::minutes(1));
    for (int i = 0; i < 2; ++i) ASSERT_TRUE(host.run("sweep").ok());
    EXPECT_EQ(host.metric("overdue"), 1);
    EXPECT_EQ(history(one), "queued overdue");
    EXPECT_EQ(list({{"overdue", true}}).size(), 1u);
    EXPECT_EQ(list({{"overdue", false}}).size(), 1u);
    EXPECT_EQ(get(one).at("is_overdue"), true);
    EXPECT_EQ(host.call("approval.figures").json.at("overdue"), 1);
    ASSERT_TRUE(approve(one).ok());
    EXPECT_EQ(host.call("approval.figures").json.at("overdue"), 0);
}

TEST_F(files_that_wait, response_times_are_those_of_the_period) {
    const auto none = host.call("approval.figures").json;
    EXPECT_TRUE(none.at("median_ms").is_null());
    std::vector<std::string> all;
    for (int i = 1; i <= 10; ++i) all.push_back(waits(i, i > 8 ? "desk" : ""));
    for (const auto& one : all) {
        host.advance(std::chrono::seconds(1));
        ASSERT_TRUE(one == all.back() ? reject(one, "No.").ok() : approve(one).ok());
    }
    waits(11);
    const auto got = host.call("approval.figures").json;
    EXPECT_EQ(json::serialize(got),
              R"({"days":30,"approved":9,"rejected":1,"median_ms":5000,"p90_ms":9000,"waiting":1,"overdue":0})");
    const auto desk = host.call("approval.figures", {{"model", "desk"}, {"days", 1}}).json;
    EXPECT_EQ(desk.at("median_ms"), 9000);
    EXPECT_EQ(desk.at("p90_ms"), 10'000);
    EXPECT_EQ(desk.at("waiting"), 0);
    host.advance(std::chrono::hours(25));
    EXPECT_EQ(host.call("approval.figures", {{"days", 1}}).json.at("approved"), 0);
}

TEST_F(files_that_wait, are_shown_to_reviewers_while_they_wait) {
    const auto one = waits(3);
    json::object facts{{"file", "3"},
                       {"conversation", "11"},
                       {"model", ""},
                       {"uploader", "9"},
                       {"message", nullptr},
                       {"published", false},
                       {"path", "blobs/3"},
                       {"name", "a.pdf"},
                       {"type", "application/pdf"},
                       {"category", "document"},
                       {"bytes", 12},
                       {"sha256", "ab"},
                       {"state", "waiting"},
                       {"reason", ""},
                       {"version_of", nullptr},
                       {"version", 1},
                       {"created_at", 1}};
    host.serve("attachments.file/1", facts);
    const auto got = host.begin_transfer("approval.content", {{"approval", one}});
    ASSERT_TRUE(got.ok()) << got.sentence;
    const auto& sent = got.json.at("reply").at("file");
    EXPECT_EQ(sent.at("path"), "of:attachments/blobs/3");
    EXPECT_EQ(sent.at("attachment"), true);
    EXPECT_EQ(sent.at("sandbox"), true);
    EXPECT_EQ(sent.at("cache"), "no-store");
    for (const char* state : {"checking", "quarantined", "rejected", "ready"}) {
        facts["state"] = state;
        host.serve("attachments.file/1", facts);
        EXPECT_EQ(host.begin_transfer("approval.content", {{"approval", one}}).code, "file_not_waiting") << state;
    }
    EXPECT_EQ(host.begin_transfer("approval.content", {{"approval", one}}, {.tenant = 2}).status, PARLEY_NOT_FOUND);
    ASSERT_TRUE(approve(one).ok());
    EXPECT_EQ(host.begin_transfer("approval.content", {{"approval", one}}).code, "content_unknown");
}

TEST_F(files_that_wait, leave_the_queue_when_there_is_nothing_to_decide) {
    const auto infected = waits(3);
    const auto removed = waits(4);
    const auto lost = waits(5);
    const auto change = [](const char* id, const char* state) {
        return json::object{{"file", id}, {"state", state}, {"reason", "Eicar"}, {"message", nullptr}};
    };
    ASSERT_TRUE(host.hear("file.changed", change("3", "waiting")).ok());
    EXPECT_EQ(list().size(), 3u);
    ASSERT_TRUE(host.hear("file.changed", change("3", "quarantined")).ok());
    EXPECT_EQ(get(infected).at("state"), "gone");
    EXPECT_EQ(get(infected).at("reason"), "Eicar");
    EXPECT_EQ(approve(infected).status, PARLEY_CONFLICT);
    ASSERT_TRUE(host.call("approval.note", {{"approval", removed}, {"text", "It says my name."}}).ok());
    for (int again = 0; again < 2; ++again) ASSERT_TRUE(host.hear("file.removed", {{"file", "4"}}).ok());
    EXPECT_EQ(get(removed).at("name"), "");
    EXPECT_EQ(get(removed).at("history").at(1).at("text"), "");
    EXPECT_EQ(history(removed), "queued note gone");
    ASSERT_TRUE(host.hear("conversation.deleted", {}, 11).ok());
    EXPECT_EQ(get(lost).at("state"), "gone");
    EXPECT_TRUE(list().empty());
    EXPECT_TRUE(told.empty());
    EXPECT_EQ(asks(3), "wait") << "scanned again, and clean after all";
}

}  // namespace
