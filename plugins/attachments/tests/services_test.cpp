// Messages with files, gates, visibility: the plugin in front of a fake host.
#include "house_test.hpp"

namespace {

using namespace attachments::testing;

using services = house_test;

TEST_F(services, a_message_says_what_is_known_of_its_files_and_nothing_else) {
    const auto file = has_file({});
    const json::object data{{"files", {{{"file", file}, {"name", "<script>"}, {"type", "text/html"}, {"x", 1}}}},
                            {"caption", "here"}};
    const auto got = host.send({.type = "image", .data = data});
    ASSERT_TRUE(got.ok()) << got.sentence;
    EXPECT_EQ(json::serialize(*got.data),
              R"({"files":[{"file":")" + file +
                  R"(","name":"a.png","type":"image/png","bytes":100,"category":"image"}],"caption":"here"})");
    EXPECT_FALSE(host.send({.text = "no files"}).data);
}

TEST_F(services, only_ones_own_files_of_this_conversation_once) {
    const auto other = has_file({.uploader = 8});
    const auto elsewhere = has_file({.conversation = 12});
    const auto sent = has_file({.message = 4});
    const auto bad = has_file({.state = "rejected"});
    const auto foreign = has_file({.tenant = 2});
    const auto good = has_file({});
    EXPECT_EQ(host.send({.data = files({other})}).code, "file_unknown");
    EXPECT_EQ(host.send({.data = files({elsewhere})}).code, "file_unknown");
    EXPECT_EQ(host.send({.data = files({foreign})}).code, "file_unknown");
    EXPECT_EQ(host.send({.data = files({"99999"})}).code, "file_unknown");
    EXPECT_EQ(host.send({.data = files({sent})}).code, "file_sent");
    EXPECT_EQ(host.send({.data = files({good, bad})}).code, "file_refused");
    EXPECT_EQ(host.send({.data = files({good, good})}).code, "files_invalid");
    for (const char* wrong : {R"({"files":[]})", R"({"files":"x"})", R"({"files":[7]})",
                              R"({"files":[{"file":"../x"}]})", R"({"files":[{"file":"-1"}]})"})
        EXPECT_EQ(host.send({.data = json::parse(wrong).as_object()}).code, "files_invalid") << wrong;
    host.set({{"max_files_per_message", 1}});
    EXPECT_EQ(host.send({.data = files({good, "9"})}).code, "files_too_many");
}

TEST_F(services, a_message_waits_for_its_files_and_goes_when_all_are_ready) {
    const auto slow = has_file({.state = "checking", .gates = "virus_scan"});
    const auto ready = has_file({});
    EXPECT_EQ(host.send({.data = files({ready, slow})}).status, PARLEY_HELD);
    ASSERT_TRUE(written("message.held", "5", {ready, slow}, "7", true).ok());
    EXPECT_TRUE(host.decided().empty());
    host.serve("virus_scan.file_check/1", {{"verdict", "pass"}});
    ASSERT_TRUE(host.run("check", {{"file", slow}}).ok());
    EXPECT_EQ(state_of(slow), "ready");
    ASSERT_EQ(host.decided().size(), 1u);
    EXPECT_EQ(host.decided()[0], std::pair(parley::sdk::id(5), parley_status{PARLEY_OK}));
    ASSERT_TRUE(written("message.created", "5", {ready, slow}).ok());
    EXPECT_EQ(sql("SELECT count(*) FROM file WHERE shown = 1"), "2");
    ASSERT_EQ(host.events().size(), 3u);
    EXPECT_EQ(host.events()[0].type, "file.changed");
    EXPECT_EQ(host.events()[0].user.number(), 7);
    EXPECT_EQ(host.events()[2].type, "file.shown");
    EXPECT_EQ(host.events()[2].conversation.number(), 11);
}

TEST_F(services, ready_between_the_check_and_the_event_is_not_forgotten) {
    const auto file = has_file({});
    ASSERT_TRUE(written("message.held", "5", {file}, "7", true).ok());
    ASSERT_EQ(host.decided().size(), 1u);
    ASSERT_TRUE(written("message.held", "5", {file}, "7", true).ok());  // heard again: harmless
}

TEST_F(services, turned_down_between_the_check_and_the_event_is_not_forgotten) {
    const auto file = has_file({.state = "waiting", .gates = "approval"});
    EXPECT_EQ(host.send({.data = files({file})}).status, PARLEY_HELD);
    ASSERT_TRUE(
        host.ask_service("attachments.verdict/1",
                         {{"file", file}, {"gate", "approval"}, {"verdict", "reject"}, {"reason", "Not complete."}})
            .ok());
    EXPECT_TRUE(host.decided().empty());
    ASSERT_TRUE(written("message.held", "5", {file}, "7", true).ok());
    ASSERT_EQ(host.decided().size(), 1u);
    EXPECT_EQ(host.decided()[0], std::pair(parley::sdk::id(5), parley_status{PARLEY_REFUSED}));
}

