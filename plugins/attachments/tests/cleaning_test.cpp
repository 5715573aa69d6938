// What a cleaner takes out of a file, and who is asked (again) then: the plugin in front of a fake host.
#include "house_test.hpp"

namespace {

using namespace attachments::testing;

class cleaning : public house_test {
protected:
    cleaning() {
        sql("INSERT INTO usage_tally VALUES (1, 1, 'tenant', '', 12, 1, 0, 0), (2, 1, 'user', '7', 12, 1, 0, 0)");
    }
    std::string has_secret(const std::string& gates) {
        const auto file = has_file({.state = "checking", .gates = gates, .bytes = 12});
        write("blobs/" + file, "secretpublic");
        return file;
    }
    std::string content() {
        std::ifstream from(host.files() / sql("SELECT path FROM file"), std::ios::binary);
        return {std::istreambuf_iterator<char>(from), {}};
    }
    void cleans(const json::array& edits) { host.serve("gallery.file_clean/1", {{"edits", edits}}); }
    static json::object edit(int at, int drop, const char* put, int zeros) {
        return {{"at", at}, {"drop", drop}, {"put", put}, {"zeros", zeros}};
    }
};

TEST_F(cleaning, what_is_changed_is_the_file_and_all_others_are_asked_again) {
    const auto file = has_secret("clean:gallery virus_scan");
    sql("UPDATE file SET passed = 'virus_scan'");
    cleans({edit(0, 6, "6869", 1)});
    host.serve("virus_scan.file_check/1", {{"verdict", "pass"}});
    ASSERT_TRUE(host.run("check", {{"file", file}}).ok());
    EXPECT_EQ(content(), std::string("hi\0public", 9));
    EXPECT_EQ(state_of(file), "ready");
    EXPECT_EQ(sql("SELECT bytes || passed FROM file"), "9clean:gallery virus_scan");
    EXPECT_EQ(ledger(), "9 1 0 0");
    EXPECT_EQ(host.invoked().back().first, "service virus_scan.file_check/1");
    EXPECT_NE(sql("SELECT sha256 FROM file"), "abc");
    EXPECT_EQ(sql("SELECT path FROM doomed"), "blobs/" + file);
}

TEST_F(cleaning, nothing_to_take_out_changes_nothing) {
    const auto file = has_secret("clean:gallery");
    cleans({});
    ASSERT_TRUE(host.run("check", {{"file", file}}).ok());
    EXPECT_EQ(state_of(file), "ready");
    EXPECT_EQ(sql("SELECT path || bytes FROM file"), "blobs/" + file + "12");
}

TEST_F(cleaning, edits_that_do_not_fit_and_silence_let_nothing_through) {
    const auto file = has_secret("clean:gallery");
    for (const auto& wrong : {json::array{edit(10, 3, "", 0)}, json::array{edit(5, 1, "", 0), edit(4, 1, "", 0)},
                              json::array{edit(0, -1, "", 0)}, json::array{edit(0, 1, "6", 0)}}) {
        cleans(wrong);
        ASSERT_TRUE(host.run("check", {{"file", file}}).ok());
        EXPECT_EQ(state_of(file), "checking");
        sql("UPDATE file SET check_at = 1");
    }
    host.refuse("service gallery.file_clean/1", PARLEY_UNAVAILABLE, "off");
    ASSERT_TRUE(host.run("check", {{"file", file}}).ok());
    EXPECT_EQ(state_of(file), "checking");
    EXPECT_EQ(content(), "secretpublic");
}

TEST_F(cleaning, cleaners_are_asked_before_all_others) {
    has_gates({"approval", "virus_scan"}, {"gallery"});
    host.refuse("service gallery.file_clean/1", PARLEY_UNAVAILABLE, "off");
    const auto got = brings("a.txt", "hello");
    ASSERT_TRUE(got.ok()) << got.code << got.sentence;
    EXPECT_EQ(sql("SELECT gates FROM file"), "clean:gallery virus_scan approval");
}

}  // namespace
