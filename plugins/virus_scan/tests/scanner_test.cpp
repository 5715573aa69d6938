// New signatures without a gap, bad ones without harm, and no more scans at once than are wanted.
#include "scanner.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <random>
#include <vector>

#include "files_test.hpp"

namespace virus_scan {
namespace {

using namespace testing;
using namespace std::chrono_literals;

/// Texts, pages, noise and archives, nothing of them twice, or clamscan's cache would know it; answers how many bytes.
double write_all_kinds(const folder& to) {
    std::mt19937 dice(7);
    double bytes = 0;
    const auto put = [&](const std::string& name, const std::string& text) {
        to.write(name, text);
        bytes += static_cast<double>(text.size());
    };
    const auto noise = [&] {
        std::string made(200'000, ' ');
        for (auto& byte : made) byte = static_cast<char>(dice());
        return made;
    };
    const auto text = [&] {
        std::string made;
        while (made.size() < 200'000) made += "line " + std::to_string(dice()) + " of a letter\n";
        return made;
    };
    for (int i = 0; i < 60; ++i) {
        const auto number = std::to_string(i);
        put(number + ".txt", text());
        put(number + ".html", "<html><body><script>var a = 1;</script><p>" + text() + "</body></html>");
        put(number + ".bin", noise());
        put(number + ".zip", zip({{"letter", text()}, {"noise", noise()}}));
    }
    return bytes;
}

class scanners : public ::testing::Test {
protected:
    scanners() {
        for (const auto& one : std::filesystem::directory_iterator(VIRUS_SCAN_SIGNATURES))
            std::filesystem::copy(one.path(), signatures_.at());
        files_.write("eicar", eicar());
        files_.write("letter", "hello");
        files_.write("later", "what nobody knows yet to be bad");
    }

    /// Until it has heard of so many attempts to load.
    void wait_for(std::size_t loads) {
        std::unique_lock held(lock_);
        ASSERT_TRUE(heard_of_it_.wait_for(held, 60s, [&] { return heard_.size() >= loads; }));
    }
    outcome scan(const std::string& name) {
        auto said = scanner_.scan(files_.at(), name);
        EXPECT_TRUE(said) << said.error().sentence;
        return said ? said->found.is : outcome::limited;
    }

    folder signatures_;
    folder files_;
    folder scratch_;
    std::mutex lock_;
    std::condition_variable heard_of_it_;
    std::vector<scanner::state> heard_;
    scanner scanner_{scratch_.at(), [this](const scanner::state& now) {
                         const std::lock_guard held(lock_);
                         heard_.push_back(now);
                         heard_of_it_.notify_all();
                     }};
    tuning how_{.signatures = signatures_.at(), .most = {}, .at_once = 2, .every = 20ms};
};

TEST_F(scanners, nothing_is_scanned_before_it_was_tuned_nor_without_signatures) {
    EXPECT_EQ(scanner_.scan(files_.at(), "letter", 1s).error().code, "scanner_not_ready");
    folder empty;
    how_.signatures = empty.at();
    scanner_.tune(how_);
    EXPECT_EQ(scanner_.scan(files_.at(), "letter").error().code, "scanner_not_ready");
    EXPECT_NE(scanner_.now().trouble, "");
    EXPECT_EQ(scanner_.now().version, "");
    empty.write("parley.ndb", "Parley.Test.First:0:*:6e6f626f6479206b6e6f7773\n");
    wait_for(2);
    EXPECT_EQ(scan("later"), outcome::infected);
}

TEST_F(scanners, new_signatures_take_the_place_of_the_old_ones) {
    scanner_.tune(how_);
    EXPECT_EQ(scan("eicar"), outcome::infected);
    EXPECT_EQ(scan("later"), outcome::clean);
    const auto before = scanner_.now().version;
    signatures_.write("more.ndb", "Parley.Test.Later:0:*:6e6f626f6479206b6e6f7773\n");
    wait_for(2);
    EXPECT_EQ(scan("later"), outcome::infected);
    EXPECT_EQ(scan("eicar"), outcome::infected);
    EXPECT_NE(scanner_.now().version, before);
    EXPECT_EQ(scanner_.now().signatures, 3);
}

TEST_F(scanners, broken_signatures_leave_the_old_ones_and_are_told) {
    scanner_.tune(how_);
    EXPECT_EQ(scan("eicar"), outcome::infected);
    const auto before = scanner_.now();
    signatures_.write("more.ndb", "this is no signature\n");
    wait_for(2);
    EXPECT_NE(scanner_.now().trouble, "");
    EXPECT_EQ(scanner_.now().version, before.version);
    EXPECT_EQ(scan("eicar"), outcome::infected);
    std::filesystem::remove(signatures_.at() / "more.ndb");
    wait_for(3);
    for (int i = 0; i < 3000 && !scanner_.now().trouble.empty(); ++i) std::this_thread::sleep_for(20ms);
    EXPECT_EQ(scanner_.now().trouble, "");
}

TEST_F(scanners, other_limits_make_another_engine) {
    scanner_.tune(how_);
    EXPECT_EQ(scan("letter"), outcome::clean);
    how_.most.file_bytes = 3;
    scanner_.tune(how_);
    wait_for(2);
    EXPECT_EQ(scan("letter"), outcome::limited);
}

TEST_F(scanners, many_scan_while_signatures_change) {
    how_.every = 1ms;
    scanner_.tune(how_);
    std::atomic<int> wrong{0};
    std::atomic<bool> enough{false};
    std::vector<std::thread> all;
    for (int i = 0; i < 4; ++i)
        all.emplace_back([&] {
            while (!enough) {
                const auto said = scanner_.scan(files_.at(), "eicar");
                if (!said || said->found.is != outcome::infected) ++wrong;
            }
        });
    for (int i = 0; i < 10; ++i) {
        std::size_t loads = 0;
        {
            const std::lock_guard held(lock_);
            loads = heard_.size();
        }
        signatures_.write("n" + std::to_string(i) + ".ndb",
                          i % 3 == 2 ? "broken\n" : "Parley.Test.N:0:*:0011223344556677\n");
        wait_for(loads + 1);
        if (i % 3 == 2) std::filesystem::remove(signatures_.at() / ("n" + std::to_string(i) + ".ndb"));
    }
    enough = true;
    for (auto& one : all) one.join();
    EXPECT_EQ(wrong, 0);
}

TEST_F(scanners, whoever_waits_is_told_that_it_stops) {
    scanner_.tune(how_);
    EXPECT_EQ(scan("letter"), outcome::clean);
    scanner_.stop();
    EXPECT_EQ(scanner_.scan(files_.at(), "letter").error().code, "stopping");
    EXPECT_TRUE(std::filesystem::is_empty(scratch_.at()));
}

struct spent {
    double seconds = 0;
    double cpu = 0;  ///< the same of processors, which other programs do not lengthen

    spent operator-(const spent& of) const { return {seconds - of.seconds, cpu - of.cpu}; }
};

/// Of this process, or of those that it has waited for.
spent spent_by(int whom) {
    rusage used{};
    ::getrusage(whom, &used);
    const auto of = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    const std::chrono::duration<double> now = std::chrono::steady_clock::now().time_since_epoch();
    return {now.count(), of(used.ru_utime) + of(used.ru_stime)};
}

/// Against Debian's clamscan (package clamav), one file after the other, the same files, signatures and limits, in
/// turns. Loading is left out on both sides: of clamscan's time the time that it takes for one empty file is taken off.
/// A measurement, so it is run when somebody wants it:
/// virus_scan_test --gtest_also_run_disabled_tests --gtest_filter='*speed'
TEST_F(scanners, DISABLED_speed) {
    folder all;
    folder one;
    one.write("empty", "");
    const auto bytes = write_all_kinds(all);
    how_.at_once = 1;
    scanner_.tune(how_);
    ASSERT_EQ(scan("letter"), outcome::clean);
    const auto clamscan = [&](const std::filesystem::path& of) {
        const auto command =
            "clamscan --quiet --max-filesize=100M --max-scansize=400M --max-recursion=17 "
            "--alert-exceeds-max=yes --alert-encrypted=yes -d " +
            signatures_.at().string() + " " + of.string();
        const auto began = spent_by(RUSAGE_CHILDREN);
        EXPECT_EQ(std::system(command.c_str()), 0);
        return spent_by(RUSAGE_CHILDREN) - began;
    };
    std::vector<double> by_clock;
    std::vector<double> by_cpu;
    for (int i = 0; i < 7; ++i) {
        const auto began = spent_by(RUSAGE_SELF);
        for (const auto& file : std::filesystem::directory_iterator(all.at()))
            ASSERT_EQ(scanner_.scan(all.at(), file.path().filename().string())->found.is, outcome::clean);
        const auto ours = spent_by(RUSAGE_SELF) - began;
        const auto theirs = clamscan(all.at()) - clamscan(one.at());
        by_clock.push_back(theirs.seconds / ours.seconds);
        by_cpu.push_back(theirs.cpu / ours.cpu);
        std::printf("%.1f MB/s, clamscan %.1f MB/s; CPU %.2f s, clamscan %.2f s\n", bytes / ours.seconds / 1e6,
                    bytes / theirs.seconds / 1e6, ours.cpu, theirs.cpu);
    }
    for (auto* ratios : {&by_clock, &by_cpu}) {
        std::sort(ratios->begin(), ratios->end());
        std::printf("throughput to clamscan's by %s: median %.2f, %.2f to %.2f\n",
                    ratios == &by_cpu ? "CPU time" : "the clock", (*ratios)[3], ratios->front(), ratios->back());
    }
    EXPECT_GE(by_cpu[3], 0.9);
}

}  // namespace
}  // namespace virus_scan
