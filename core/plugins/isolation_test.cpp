// What becomes of the server, and of those who wait, when a plugin's own process does the worst.
#include <gtest/gtest.h>
#include <linux/landlock.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "plugins/confinement.hpp"
#include "plugins/testing/whole_zoo.hpp"

namespace parley::plugins {
namespace {

using testing::zoo;

template <class Condition>
bool wait_until(Condition holds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    while (!holds() && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(std::chrono::milliseconds{2});
    return holds();
}

class isolated : public ::testing::Test {
protected:
    isolated() { zoo::mode = isolation::process; }
    ~isolated() override {
        zoo::mode = isolation::in_process;
        zoo::watched = before_;
    }

    /// Until it answers again: the breaker may be open, and the process on its way.
    static bool comes_back(const zoo& all) {
        return wait_until([&] {
            const auto end = all.judge("x");
            return end && end->holds.empty() && all.child().trouble().empty();
        });
    }

private:
    child_options before_ = zoo::watched;
};

TEST_F(isolated, a_crash_is_what_the_policy_says_at_once_and_it_comes_back) {
    for (const std::string text : {"crash", "exit", "garbage", "leak"}) {
        if (text == "leak" && !limits_memory()) continue;
        const zoo refusing({"rogue_refuse"});
        ASSERT_EQ(refusing.said(), "");
        ASSERT_TRUE(refusing.judge("x"));
        const auto first = refusing.child().process();
        const auto began = std::chrono::steady_clock::now();
        const auto end = refusing.judge(text);
        // Long before the deadline of the hook, which is 15 s.
        EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds{12}) << text;
        ASSERT_FALSE(end) << text;
        EXPECT_EQ(end.error().code, "judge_unavailable") << text;
        EXPECT_TRUE(comes_back(refusing)) << text;
        EXPECT_NE(refusing.child().process(), first) << text;
        EXPECT_EQ(refusing.child().restarts(), 1U) << text;
    }
    const zoo holding({"rogue_hold"});
    const auto held = holding.judge("crash");
    ASSERT_TRUE(held);
    EXPECT_EQ(held->holds.size(), 1U);
    const zoo skipping({"rogue_skip"});
    const auto skipped = skipping.judge("crash");
    ASSERT_TRUE(skipped);
    EXPECT_TRUE(skipped->holds.empty());
}

TEST_F(isolated, who_spins_on_all_its_threads_is_killed) {
    const zoo all({"rogue_refuse"});
    std::vector<std::jthread> waiting;
    std::atomic<int> refused{0};
    for (int i = 0; i < 6; ++i)
        waiting.emplace_back([&] {
            if (!all.judge("spin")) ++refused;
        });
    EXPECT_TRUE(wait_until([&] { return all.child().restarts() == 1; }));
    waiting.clear();
    EXPECT_EQ(refused, 6);
    EXPECT_TRUE(comes_back(all));
}

TEST_F(isolated, may_not_do_what_no_plugin_needs) {
    const zoo all({"rogue_refuse"});
    ASSERT_EQ(all.said(), "");
    for (const std::string text : {"exec", "fork", "socket", "ptrace", "kill", "space", "memory", "descriptors"}) {
        if (text == "memory" && !limits_memory()) continue;
        const auto end = all.judge(text);
        ASSERT_FALSE(end) << text;
        EXPECT_EQ(end.error().message, "It did not work.") << text;
    }
    EXPECT_EQ(all.child().restarts(), 0U);
}

TEST_F(isolated, is_confined_before_its_setup) {
    EXPECT_EQ(zoo({"nosy"}).said(), "");
    zoo::mode = isolation::in_process;
    EXPECT_NE(zoo({"nosy"}).said().find("Nothing holds it here."), std::string::npos);
}

TEST_F(isolated, has_the_memory_that_the_operator_gives_it) {
    zoo::watched.memory_bytes = 2ULL << 30;
    const zoo all({"rogue_refuse"});
    EXPECT_TRUE(all.judge("memory"));
}

TEST_F(isolated, opens_no_file_but_its_own) {
    if (::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION) < 1)
        GTEST_SKIP() << "the kernel has no Landlock";
    const zoo all({"rogue_refuse"});
    for (const std::string text : {"shadow", "write", "proc"}) {
        const auto end = all.judge(text);
        ASSERT_FALSE(end) << text;
        EXPECT_EQ(end.error().message, "It did not work.") << text;
    }
    zoo::watched.reads = {"/proc"};
    const zoo reader({"rogue_refuse"});
    EXPECT_TRUE(reader.judge("proc"));
    EXPECT_FALSE(reader.judge("shadow"));
}

TEST_F(isolated, killed_under_load_it_answers_who_waits_and_others_go_on) {
    choices by;
    by.tenants["acme"].own = {.enabled = {"rogue_refuse"}, .settings = {}};
    by.tenants["calm"].own = {.enabled = {"censor"}, .settings = {}};
    const zoo all({"rogue_refuse", "censor"}, by);
    ASSERT_EQ(all.said(), "");
    auto& victim = *dynamic_cast<replaceable_process&>(*all.all->find("rogue_refuse")->runs).now();
    std::atomic<bool> over{false};
    std::atomic<int> passed{0};
    std::atomic<int> refused{0};
    std::atomic<int> odd{0};
    std::atomic<int> calm{0};
    std::vector<std::jthread> busy;
    for (int i = 0; i < 6; ++i)
        busy.emplace_back([&] {
            while (!over) {
                const auto end = all.judge("x");
                if (end) ++passed;
                if (!end) ++(end.error().code == "judge_unavailable" ? refused : odd);
            }
        });
    busy.emplace_back([&] {
        auto other = all.message("x");
        other.tenant_name = "calm";
        while (!over)
            if (all.judge(other)) ++calm;
    });
    EXPECT_TRUE(wait_until([&] { return passed > 100; }));
    for (std::uint64_t kills = 1; kills <= 3; ++kills) {
        ASSERT_TRUE(wait_until([&] { return victim.trouble().empty() && victim.process() != 0; }));
        const auto seen = calm.load();
        ASSERT_EQ(::kill(victim.process(), SIGKILL), 0);
        EXPECT_TRUE(wait_until([&] { return victim.restarts() == kills; }));
        EXPECT_TRUE(wait_until([&] { return calm > seen; }));
    }
    const auto before = passed.load();
    EXPECT_TRUE(wait_until([&] { return passed > before + 100; }));
    over = true;
    busy.clear();
    EXPECT_EQ(odd, 0);
    EXPECT_GT(refused, 0);
    EXPECT_EQ(all.all->load_of().waiting, 0U);
}

TEST_F(isolated, who_dies_again_and_again_stays_off_until_the_reload) {
    zoo::watched.most_quick_deaths = 3;
    zoo::watched.first_pause = zoo::watched.longest_pause = std::chrono::milliseconds{5};
    const zoo all({"rogue_refuse"});
    const auto is_off = [&] { return all.child().trouble().find("until the configuration") != std::string::npos; };
    EXPECT_TRUE(wait_until([&] {
        if (const auto one = all.child().process(); one != 0) ::kill(one, SIGKILL);
        return is_off();
    }));
    EXPECT_EQ(all.child().restarts(), 2U);
    EXPECT_FALSE(all.all->trouble().empty());
    EXPECT_FALSE(all.judge("x"));
    EXPECT_TRUE(all.all->apply({.otherwise = {.enabled = {"rogue_refuse"}, .settings = {}}, .tenants = {}, .hooks = {}})
                    .empty());
    EXPECT_TRUE(comes_back(all));
}

TEST_F(isolated, without_the_program_it_is_refused_with_a_sentence) {
    zoo::watched.program = "/nowhere/parley-plugin-host";
    EXPECT_EQ(zoo({"passes"}).said(),
              "plugin passes: Its process /nowhere/parley-plugin-host cannot be started: No such file or directory\n");
}

TEST_F(isolated, nothing_is_left_of_it_when_the_server_stops) {
    const zoo all({"passes"});
    const auto one = all.child().process();
    ASSERT_NE(one, 0);
    all.all->stop();
    EXPECT_EQ(all.child().process(), 0);
    EXPECT_NE(::kill(one, 0), 0);
}

}  // namespace
}  // namespace parley::plugins
