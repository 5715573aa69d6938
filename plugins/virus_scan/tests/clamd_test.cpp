// A clamd that answers as it should not: whatever it does, nothing is clean that it did not say is clean.
#include "clamd.hpp"

#include <gtest/gtest.h>

#include <ostream>

#include "clamd_server_test.hpp"
#include "scanner.hpp"

namespace virus_scan {

void PrintTo(outcome of, std::ostream* to);  // in libclamav_test.cpp

namespace {

using namespace testing;
using namespace std::chrono_literals;
using namespace std::string_literals;

class clamds : public ::testing::Test {
protected:
    void greet() {
        auto made = clamd::greet(server_.address(), most_, stopping_, 60s);
        ASSERT_TRUE(made) << made.error().sentence;
        engine_ = *made;
    }
    sdk::result<finding> scan(const std::string& bytes) {
        if (engine_ == nullptr) greet();
        files_.write("file", bytes);
        return engine_->scan(files_.at(), "file");
    }
    outcome found(const std::string& bytes) {
        const auto said = scan(bytes);
        EXPECT_TRUE(said) << said.error().sentence;
        return said ? said->is : outcome::limited;
    }
    /// After everything was taken.
    void answers(const std::string& text) {
        server_.scans_by([text](clamd_server& by, int socket) {
            by.take_stream(socket);
            clamd_server::say(socket, text);
        });
    }
    std::string failure(const std::string& bytes = "hello") {
        const auto said = scan(bytes);
        EXPECT_FALSE(said) << boost::describe::enum_to_string(said->is, "?");
        return said ? "" : said.error().code;
    }

