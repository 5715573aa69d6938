// What attachments is told, and what is kept: the plugin in front of a fake host.
#include <gtest/gtest.h>

#include <parley/testing/fake_host.hpp>
#include <thread>

#include "clamd_server_test.hpp"

namespace virus_scan {
namespace {

using namespace testing;
namespace json = boost::json;
using parley::testing::answer;
using parley::testing::fake_host;

class services : public ::testing::Test {
protected:
    services() {
        for (const auto& one : std::filesystem::directory_iterator(VIRUS_SCAN_SIGNATURES))
            std::filesystem::copy(one.path(), signatures_.at());
        set({});
    }
    void set(json::object more) {
        more["database_folder"] = signatures_.at().string();
        more["reload_seconds"] = 1;
        host.set(more);
    }
    void put(const std::string& path, const std::string& bytes) const {
        const auto at = host.files().parent_path() / "others" / "attachments" / path;
        std::filesystem::create_directories(at.parent_path());
        std::ofstream(at, std::ios::binary) << bytes;
    }
    answer check(const std::string& file, const std::string& bytes) {
        put("blobs/" + file, bytes);
        return ask(file);
    }
    answer ask(const std::string& file) {
        return host.ask_service("virus_scan.file_check/1", {{"file", file},
                                                            {"path", "blobs/" + file},
                                                            {"name", "a.txt"},
                                                            {"type", "text/plain"},
                                                            {"category", "document"},
                                                            {"bytes", 5},
                                                            {"tenant", "1"},
                                                            {"conversation", "11"},
                                                            {"model", ""},
                                                            {"uploader", "7"}});
    }
    static json::object facts(const std::string& file) {
        return {{"file", file},    {"conversation", "11"}, {"model", ""},
                {"uploader", "7"}, {"published", true},    {"path", "blobs/" + file},
                {"name", "a.txt"}, {"type", "text/plain"}, {"category", "document"},
                {"bytes", 5},      {"sha256", ""},         {"state", "ready"},
                {"reason", ""},    {"version", 1},         {"created_at", 1}};
    }
    std::size_t told(const std::string& service) const {
        std::size_t count = 0;
        for (const auto& [name, input] : host.invoked()) count += name == "service " + service ? 1 : 0;
        return count;
    }
    void new_signatures(const char* name, const char* text) {
        const auto before = host.metric("loads");
        signatures_.write(name, text);
        for (int i = 0; i < 3000 && host.metric("loads") == before; ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        ASSERT_GT(host.metric("loads"), before);
    }

    folder signatures_;
    fake_host host;
};

TEST_F(services, verdicts) {
    const auto clean = check("1", "hello");
    ASSERT_TRUE(clean.ok()) << clean.sentence;
    EXPECT_EQ(clean.json.at("verdict"), "pass");
    const auto bad = check("2", eicar());
    EXPECT_EQ(bad.json.at("verdict"), "quarantine");
    EXPECT_EQ(bad.json.at("reason"), "It is infected: Parley.Test.Eicar.UNOFFICIAL");
    EXPECT_EQ(bad.json.at("details").at("outcome"), "infected");
    EXPECT_EQ(host.metric("clean"), 1);
    EXPECT_EQ(host.metric("infected"), 1);
    EXPECT_EQ(host.metric("seconds"), 2);
    EXPECT_EQ(host.metric("signatures"), 2);
}

TEST_F(services, tenants_choose_what_becomes_of_what_cannot_be_read) {
    const auto secret = zip({{"secret", "0123456789ab not to be read", true}});
    EXPECT_EQ(check("1", secret).json.at("verdict"), "reject");
    EXPECT_EQ(check("2", zip({{"e", eicar()}}).substr(0, 40)).json.at("verdict"), "reject");
    set({{"on_limit", "quarantine"}, {"on_encrypted", "pass"}});
    EXPECT_EQ(ask("1").json.at("verdict"), "pass");
    EXPECT_EQ(ask("2").json.at("verdict"), "quarantine");
    set({{"on_encrypted", "quarantine"}});
    EXPECT_EQ(ask("1").json.at("verdict"), "quarantine");
    EXPECT_EQ(host.metric("encrypted"), 1);  // the verdict was kept, the policy is another
    host.advance(std::chrono::minutes(11));
    EXPECT_EQ(ask("1").json.at("verdict"), "quarantine");
    EXPECT_EQ(host.metric("encrypted"), 2);
}

TEST_F(services, without_signatures_nothing_gets_through_and_the_operator_is_told) {
    for (const auto* one : {"parley.ndb", "parley.hdb"}) std::filesystem::remove(signatures_.at() / one);
    const auto got = check("1", "what nobody knows yet to be bad");
    EXPECT_EQ(got.status, PARLEY_UNAVAILABLE);
    EXPECT_EQ(got.code, "scanner_not_ready");
    EXPECT_FALSE(host.health().ok());
    EXPECT_GT(host.metric("load_failures"), 0);
    new_signatures("parley.ndb", "Parley.Test.First:0:*:6e6f626f6479206b6e6f7773\n");
    EXPECT_EQ(ask("1").json.at("verdict"), "quarantine");
    EXPECT_TRUE(host.health().ok());
}

TEST_F(services, a_file_that_is_not_there_is_no_verdict) {
    EXPECT_EQ(ask("9").status, PARLEY_NOT_FOUND);
    EXPECT_EQ(host.metric("failed"), 1);
    EXPECT_EQ(host.call("scan.get", {{"file", "9"}}).status, PARLEY_NOT_FOUND);
}

TEST_F(services, what_was_found_is_kept_until_the_file_is_gone) {
    ASSERT_TRUE(check("2", eicar()).ok());
    const auto got = host.call("scan.get", {{"file", "2"}});
    EXPECT_EQ(got.json.at("found"), "infected");
    EXPECT_EQ(got.json.at("name"), "Parley.Test.Eicar.UNOFFICIAL");
    EXPECT_EQ(got.json.at("at"), host.now());
    EXPECT_EQ(host.call("scan.get", {{"file", "2"}}, {.tenant = 2}).status, PARLEY_NOT_FOUND);
    ASSERT_TRUE(host.hear("file.removed", {{"file", "2"}}).ok());
    EXPECT_EQ(host.call("scan.get", {{"file", "2"}}).status, PARLEY_NOT_FOUND);
}

TEST_F(services, older_files_are_scanned_once_with_new_signatures) {
    ASSERT_TRUE(check("1", "hello").ok());
    put("blobs/2", "what nobody knows yet to be bad");
    host.serve("attachments.files/1", {{"files", json::array{facts("1"), facts("2"), facts("3")}}, {"more", false}});
    host.serve("attachments.verdict/1", {{"file", "2"}, {"state", "quarantined"}});
    auto got = host.run("rescan");
    ASSERT_TRUE(got.ok()) << got.sentence;  // the third one has no blob, and holds up nothing
    EXPECT_EQ(host.metric("clean"), 2);     // the first one had been scanned with these
    EXPECT_EQ(told("attachments.verdict/1"), 0u);
    ASSERT_TRUE(host.run("rescan").ok());
    EXPECT_EQ(told("attachments.files/1"), 1u);  // all were looked at
    new_signatures("more.ndb", "Parley.Test.Later:0:*:6e6f626f6479206b6e6f7773\n");
    ASSERT_TRUE(host.run("rescan").ok());
    ASSERT_EQ(told("attachments.verdict/1"), 1u);
    EXPECT_EQ(host.invoked().back().second.at("verdict"), "quarantine");
    EXPECT_EQ(host.invoked().back().second.at("gate"), "virus_scan");
    EXPECT_EQ(host.metric("clean"), 3);
    EXPECT_EQ(host.metric("infected"), 1);
}

TEST_F(services, with_clamd_a_password_never_hides_what_was_not_read) {
    clamd_server there;
    set({{"clamd_socket", there.address()}, {"on_encrypted", "pass"}});
    EXPECT_EQ(check("1", "hello").json.at("verdict"), "pass");
    EXPECT_EQ(check("2", eicar()).json.at("verdict"), "quarantine");
    EXPECT_EQ(check("3", zip({{"secret", "0123456789ab not to be read", true}})).json.at("verdict"), "reject");
    EXPECT_EQ(check("4", zip({{"letter", "hello"}}).substr(0, 40)).json.at("verdict"), "reject");
    EXPECT_EQ(host.metric("signatures"), 0);
    EXPECT_TRUE(host.health().ok());
}

TEST_F(services, without_clamd_nothing_gets_through_and_the_operator_is_told) {
    clamd_server there;
    set({{"clamd_socket", there.address()}});
    EXPECT_EQ(check("1", "hello").json.at("verdict"), "pass");
    there.scans_by([](clamd_server& by, int socket) { by.take(socket, 1); });
    EXPECT_EQ(check("2", eicar()).status, PARLEY_UNAVAILABLE);
    EXPECT_FALSE(host.health().ok());
    EXPECT_EQ(host.metric("failed"), 1);
    EXPECT_GE(host.metric("load_failures"), 1);
    EXPECT_EQ(host.call("scan.get", {{"file", "2"}}).status, PARLEY_NOT_FOUND);
    const auto before = host.metric("loads");
    there.scans_by({});
    for (int i = 0; i < 6000 && host.metric("loads") == before; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_EQ(ask("2").json.at("verdict"), "quarantine");
    EXPECT_TRUE(host.health().ok());
}

TEST_F(services, older_files_are_scanned_once_when_clamd_has_others) {
    clamd_server there;
    set({{"clamd_socket", there.address()}});
    ASSERT_TRUE(check("1", "hello").ok());
    host.serve("attachments.files/1", {{"files", json::array{facts("1")}}, {"more", false}});
    ASSERT_TRUE(host.run("rescan").ok());
    EXPECT_EQ(host.metric("clean"), 1);
    const auto before = host.metric("loads");
    there.is_of("ClamAV 1.4.3/27802/Tue Oct 21 08:00:00 2025");
    for (int i = 0; i < 6000 && host.metric("loads") == before; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    ASSERT_TRUE(host.run("rescan").ok());
    EXPECT_EQ(host.metric("clean"), 2);
    EXPECT_NE(host.call("scan.get", {{"file", "1"}}).json.at("signatures").as_string().find("27802"),
              std::string::npos);
}

TEST_F(services, rescans_go_on_page_by_page) {
    ASSERT_TRUE(check("1", "hello").ok());
    set({{"rescan_files", 2}});
    host.answer("service attachments.files/1", [](const json::object& input) {
        const auto* after = input.if_contains("after");
        const bool first = after == nullptr || after->is_null();
        const json::array files = first ? json::array{facts("4"), facts("5")} : json::array{facts("6")};
        return answer{PARLEY_OK, {{"files", files}, {"more", first}}, {}, {}, {}, {}, {}, {}};
    });
    for (const auto* one : {"4", "5", "6"}) put(std::string("blobs/") + one, "hello");
    ASSERT_TRUE(host.run("rescan").ok());
    EXPECT_EQ(host.metric("clean"), 3);
    EXPECT_EQ(host.invoked().back().second.at("limit"), 2);
    ASSERT_TRUE(host.run("rescan").ok());
    EXPECT_EQ(host.metric("clean"), 4);
    EXPECT_EQ(host.invoked().back().second.at("after"), "5");
    ASSERT_TRUE(host.run("rescan").ok());
    EXPECT_EQ(told("attachments.files/1"), 2u);
    set({{"rescan_files", 0}});
    ASSERT_TRUE(host.run("rescan").ok());
    EXPECT_EQ(told("attachments.files/1"), 2u);
}

}  // namespace
}  // namespace virus_scan
