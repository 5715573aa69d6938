// Another file in the place of a loaded plugin's, while it is being called.
#include "plugins/succession.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "plugins/testing/whole_zoo.hpp"

namespace parley::plugins {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::zoo;

template <class Condition>
bool wait_until(Condition holds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    while (!holds() && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(std::chrono::milliseconds{2});
    return holds();
}

/// Remembers whose migrations were run.
class noting_rows final : public plugin_store {
public:
    result<database_place> open(const embedded&) override {
        return database_place{database_place::kind::sqlite, "/nowhere/chameleon/chameleon.db", {}};
    }
    result<void> upgrade(const embedded& of) override {
        upgraded.push_back(of.says.version_text);
        if (fails) return failure(fault::unavailable, "migration_failed", "Step 2 failed.");
        return {};
    }
    void committed(std::string_view) override {}

    std::vector<std::string> upgraded;
    bool fails = false;
};

class replaced : public ::testing::Test {
protected:
    replaced() {
        auto name = (fs::temp_directory_path() / "parley-turns-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder");
        folder_ = name;
        install("chameleon.so");
        zoo::mode = isolation::process;
        zoo::folder = folder_;
        zoo::rows = &rows_;
    }
    ~replaced() override {
        zoo::mode = isolation::in_process;
        zoo::folder = PARLEY_ZOO;
        zoo::rows = nullptr;
        zoo::watched = before_;
        std::error_code ignored;
        fs::remove_all(folder_, ignored);
    }

    /// As operators should: whole, and by renaming.
    void install(const fs::path& version) const {
        fs::copy_file(fs::path(PARLEY_ZOO) / version, folder_ / "new", fs::copy_options::overwrite_existing);
        fs::rename(folder_ / "new", folder_ / "chameleon.so");
    }
    void install_turn(const std::string& version) const { install(fs::path("turns") / version / "chameleon.so"); }

    /// What a reload does; the problems, line by line.
    static std::string reload(const zoo& all) {
        auto found = all.all->look_at_files();
        if (!found) return all_of(found.error());
        if (const auto wrong = found->begin(all.all->rows()); !wrong.empty()) return all_of(wrong);
        std::string made;
        for (const auto& one : found->all())
            made += one.before + " -> " + one.after + (one.needs_restart.empty() ? "" : ": " + one.needs_restart);
        found->take();
        return made;
    }
    static std::string all_of(const problems& from) {
        std::string made;
        for (const auto& one : from) made += one + "\n";
        return made;
    }

    /// The version that a message's data tell of; empty: it was not judged.
    static std::string judged_by_version(const zoo& all) {
        const auto end = all.judge("x");
        const auto* said = end ? end->data.if_contains("chameleon") : nullptr;
        return said != nullptr ? std::string(said->as_string()) : std::string();
    }
    /// Asks the command; calls back with the version that answers.
    static void see(const zoo& all, bool slowly, std::move_only_function<void(result<boost::json::object>)> done) {
        auto offered = all.all->commands();
        kernel::caller by{.tenant = tenant_id{1}, .tenant_name = "acme", .user = user_id{2}};
        boost::json::object input;
        if (slowly) input["slowly"] = true;
        offered.front().run(std::move(by), {}, std::move(input), std::move(done));
    }

    noting_rows rows_;

private:
    fs::path folder_;
    child_options before_ = zoo::watched;
};

TEST_F(replaced, new_calls_go_to_the_new_one_and_open_ones_are_ended_by_the_old_one) {
    const zoo all({"chameleon"});
    ASSERT_EQ(all.said(), "");
    EXPECT_EQ(judged_by_version(all), "1.0.0");
    const auto first = all.child().process();
    std::promise<std::string> slow;
    see(all, true, [&](result<boost::json::object> end) {
        slow.set_value(end ? std::string(end->at("version").as_string()) : end.error().code);
    });
    // It has the call when it has answered one that was asked later.
    EXPECT_EQ(judged_by_version(all), "1.0.0");

    install_turn("next");
    EXPECT_EQ(reload(all), "1.0.0 -> 1.1.0");
    EXPECT_EQ(judged_by_version(all), "1.1.0");
    EXPECT_EQ(all.one().running().version, "1.1.0");
    EXPECT_EQ(slow.get_future().get(), "1.0.0");
    EXPECT_TRUE(wait_until([&] { return all.place().leaving() == 0; }));
    EXPECT_NE(::kill(first, 0), 0);
    EXPECT_THAT(rows_.upgraded, ElementsAre("1.1.0"));
    EXPECT_EQ(all.place().restarts(), 0U);

    EXPECT_EQ(reload(all), "") << "the same file again is nothing new";
}

TEST_F(replaced, under_load_no_call_fails) {
    const zoo all({"chameleon"});
    ASSERT_EQ(all.said(), "");
    std::atomic<bool> over{false};
    std::atomic<int> passed{0};
    std::atomic<int> failed{0};
    std::vector<std::jthread> busy;
    for (int i = 0; i < 4; ++i)
        busy.emplace_back([&] {
            while (!over) ++(judged_by_version(all).empty() ? failed : passed);
        });
    for (int turn = 0; turn < 6; ++turn) {
        const auto seen = passed.load();
        EXPECT_TRUE(wait_until([&] { return passed > seen + 50; }));
        install_turn("next");
        EXPECT_THAT(reload(all), HasSubstr(" -> 1.1.0"));
    }
    over = true;
    busy.clear();
    EXPECT_EQ(failed, 0);
    EXPECT_TRUE(wait_until([&] { return all.place().leaving() == 0; }));
    EXPECT_EQ(all.all->load_of().waiting, 0U);
}

TEST_F(replaced, one_that_does_not_start_changes_nothing) {
    const zoo all({"chameleon"});
    const auto first = all.child().process();
    for (const std::string version : {"fails", "crashes"}) {
        install_turn(version);
        EXPECT_THAT(reload(all), HasSubstr("plugin chameleon: 1.2.0 in the place of 1.0.0: "));
        EXPECT_EQ(judged_by_version(all), "1.0.0");
        EXPECT_EQ(all.one().running().version, "1.0.0");
    }
    install_turn("future");
    EXPECT_THAT(reload(all), HasSubstr("It needs ABI 9.0; this server has 1.0."));
    rows_.fails = true;
    install_turn("next");
    EXPECT_EQ(reload(all), "plugin chameleon: 1.1.0 in the place of 1.0.0: Step 2 failed.\n");
    EXPECT_EQ(all.child().process(), first);
}

TEST_F(replaced, what_the_kernel_knows_must_have_stayed) {
    const zoo all({"chameleon"});
    const auto first = all.child().process();
    install_turn("wider");
    EXPECT_EQ(reload(all), "1.0.0 -> 2.0.0: its manifest has other jobs, uses");
    install_turn("older");
    EXPECT_EQ(reload(all), "1.0.0 -> 0.9.0: it is older than what runs");
    EXPECT_TRUE(rows_.upgraded.empty());
    install_turn("binds");
    EXPECT_THAT(reload(all), HasSubstr("1.0.0 -> 1.2.0: its setup binds commands"));
    EXPECT_EQ(all.child().process(), first);
    EXPECT_EQ(judged_by_version(all), "1.0.0");
}

TEST_F(replaced, in_the_servers_own_process_nothing_is) {
    zoo::mode = isolation::in_process;
    const zoo all({"chameleon"});
    install_turn("next");
    EXPECT_EQ(reload(all), "1.0.0 -> 1.1.0: it runs in the server's process");
    EXPECT_EQ(judged_by_version(all), "1.0.0");
}

TEST_F(replaced, a_look_starts_nothing_and_what_is_not_taken_ends) {
    const zoo all({"chameleon"});
    install_turn("next");
    {
        auto found = all.all->look_at_files();
        ASSERT_TRUE(found);
        EXPECT_EQ(found->all().size(), 1U);
        EXPECT_TRUE(rows_.upgraded.empty());
        EXPECT_TRUE(found->begin(all.all->rows()).empty());
    }
    EXPECT_EQ(judged_by_version(all), "1.0.0");
    EXPECT_EQ(all.place().leaving(), 0U);
}

TEST_F(replaced, the_old_one_is_not_started_again_and_not_waited_for_beyond_its_time) {
    zoo::watched.leave_patience = std::chrono::milliseconds{50};
    const zoo all({"chameleon"});
    std::promise<std::string> slow;
    const auto old = all.place().now();
    see(all, true, [&](result<boost::json::object> end) { slow.set_value(end ? "answered" : end.error().code); });
    EXPECT_EQ(judged_by_version(all), "1.0.0");
    install_turn("next");
    EXPECT_EQ(reload(all), "1.0.0 -> 1.1.0");
    EXPECT_EQ(slow.get_future().get(), "plugin_not_answering");
    EXPECT_TRUE(wait_until([&] { return all.place().leaving() == 0; }));
    EXPECT_EQ(old->process(), 0);
    EXPECT_EQ(old->restarts(), 0U);
    EXPECT_EQ(judged_by_version(all), "1.1.0");
}

TEST_F(replaced, one_that_is_down_is_replaced_by_what_works) {
    zoo::watched.first_pause = zoo::watched.longest_pause = std::chrono::hours{1};
    const zoo all({"chameleon"});
    install_turn("next");
    ASSERT_EQ(::kill(all.child().process(), SIGKILL), 0);
    EXPECT_TRUE(wait_until([&] { return !all.place().trouble().empty(); }));
    EXPECT_EQ(reload(all), "1.0.0 -> 1.1.0");
    EXPECT_EQ(judged_by_version(all), "1.1.0");
    EXPECT_TRUE(wait_until([&] { return all.place().leaving() == 0; }));
}

}  // namespace
}  // namespace parley::plugins