TEST_F(services, one_infected_file_rejects_the_message) {
    const auto bad = has_file({.state = "checking", .gates = "virus_scan"});
    const auto slow = has_file({.state = "checking", .gates = "approval"});
    ASSERT_TRUE(written("message.held", "5", {bad, slow}, "7", true).ok());
    host.serve("virus_scan.file_check/1", {{"verdict", "quarantine"}, {"reason", "Eicar"}});
    ASSERT_TRUE(host.run("check", {{"file", bad}}).ok());
    EXPECT_EQ(state_of(bad), "quarantined");
    ASSERT_EQ(host.decided().size(), 1u);
    EXPECT_EQ(host.decided()[0].second, parley_status{PARLEY_REFUSED});
    EXPECT_EQ(json::serialize(host.events().back().data),
              R"({"file":")" + bad + R"(","state":"quarantined","reason":"Eicar","message":"5"})");
}

TEST_F(services, a_gate_that_does_not_answer_is_asked_again_and_nothing_gets_through) {
    const auto file = has_file({.state = "checking", .gates = "virus_scan"});
    host.refuse("service virus_scan.file_check/1", PARLEY_UNAVAILABLE, "off");
    ASSERT_TRUE(host.run("check", {{"file", file}}).ok());
    EXPECT_EQ(state_of(file), "checking");
    ASSERT_EQ(host.jobs().size(), 1u);
    EXPECT_GT(host.jobs()[0].at, host.now());
    ASSERT_TRUE(host.run("check", {{"file", file}}).ok());  // too early: nobody is asked
    host.advance(std::chrono::seconds(2));
    host.serve("virus_scan.file_check/1", {{"verdict", "clean"}});  // no such word
    ASSERT_TRUE(host.run("check", {{"file", file}}).ok());
    EXPECT_EQ(state_of(file), "checking");
    host.advance(std::chrono::seconds(60));
    ASSERT_TRUE(host.run("settle").ok());
    EXPECT_EQ(host.jobs().back().job, "check");
}

TEST_F(services, people_decide_later) {
    const auto file = has_file({.state = "checking", .gates = "virus_scan approval"});
    host.serve("virus_scan.file_check/1", {{"verdict", "pass"}});
    host.serve("approval.file_check/1", {{"verdict", "wait"}, {"reason", "x"}, {"details", json::object{}}});
    ASSERT_TRUE(host.run("check", {{"file", file}}).ok());
    EXPECT_EQ(state_of(file), "waiting");
    const auto got =
        host.ask_service("attachments.verdict/1", {{"file", file}, {"gate", "approval"}, {"verdict", "pass"}});
    EXPECT_EQ(got.json.at("state"), "ready") << got.sentence;
    const auto again = host.ask_service("attachments.recheck/1", {{"file", file}, {"gate", "virus_scan"}});
    EXPECT_EQ(again.json.at("state"), "checking");
    EXPECT_EQ(host.ask_service("attachments.verdict/1", {{"file", "9"}, {"gate", "a"}, {"verdict", "pass"}}).status,
              PARLEY_NOT_FOUND);
}

TEST_F(services, a_file_is_known_to_its_uploader_and_to_who_sees_its_message) {
    const auto own = has_file({.state = "checking"});
    const auto sent = has_file({.uploader = 8, .message = 5, .published = 1});
    const auto unsent = has_file({.uploader = 8});
    const auto infected = has_file({.state = "quarantined", .uploader = 8, .message = 5, .published = 1});
    const auto foreign = has_file({.message = 5, .published = 1, .tenant = 2});
    EXPECT_EQ(host.call("file.get", {{"file", own}}).json.at("state"), "checking");
    const auto shown = host.call("file.get", {{"file", sent}});
    EXPECT_EQ(shown.json.at("mine"), false);
    EXPECT_FALSE(shown.json.contains("uploader"));
    for (const auto& hidden : {unsent, infected, foreign, std::string("77")}) {
        EXPECT_EQ(host.call("file.get", {{"file", hidden}}).code, "file_unknown");
        EXPECT_EQ(host.ask_service("attachments.may_see/1", {{"file", hidden}}).code, "file_unknown");
    }
    EXPECT_EQ(host.ask_service("attachments.may_see/1", {{"file", own}}).code, "file_unknown");
    EXPECT_TRUE(host.ask_service("attachments.may_see/1", {{"file", sent}}).ok());
    sees_none();
    EXPECT_EQ(host.call("file.get", {{"file", sent}}).code, "file_unknown");
    host.answer("message.get", {{"deleted_at", "2026-01-01T00:00:00Z"}});
    EXPECT_EQ(host.call("file.get", {{"file", sent}}).code, "file_unknown");
}

