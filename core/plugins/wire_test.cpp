// Frames as no honest child would write them, and queues that nobody empties.
#include "plugins/wire.hpp"
#include "plugins/confinement.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <random>
#include <thread>

#include "plugins/child_line.hpp"
#include "plugins/testing/whole_zoo.hpp"

namespace parley::plugins {
namespace {

namespace fs = std::filesystem;
using testing::zoo;

template <class Condition>
bool wait_until(Condition holds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    while (!holds() && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(std::chrono::milliseconds{2});
    return holds();
}

std::string by_chance(std::mt19937& chance, std::size_t most) {
    std::string made(chance() % most, '\0');
    for (auto& one : made) one = static_cast<char>(chance());
    return made;
}

TEST(wire, takes_any_bytes_for_what_they_are) {
    manifest says;
    says.id = "good";
    says.hooks.push_back({});
    says.hooks.back().event = "message.send";
    says.commands = {"good.do"};
    bindings honest;
    honest.hooks = {{.event = "message.send", .when = phase::check}};
    honest.commands = {{.name = "good.do",
                        .permission = "good.use",
                        .method = "POST",
                        .path = "/api/v1/good",
                        .sentence = "Does.",
                        .input = {},
                        .output = {}}};
    wire::writer whole(wire::frame::ready);
    wire::write(whole, honest);
    const auto bytes = whole.take().substr(wire::head_bytes);
    wire::reader well(bytes);
    ASSERT_TRUE(wire::read_bindings(well, says));
    std::mt19937 chance(4711);
    int taken = 0;
    for (int i = 0; i < 20'000; ++i) {
        auto tried = i % 2 == 0 ? by_chance(chance, 200) : bytes;
        if (i % 2 == 1) tried[chance() % tried.size()] = static_cast<char>(chance());
        if (i % 6 == 1) tried.resize(chance() % tried.size());
        wire::reader in(tried);
        if (const auto made = wire::read_bindings(in, says); made && in.done()) ++taken;
        wire::reader again(tried);
        parley_amendment amended{};
        static_cast<void>(wire::read_outcome(again, amended));
        wire::reader third(tried);
        EXPECT_LE(wire::read_problems(third).size(), 1000U);
    }
    EXPECT_LT(taken, 10'000) << "a letter of a sentence may be another one, a length may not";
}

TEST(wire, a_stream_of_any_bytes_ends_in_frames_or_in_nonsense) {
    std::mt19937 chance(11);
    for (int i = 0; i < 300; ++i) {
        std::array<int, 2> ends{};
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
        const auto bytes = by_chance(chance, 3000);
        ASSERT_EQ(::send(ends[0], bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
        ::close(ends[0]);
        frame_input from;
        wire::frame what{};
        std::string_view frame;
        std::size_t used = 0;
        while (from.read(ends[1])) {
        }
        while (from.next(what, frame)) used += wire::head_bytes + frame.size();
        EXPECT_LE(used, bytes.size());
        ::close(ends[1]);
    }
}

TEST(wire, a_queue_that_nobody_empties_takes_so_much_and_no_more) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
    int stuck = 0;
    {
        frame_queue to(ends[0], [&] { ++stuck; });
        const auto frame = wire::writer(wire::frame::call).text(std::string(1 << 20, 'x')).take();
        std::size_t taken = 0;
        while (to.push(frame)) ++taken;
        EXPECT_GE(taken, 15U);
        EXPECT_LE(taken, 17U) << "16 MiB, and what the socket has taken";
        EXPECT_GE(stuck, 1);
        EXPECT_TRUE(to.waits());
        EXPECT_FALSE(to.push({})) << "a frame that was too large";
        // Somebody reads: all of it comes, in order.
        std::size_t got = 0;
        std::string room(1 << 16, '\0');
        while (got < taken * frame.size()) {
            const auto some = ::recv(ends[1], room.data(), room.size(), MSG_DONTWAIT);
            if (some > 0) got += static_cast<std::size_t>(some);
            if (some <= 0) to.flush();
        }
        EXPECT_FALSE(to.waits());
        EXPECT_TRUE(to.push(frame));
    }
    ::close(ends[1]);
}

/// Started under a name that says what it does instead of running a plugin.
class false_child : public ::testing::Test {
protected:
    false_child() {
        auto name = (fs::temp_directory_path() / "parley-false-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder");
        folder_ = name;
        zoo::mode = isolation::process;
    }
    ~false_child() override {
        zoo::mode = isolation::in_process;
        zoo::watched = before_;
        std::error_code ignored;
        fs::remove_all(folder_, ignored);
    }
    void runs_as(const std::string& name) {
        fs::create_symlink(PARLEY_FALSE_CHILD, folder_ / name);
        zoo::watched.program = folder_ / name;
    }

private:
    fs::path folder_;
    child_options before_ = zoo::watched;
};

TEST_F(false_child, that_lies_about_what_it_is_is_refused) {
    const std::map<std::string, std::string> lies{
        {"other_version", "Its file is of version 9.9.9 now, and 1.0.0 was loaded"},
        {"binds_nothing", "hook message.send check: is in the manifest and was not bound in setup"},
        {"binds_more", "service somebody_else.count/1: the manifest does not have it"},
        {"says_more", "It said something that is no list of what it bound."},
    };
    for (const auto& [name, sentence] : lies) {
        runs_as(name);
        const zoo all({"rogue_refuse"});
        EXPECT_NE(all.said().find(sentence), std::string::npos) << name << ": " << all.said();
    }
}

TEST_F(false_child, that_says_anything_dies_and_nobody_else_does) {
    zoo::watched.most_quick_deaths = 2;
    zoo::watched.first_pause = std::chrono::milliseconds{1};
    for (const std::string kind :
         {"noise_calls", "noise_requests", "frames_calls", "frames_requests", "truncated", "oversized"})
        for (int seed = 1; seed <= 5; ++seed) {
            runs_as(kind + "_" + std::to_string(seed));
            const zoo all({"rogue_refuse"});
            if (!all.all) continue;  // it had died before anybody could look
            EXPECT_TRUE(wait_until([&] { return !all.child().trouble().empty(); })) << kind << seed;
            const auto end = all.judge("x");
            ASSERT_FALSE(end) << kind << seed;
            EXPECT_EQ(end.error().code, "judge_unavailable");
            EXPECT_EQ(all.all->load_of().waiting, 0U);
        }
    for (int seed = 1; seed <= 20; ++seed) {
        runs_as("noise_first_" + std::to_string(seed));
        EXPECT_NE(zoo({"rogue_refuse"}).said(), "") << seed;
    }
}

TEST_F(false_child, without_landlock_all_the_rest_holds) {
    runs_as("without_landlock");
    const zoo all({"rogue_refuse"});
    ASSERT_EQ(all.said(), "");
    for (const std::string text : {"exec", "fork", "socket", "ptrace", "kill", "space", "memory", "descriptors"}) {
        if (text == "memory" && !limits_memory()) continue;
        const auto end = all.judge(text);
        ASSERT_FALSE(end) << text;
        EXPECT_EQ(end.error().message, "It did not work.") << text;
    }
    // In a folder for everybody: what only Landlock keeps it from.
    EXPECT_TRUE(all.judge("write"));
    fs::remove("/tmp/parley_rogue");
}

class busy_child : public false_child {};

TEST_F(busy_child, that_takes_nothing_is_not_waited_for) {
    zoo::watched.ping_every = std::chrono::hours{1};  // so that it is not killed for it
    const zoo all({"rogue_refuse"});
    ASSERT_EQ(all.said(), "");
    const auto process = all.child().process();
    ASSERT_EQ(::kill(process, SIGSTOP), 0);
    std::atomic<int> ended{0};
    std::atomic<int> refused{0};
    constexpr int calls = 60;
    for (int i = 0; i < calls; ++i)
        all.all->judges().judge(all.message(std::string(1 << 19, 'x')), [&](const result<kernel::judgement>& end) {
            if (!end && end.error().code == "judge_unavailable") ++refused;
            ++ended;
        });
    // 16 MiB of them wait; the others were answered at once.
    EXPECT_TRUE(wait_until([&] { return refused >= 5; }));
    EXPECT_LT(ended, calls);
    ASSERT_EQ(::kill(process, SIGCONT), 0);
    EXPECT_TRUE(wait_until([&] { return ended == calls; }));
    EXPECT_EQ(all.child().restarts(), 0U);
}

TEST_F(busy_child, gets_ids_in_blocks_that_grow_and_never_come_again) {
    const zoo all({"rogue_refuse"});
    std::vector<std::jthread> asking;
    std::atomic<int> well{0};
    for (int i = 0; i < 4; ++i)
        asking.emplace_back([&] {
            if (all.judge("ids")) ++well;
        });
    asking.clear();
    EXPECT_EQ(well, 4) << "on all its threads at once, and more than one block for each";
}

}  // namespace
}  // namespace parley::plugins