    clamd_server server_;
    limits most_{.file_bytes = 8 << 20, .scan_bytes = 16 << 20, .files = 50, .depth = 5, .seconds = 60};
    folder files_;
    std::atomic<bool> stopping_{false};
    std::shared_ptr<const engine> engine_;
};

TEST_F(clamds, says_what_clamd_said) {
    EXPECT_EQ(found("hello"), outcome::clean);
    EXPECT_EQ(found(""), outcome::clean);
    EXPECT_EQ(found(std::string(3 << 20, 'a')), outcome::clean);
    EXPECT_EQ(found(std::string(3 << 20, 'a') + eicar()), outcome::infected);
    EXPECT_EQ(scan(eicar())->name, "Parley.Test.Eicar");
    EXPECT_EQ(found(zip({{"secret", "0123456789ab", true}})), outcome::encrypted);
    EXPECT_EQ(engine_->version(), "ClamAV 1.4.3/27801/Mon Oct 20 08:00:00 2025");
}

TEST_F(clamds, over_tcp) {
    clamd_server there(true);
    const auto made = clamd::greet(there.address(), most_, stopping_, 60s);
    ASSERT_TRUE(made) << made.error().sentence;
    files_.write("file", eicar());
    EXPECT_EQ((*made)->scan(files_.at(), "file")->is, outcome::infected);
}

TEST_F(clamds, what_is_not_read_whole_is_limited) {
    EXPECT_EQ(found(std::string((8 << 20) + 1, 'a')), outcome::limited);  // nobody is asked
    EXPECT_EQ(found(zip({{"letter", "hello, and more of it"}}).substr(0, 40)), outcome::limited);
    answers("stream: Heuristics.Limits.Exceeded.MaxScanTime FOUND\0"s);
    EXPECT_EQ(found("hello"), outcome::limited);
    answers("stream: Exceeded time limit ERROR\0"s);
    EXPECT_EQ(found("hello"), outcome::limited);
    // It takes some of it, says so and hangs up.
    server_.scans_by([](clamd_server& by, int socket) {
        by.take(socket, 100'000);
        clamd_server::say(socket, "INSTREAM size limit exceeded. ERROR\0"s);
    });
    const auto cut = scan(std::string(4 << 20, 'a'));
    ASSERT_TRUE(cut) << cut.error().sentence;
    EXPECT_EQ(cut->is, outcome::limited);
    EXPECT_EQ(cut->name, "clamd.StreamMaxLength");
}

TEST_F(clamds, a_clean_archive_with_an_entry_over_the_limit_is_limited) {
    greet();
    answers("stream: OK\0"s);
    const std::string fits(8 << 20, 'a');
    EXPECT_EQ(found(zip({{"small", "hello"}, {"fits", fits}})), outcome::clean);
    EXPECT_EQ(found(zip({})), outcome::clean);
    const auto longer = zip({{"small", "hello"}, {"longer", fits + "a"}});
    const auto said = scan(longer);
    ASSERT_TRUE(said) << said.error().sentence;
    EXPECT_EQ(said->is, outcome::limited);
    EXPECT_EQ(said->name, "Heuristics.Limits.Exceeded.MaxFileSize");
    // What cannot be read of the directory is not believed to be short.
    const auto good = zip({{"small", "hello"}});
    const auto directory = good.rfind("PK\1\2");
    const auto end = good.rfind("PK\5\6");
    for (const auto& [at, bytes] :
         {std::pair{directory, "PK\3\3"s}, std::pair{directory + 20, "\xff\xff\xff\xff"s},
          std::pair{directory + 24, "\xff\xff\xff\xff"s}, std::pair{directory + 28, "\xff\xff"s},
          std::pair{end + 12, "\xff\xff\xff\xff"s}, std::pair{end + 16, "\xff\xff\xff\xff"s},
          std::pair{end + 16, "\x01\x00\x00\x00"s}}) {
        auto bad = good;
        bad.replace(at, bytes.size(), bytes);
        EXPECT_EQ(found(bad), outcome::limited) << at - directory;
    }
    EXPECT_EQ(found("plain words, PK\1\2 or not"), outcome::clean);
}

TEST_F(clamds, only_its_own_words_are_a_verdict) {
    greet();
    for (const auto& text :
         {""s, "OK\0"s, "stream: OK"s, "stream: ok\0"s, "stream: OK\0stream: OK\0"s, "stream: OK\0 "s, "stream: \0"s,
          "stream:  FOUND"s, "stream: FOUND\0"s, "stream: A\n FOUND\0"s, "stream: \xc3\xa4 FOUND\0"s, "fd[5]: OK\0"s,
          "stream: NOT OK\0"s, "stream: " + std::string(300, 'a') + " FOUND\0"s, std::string(100'000, 'a'),
          "UNKNOWN COMMAND\0"s, "HTTP/1.1 200 OK\r\n\r\n"s, std::string(10, '\0')}) {
        answers(text);
        EXPECT_EQ(failure(), "engine_lost") << text.substr(0, 40);
    }
    answers("stream: Can't allocate memory ERROR\0"s);
    EXPECT_EQ(failure(), "scan_failed");
}

TEST_F(clamds, a_verdict_before_it_had_everything_is_none) {
    greet();
    server_.scans_by([](clamd_server& by, int socket) {
        clamd_server::say(socket, "stream: OK\0"s);
        by.hang(socket);
    });
    EXPECT_EQ(failure(std::string(4 << 20, 'a')), "engine_lost");
}

TEST_F(clamds, hanging_up_is_no_verdict) {
    greet();
    for (const auto& [bytes, after] : std::vector<std::pair<std::size_t, std::size_t>>{
             {5, 0}, {5, 4}, {5, 9}, {4 << 20, 0}, {4 << 20, 4}, {4 << 20, 100'000}}) {
        server_.scans_by([after](clamd_server& by, int socket) { by.take(socket, after); });
        EXPECT_EQ(failure(std::string(bytes, 'a')), "engine_lost") << after << " of " << bytes;
    }
    server_.scans_by([](clamd_server& by, int socket) { by.take_stream(socket); });
    EXPECT_EQ(failure(), "engine_lost");
    server_.end();
    EXPECT_EQ(failure(), "engine_lost");
}

TEST_F(clamds, hanging_has_an_end) {
    most_.seconds = -15;  // time is up when it begins
    greet();
    server_.scans_by([](clamd_server& by, int socket) { by.hang(socket); });
    EXPECT_EQ(failure(), "engine_lost");
    EXPECT_FALSE(clamd::greet(server_.address(), most_, stopping_, 50ms));
    stopping_ = true;
    EXPECT_FALSE(clamd::greet(server_.address(), most_, stopping_, 600s));
}

TEST_F(clamds, one_that_keeps_to_itself_what_it_did_not_read_is_not_used) {
    for (const auto& [passwords, over] : {std::pair{false, true}, {true, false}}) {
        server_.tells(passwords, over);
        const auto made = clamd::greet(server_.address(), most_, stopping_, 60s);
        ASSERT_FALSE(made);
        EXPECT_NE(made.error().sentence.find(passwords ? "AlertExceedsMax" : "AlertEncrypted"), std::string::npos);
    }
    server_.tells(true, true);
    for (const auto* bad : {"", "1.4.3", "ClamAV \n"}) {
        server_.is_of(bad);
        EXPECT_FALSE(clamd::greet(server_.address(), most_, stopping_, 60s)) << bad;
    }
}

TEST_F(clamds, nobody_there) {
    for (const auto& where : {files_.at().string() + "/none", "127.0.0.1:1"s, "nonsense"s, "/" + std::string(200, 'a')})
        EXPECT_EQ(clamd::greet(where, most_, stopping_, 60s).error().code, "engine_lost") << where;
}

class scanners_with_clamd : public clamds {
protected:
    void wait_until(const std::function<bool(const scanner::state&)>& so) {
        for (int i = 0; i < 6000 && !so(scanner_.now()); ++i) std::this_thread::sleep_for(10ms);
        ASSERT_TRUE(so(scanner_.now())) << scanner_.now().trouble;
    }
    sdk::result<scanner::scanned> scan_it(const std::string& bytes) {
        files_.write("file", bytes);
        return scanner_.scan(files_.at(), "file", 60s);
    }

    folder scratch_;
    std::atomic<int> heard_{0};
    scanner scanner_{scratch_.at(), [this](const scanner::state&) { ++heard_; }};
    tuning how_{.signatures = "/nowhere", .clamd = server_.address(), .most = most_, .at_once = 2, .every = 20ms};
};

TEST_F(scanners_with_clamd, another_version_is_seen) {
    scanner_.tune(how_);
    auto said = scan_it("hello");
    ASSERT_TRUE(said) << said.error().sentence;
    EXPECT_EQ(said->version, "ClamAV 1.4.3/27801/Mon Oct 20 08:00:00 2025");
    server_.is_of("ClamAV 1.4.3/27802/Tue Oct 21 08:00:00 2025");
    wait_until([](const auto& now) { return now.version.find("27802") != std::string::npos; });
    said = scan_it(eicar());
    ASSERT_TRUE(said) << said.error().sentence;
    EXPECT_EQ(said->found.is, outcome::infected);
    EXPECT_EQ(said->version, "ClamAV 1.4.3/27802/Tue Oct 21 08:00:00 2025");
}

TEST_F(scanners_with_clamd, one_that_failed_is_used_when_it_behaves_again) {
    how_.every = 1h;  // it is looked at because it failed
    scanner_.tune(how_);
    ASSERT_TRUE(scan_it("hello"));
    EXPECT_EQ(heard_, 1);
    answers("nonsense\0"s);
    EXPECT_FALSE(scan_it("hello"));
    EXPECT_EQ(scanner_.now().version, "");
    EXPECT_NE(scanner_.now().trouble, "");
    EXPECT_EQ(scan_it("hello").error().code, "scanner_not_ready");
    server_.scans_by({});
    wait_until([](const auto& now) { return now.trouble.empty(); });
    EXPECT_EQ(scan_it(eicar())->found.is, outcome::infected);
}

TEST_F(scanners_with_clamd, one_that_cannot_be_used_is_told_of_once) {
    server_.is_of("something else");
    scanner_.tune(how_);
    wait_until([this](const auto&) { return server_.connections() > 5; });
    EXPECT_EQ(scan_it("hello").error().code, "scanner_not_ready");
    EXPECT_EQ(heard_, 1);
}

TEST_F(scanners_with_clamd, stopping_does_not_wait_for_it) {
    scanner_.tune(how_);
    ASSERT_TRUE(scan_it("hello"));
    std::atomic<bool> hangs{false};
    server_.scans_by([&](clamd_server& by, int socket) {
        hangs = true;
        by.hang(socket);
    });
    std::thread waits([&] { EXPECT_FALSE(scan_it("hello")); });
    for (int i = 0; i < 6000 && !hangs; ++i) std::this_thread::sleep_for(10ms);
    scanner_.stop();
    waits.join();
}

}  // namespace
}  // namespace virus_scan