TEST_F(services, a_conversation_lists_what_everybody_sees_page_by_page) {
    for (int i = 0; i < 5; ++i) has_file({.message = 5, .published = 1, .category = i == 0 ? "document" : "image"});
    has_file({.state = "waiting", .message = 6});
    has_file({});
    has_file({.message = 5, .published = 1, .conversation = 12});
    const auto list = [&](json::object more) {
        more["conversation"] = "11";
        return host.call("file.list", more, {.user = 9});
    };
    const auto first = list({{"limit", 3}}).json;
    EXPECT_EQ(first.at("files").as_array().size(), 3u);
    EXPECT_EQ(first.at("more"), true);
    const auto rest = list({{"limit", 3}, {"before", first.at("files").at(2).at("file")}}).json;
    EXPECT_EQ(rest.at("files").as_array().size(), 2u);
    EXPECT_EQ(rest.at("more"), false);
    EXPECT_EQ(list({{"category", "document"}}).json.at("files").as_array().size(), 1u);
    EXPECT_EQ(list({{"state", "waiting"}}).code, "state_own_only");
    EXPECT_TRUE(list({{"mine", true}}).json.at("files").as_array().empty());
    const auto own = host.call("file.list", {{"conversation", "11"}, {"mine", true}, {"state", "waiting"}});
    EXPECT_EQ(own.json.at("files").as_array().size(), 1u);
}

TEST_F(services, a_page_of_very_many_files_is_as_fast_as_one_of_few) {
    has_file({.message = 5, .published = 1});
    // A page of videos is full in both.
    const auto fill = [&](const std::string& conversation, int files, int videos) {
        sql("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + std::to_string(files) +
            ") INSERT INTO file SELECT i * 100 + " + conversation + ", tenant, " + conversation +
            ", model, uploader, message, published, held, shown, name, type, CASE i % " +
            std::to_string(files / videos) +
            " WHEN 0 THEN 'video' ELSE category END, bytes, sha256, state, reason, gates, passed, path || '-' || i || "
            "'-' || " +
            conversation +
            ", version_of, version, created, check_at, tries, place, bound, bound_path FROM n, file WHERE "
            "conversation = 11");
    };
    fill("12", 100, 50);
    fill("13", 100'000, 2'000);
    const auto best_of = [&](const char* conversation, const json::object& more) {
        auto input = more;
        input["conversation"] = conversation;
        input["limit"] = 50;
        auto best = std::chrono::steady_clock::duration::max();
        for (int i = 0; i < 20; ++i) {
            const auto began = std::chrono::steady_clock::now();
            EXPECT_TRUE(host.call("file.list", input).ok());
            best = std::min(best, std::chrono::steady_clock::now() - began);
        }
        return best;
    };
    for (const auto& more : {json::object{}, json::object{{"category", "video"}}, json::object{{"mine", true}}})
        // Looking at all of them takes a hundred times as long.
        EXPECT_LT(best_of("13", more), best_of("12", more) * 3 + std::chrono::milliseconds(3)) << json::serialize(more);
}

TEST_F(services, deleting_takes_the_file_and_keeps_the_message) {
    const auto file = has_file({.message = 5, .published = 1});
    const auto version = has_file({.message = 5, .published = 1, .version_of = std::stoll(file)});
    sql("INSERT INTO usage_tally VALUES (1, 1, 'tenant', '', 200, 2, 0, 0), (2, 1, 'user', '7', 200, 2, 0, 0)");
    EXPECT_EQ(host.call("file.delete", {{"file", file}}, {.user = 8}).status, PARLEY_FORBIDDEN);
    ASSERT_TRUE(host.call("file.delete", {{"file", file}}).ok());
    EXPECT_EQ(sql("SELECT count(*) FROM file"), "0");
    EXPECT_EQ(sql("SELECT count(*) FROM doomed"), "0");
    EXPECT_EQ(sql("SELECT bytes + files FROM usage_tally WHERE scope = 'user'"), "0");
    EXPECT_EQ(host.events().back().type, "file.removed");
    EXPECT_EQ(host.events().back().conversation.number(), 11);
    EXPECT_EQ(host.call("file.delete", {{"file", file}}).status, PARLEY_NOT_FOUND);
    EXPECT_EQ(host.call("file.get", {{"file", version}}).status, PARLEY_NOT_FOUND);
}

