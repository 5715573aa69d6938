// The log: what a line holds, and that neither strangers' bytes nor a full disk can spoil it.
#include "base/log.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <filesystem>
#include <fstream>
#include <limits>
#include <thread>
#include <vector>

#include "base/testing/scarce_memory.hpp"
#include "base/text.hpp"

namespace parley {
namespace {

using namespace std::string_view_literals;

class log_test : public ::testing::Test {
protected:
    log_test() {
        const std::string name = "parley_log_" + std::to_string(::getpid()) + "_" +
                                 ::testing::UnitTest::GetInstance()->current_test_info()->name();
        file_ = std::filesystem::temp_directory_path() / name;
    }
    ~log_test() override {
        EXPECT_TRUE(log::start({}));
        std::filesystem::remove(file_);
    }

    void start(log::format as, log::level least = log::level::info) {
        ASSERT_TRUE(log::start({.least = least, .as = as, .file = file_.string()}));
    }

    [[nodiscard]] std::vector<std::string> lines() const {
        std::vector<std::string> all;
        std::ifstream in(file_);
        for (std::string line; std::getline(in, line);) all.push_back(line);
        return all;
    }

    std::filesystem::path file_;
};

TEST_F(log_test, json_lines_hold_the_fields) {
    start(log::format::json);
    log::info("message sent", {{"request", "r-1"},
                               {"tenant", tenant_id{42}},
                               {"count", 3},
                               {"size", std::size_t{7}},
                               {"took", 0.5},
                               {"ok", true},
                               {"odd", std::numeric_limits<double>::infinity()}});
    ASSERT_EQ(lines().size(), 1U);
    const auto entry = boost::json::parse(lines()[0]).as_object();
    EXPECT_EQ(entry.at("level").as_string(), "info");
    EXPECT_EQ(entry.at("message").as_string(), "message sent");
    EXPECT_EQ(entry.at("request").as_string(), "r-1");
    EXPECT_EQ(entry.at("tenant").as_string(), "42");
    EXPECT_EQ(entry.at("count").as_int64(), 3);
    EXPECT_EQ(entry.at("size").as_int64(), 7);
    EXPECT_EQ(entry.at("took").as_double(), 0.5);
    EXPECT_EQ(entry.at("ok").as_bool(), true);
    EXPECT_EQ(entry.at("odd").as_string(), "inf");
    EXPECT_EQ(entry.at("time").as_string().size(), "2030-01-31T09:30:00.000000Z"sv.size());
}

TEST_F(log_test, text_lines_hold_the_fields) {
    start(log::format::text);
    log::warning("two words",
                 {{"request", "r-1"}, {"who", "a \"b\""}, {"none", ""}, {"n", -1}, {"tenant", tenant_id{42}}});
    ASSERT_EQ(lines().size(), 1U);
    EXPECT_TRUE(lines()[0].ends_with(R"( warning two words request=r-1 who="a \"b\"" none="" n=-1 tenant=42)"))
        << lines()[0];
}

TEST_F(log_test, strangers_cannot_forge_lines_or_reach_the_terminal) {
    const std::string nasty = "a\r\n{\"level\":\"error\"}\x1B[2J\u009B\u202E\u2028\x7F\xFF\"\\" + std::string(1, '\0');
    for (const auto as : {log::format::json, log::format::text}) {
        std::filesystem::remove(file_);
        start(as);
        log::info(nasty, {{"name", nasty}, {nasty, 1}});
        ASSERT_EQ(lines().size(), 1U);
        const std::string line = lines()[0];
        ASSERT_TRUE(is_utf8(line));
        for (std::string_view rest = line; !rest.empty();) ASSERT_FALSE(is_unsafe_to_print(take_code_point(rest)));
        if (as == log::format::text) continue;
        const auto entry = boost::json::parse(lines()[0]).as_object();
        EXPECT_EQ(entry.at("level").as_string(), "info");
        EXPECT_TRUE(std::string_view(entry.at("name").as_string()).starts_with("a\r\n{"));
    }
}

TEST_F(log_test, levels) {
    start(log::format::text, log::level::warning);
    log::info("unseen");
    log::error("seen");
    EXPECT_FALSE(log::enabled(log::level::info));
    EXPECT_TRUE(log::enabled(log::level::warning));
    log::set_level(log::level::trace);
    log::trace("seen too");
    log::set_level(log::level::off);
    log::error("unseen");
    EXPECT_FALSE(log::enabled(log::level::off));
    ASSERT_EQ(lines().size(), 2U);
    EXPECT_TRUE(lines()[0].ends_with("seen"));
    EXPECT_TRUE(lines()[1].ends_with("seen too"));
    EXPECT_EQ(log::parse_level("debug").value(), log::level::debug);
    EXPECT_EQ(log::parse_level("Debug").error().code, "log_level_unknown");
}

TEST_F(log_test, a_full_disk_costs_entries_and_nothing_else) {
    ASSERT_TRUE(log::start({.file = "/dev/full"}));
    const auto before = log::dropped();
    log::error("lost");
    log::error("lost too");
    EXPECT_EQ(log::dropped(), before + 2);
    start(log::format::json);
    log::error("kept");
    EXPECT_EQ(log::dropped(), before + 2);
    EXPECT_EQ(lines().size(), 1U);
}

TEST_F(log_test, no_memory_costs_entries_and_nothing_else) {
    if (!testing::memory_can_end) GTEST_SKIP() << "a sanitizer has the memory";
    start(log::format::json);
    const std::string much(10'000, 'x');
    const auto before = log::dropped();
    std::uint64_t tries = 0;
    for (bool was_missing = true; was_missing; ++tries) {
        testing::memory_ends_after(tries, testing::want::lasting);
        log::error(much);
        was_missing = testing::memory_is_back();
    }
    EXPECT_GT(tries, 1U);
    EXPECT_EQ(log::dropped(), before + tries - 1);
    EXPECT_EQ(lines().size(), 1U);
}

TEST_F(log_test, an_unusable_file_leaves_the_old_log) {
    start(log::format::text);
    const auto refused = log::start({.file = "/nowhere/at/all.log"});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "log_file_unusable");
    log::info("still here");
    EXPECT_EQ(lines().size(), 1U);
}

TEST_F(log_test, threads_do_not_mix_their_lines) {
    start(log::format::json);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([t] {
            for (int i = 0; i < 500; ++i) log::info("entry", {{"thread", t}, {"i", i}});
        });
    }
    for (auto& each : threads) each.join();
    const auto all = lines();
    ASSERT_EQ(all.size(), 2'000U);
    std::vector<std::int64_t> next(4, 0);
    for (const auto& line : all) {
        const auto entry = boost::json::parse(line).as_object();
        const auto thread = static_cast<std::size_t>(entry.at("thread").as_int64());
        ASSERT_EQ(entry.at("i").as_int64(), next.at(thread)++);
    }
}

}  // namespace
}  // namespace parley