TEST_F(services, the_name_of_a_removed_file_is_taken_back) {
    std::vector<json::object> replaced;
    host.answer("service host.replace_in_data/1", [&](const json::object& what) {
        replaced.push_back(what);
        return answer{PARLEY_OK, {}, {}, {}, {}, {}, {}, {}};
    });
    const auto file = has_file({.message = 5, .published = 1});
    ASSERT_TRUE(host.call("file.delete", {{"file", file}}).ok());
    const auto said = host.events().back().data;
    EXPECT_EQ(said.at("message"), "5");
    ASSERT_TRUE(host.hear("file.removed", said).ok());
    ASSERT_EQ(replaced.size(), 1U);
    EXPECT_EQ(replaced.back(), (json::object{{"message", "5"},
                                             {"list", "files"},
                                             {"key", "file"},
                                             {"value", file},
                                             {"with", {{"file", file}, {"removed", true}}}}));
    ASSERT_TRUE(host.hear("file.removed", {{"file", "77"}, {"message", nullptr}}).ok());
    EXPECT_EQ(replaced.size(), 1U) << "it was in no message";
    // One that went while its message was being written, or changed.
    const json::object what{{"id", "5"},
                            {"conversation", "11"},
                            {"author", "7"},
                            {"data",
                             {{"files", json::array{json::object{{"file", file}, {"name", "a.png"}},
                                                    json::object{{"file", "9"}, {"removed", true}}}}}}};
    for (const auto* type : {"message.created", "message.edited"}) {
        replaced.clear();
        ASSERT_TRUE(host.hear(type, {{"message", what}}).ok()) << type;
        ASSERT_EQ(replaced.size(), 1U) << type << ": what was taken back is not looked at again";
        EXPECT_EQ(replaced.back().at("value").as_string(), file);
    }
}

TEST_F(services, files_go_with_their_message) {
    for (const char* type : {"message.deleted", "message.purged", "message.withdrawn"}) {
        has_file({.message = 5, .published = 1});
        const auto other = has_file({.message = 6, .published = 1});
        sql("DELETE FROM usage_tally");
        sql("INSERT INTO usage_tally VALUES (1, 1, 'tenant', '', 9000, 90, 0, 0), (2, 1, 'user', '7', 9000, 90, 0, 0)");
        ASSERT_TRUE(host.hear(type, {{"message", {{"id", "5"}}}}).ok()) << type;
        EXPECT_EQ(sql("SELECT count(*) FROM file WHERE message = 5"), "0") << type;
        EXPECT_EQ(state_of(other), "ready");
        ASSERT_TRUE(host.hear(type, {{"message", {{"id", "5"}}}}).ok()) << "again";
    }
}

TEST_F(services, kept_files_of_deleted_messages_are_nobodys) {
    host.set({{"keep_deleted", true}});
    const auto file = has_file({.message = 5, .published = 1});
    ASSERT_TRUE(host.hear("message.deleted", {{"message", {{"id", "5"}}}}).ok());
    EXPECT_EQ(state_of(file), "kept");
    EXPECT_EQ(host.call("file.get", {{"file", file}}).status, PARLEY_NOT_FOUND);
    EXPECT_TRUE(host.call("file.list", {{"conversation", "11"}}).json.at("files").as_array().empty());
    EXPECT_TRUE(host.call("file.list", {{"conversation", "11"}, {"mine", true}}).json.at("files").as_array().empty());
}

TEST_F(services, edits_leave_the_files_as_they_are) {
    const auto file = has_file({.message = 5, .published = 1});
    const auto other = has_file({});
    const auto pending = has_file({.state = "checking"});
    const auto got = host.send({.text = "new words", .data = {{"x", 1}}, .message = 5});
    ASSERT_TRUE(got.ok());
    EXPECT_EQ(got.data->at("files").at(0).at("file"), file.c_str());
    const auto swapped = host.send({.data = files({other}), .message = 5});
    EXPECT_EQ(swapped.data->at("files").at(0).at("file"), file.c_str());
    const auto sneaked = host.send({.data = files({pending}), .message = 6});
    EXPECT_FALSE(sneaked.data->contains("files"));
    EXPECT_FALSE(host.send({.text = "plain", .message = 7}).data);
}

TEST_F(services, a_conversation_takes_its_files_along) {
    for (int i = 0; i < 5; ++i) has_file({.message = 5, .published = 1});
    has_file({.conversation = 12});
    sql("INSERT INTO usage_tally VALUES (1, 1, 'tenant', '', 9000, 90, 0, 0), (2, 1, 'user', '7', 9000, 90, 0, 0)");
    ASSERT_TRUE(host.hear("conversation.deleted", {}, 11).ok());
    EXPECT_EQ(sql("SELECT count(*) FROM file"), "1");
}

}  // namespace
