// A running server takes up another configuration whole, or stays as it is.
#include "server/reload.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fmt/format.h>
#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

#include "base/log.hpp"
#include "server/server.hpp"
#include "server/testing/installation.hpp"

namespace parley::server {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::installation;
using ::testing::Not;

std::string fetch(std::uint16_t port, const std::string& target, const std::string& host = "localhost") {
    boost::asio::ip::tcp::iostream wire("127.0.0.1", std::to_string(port));
    wire.expires_after(std::chrono::seconds{20});
    wire << "GET " << target << " HTTP/1.1\r\nHost: " << host << "\r\nConnection: close\r\n\r\n" << std::flush;
    return {std::istreambuf_iterator<char>(wire), {}};
}

std::string content(const std::filesystem::path& of) {
    std::ifstream from(of);
    return {std::istreambuf_iterator<char>(from), {}};
}

/// What is reloaded, without a server around it.
class Reload : public ::testing::Test {
protected:
    Reload() { std::filesystem::create_directory(here.path() / "var"); }

    [[nodiscard]] static std::shared_ptr<const config::configuration> loaded(const installation& from) {
        auto made = from.load();
        if (!made) throw std::runtime_error("the test's own configuration is wrong");
        return *made;
    }
    void demo(std::string_view text) const { here.write("tenants/demo.yaml", text); }
    [[nodiscard]] std::size_t max_bytes(std::string_view tenant) const {
        return settings.of(tenant)->messages.max_bytes;
    }

    installation here;
    fake_clock time;
    config_settings settings{loaded(here)};
    reloader reloading{settings, time};
};

TEST_F(Reload, TakesUpLiveSettingsAndLeavesOldAnswersAlone) {
    const auto held = settings.of("demo");
    const auto before = held->messages.max_bytes;
    demo("messages: {max_bytes: 1000}\n");
    time.advance(std::chrono::seconds{5});
    const auto made = reloading.reload({});
    EXPECT_TRUE(made.applied());
    EXPECT_EQ(made.generation, 2U);
    EXPECT_EQ(max_bytes("demo"), 1000U);
    EXPECT_EQ(held->messages.max_bytes, before) << "whoever holds an answer keeps it";
    EXPECT_EQ(reloading.state().loaded_at, time.now());
    EXPECT_EQ(reloading.state().last, reload_result::applied);
}

TEST_F(Reload, AnyProblemChangesNothingAndSaysAll) {
    demo("messages: {max_bytes: 1000}\nhosts: [7]\n");
    here.write("tenants/other.yaml", "display_name: Other\n");
    here.write("parley.yaml", "server: {port: 0, data_directory: var, adress: x}\n");
    const auto held = settings.now();
    const auto made = reloading.reload({});
    EXPECT_FALSE(made.applied());
    EXPECT_EQ(made.problems.size(), 2U);
    EXPECT_THAT(made.problems[0].text(), AllOf(HasSubstr("parley.yaml:1:40: "), HasSubstr("server.adress")));
    EXPECT_TRUE(made.changes.empty());
    EXPECT_EQ(settings.now(), held) << "the very same configuration";
    EXPECT_EQ(reloading.state().generation, 1U);
    EXPECT_EQ(reloading.state().last, reload_result::refused);

    demo("messages: {max_bytes: 1000}\n");
    here.write("parley.yaml", "server: {port: 0, data_directory: var}\n");
    EXPECT_TRUE(reloading.reload({}).applied());
    EXPECT_EQ(max_bytes("demo"), 1000U);
    EXPECT_EQ(reloading.state().last, reload_result::applied);
    EXPECT_EQ(reloading.state().refused, 1U);
}

TEST_F(Reload, SurvivesThatTheFilesAreGone) {
    const auto held = settings.now();
    std::filesystem::remove(here.path() / "parley.yaml");
    EXPECT_FALSE(reloading.reload({}).applied());
    EXPECT_EQ(settings.now(), held);
}

TEST_F(Reload, KeepsWhatTakesEffectOnlyAtAStart) {
    here.write("parley.yaml", "server: {port: 9999, data_directory: var}\nhttp: {json_depth: 8}\n");
    demo("messages: {max_bytes: 1000}\n");
    const auto made = reloading.reload({});
    ASSERT_TRUE(made.applied());
    EXPECT_TRUE(made.changes.wants_restart());
    EXPECT_EQ(settings.now()->server.server.port, 0);
    EXPECT_EQ(settings.now()->server.http.json_depth, 32U);
    EXPECT_EQ(max_bytes("demo"), 1000U);
    const auto again = reloading.reload({});
    EXPECT_EQ(again.changes.changes.size(), 2U) << "still waiting for a start";
}

TEST_F(Reload, TakesInATenantAndMovesHosts) {
    demo("hosts: [a.example, b.example]\n");
    ASSERT_TRUE(reloading.reload({}).applied());
    EXPECT_EQ(settings.tenant_of_host("b.example"), "demo");
    demo("hosts: [a.example]\n");
    here.write("tenants/acme.yaml", "hosts: [b.example]\nmessages: {max_bytes: 1000}\n");
    const auto made = reloading.reload({});
    ASSERT_TRUE(made.applied());
    EXPECT_THAT(made.changes.scopes_added, ElementsAre("tenant/acme"));
    EXPECT_EQ(settings.tenant_of_host("a.example"), "demo");
    EXPECT_EQ(settings.tenant_of_host("b.example"), "acme");
    EXPECT_EQ(max_bytes("acme"), 1000U);
    std::filesystem::remove(here.path() / "tenants/acme.yaml");
    EXPECT_THAT(reloading.reload({}).changes.scopes_removed, ElementsAre("tenant/acme"));
    EXPECT_EQ(settings.tenant_of_host("b.example"), std::nullopt);
    EXPECT_EQ(max_bytes("acme"), 65536U);
}

TEST_F(Reload, AHostThatTwoTenantsWantMovesToNeither) {
    demo("hosts: [a.example]\n");
    ASSERT_TRUE(reloading.reload({}).applied());
    here.write("tenants/acme.yaml", "hosts: [a.example]\n");
    EXPECT_FALSE(reloading.reload({}).applied());
    EXPECT_EQ(settings.tenant_of_host("a.example"), "demo");
}

TEST_F(Reload, TurnsTheLog) {
    const bool was_on = log::enabled(log::level::debug);
    ASSERT_FALSE(was_on);
    here.write("parley.yaml", "server: {port: 0, data_directory: var}\nlog: {level: debug}\n");
    ASSERT_TRUE(reloading.reload({}).applied());
    EXPECT_TRUE(log::enabled(log::level::debug));

    ::testing::internal::CaptureStderr();
    here.write("parley.yaml", "server: {port: 0, data_directory: var}\nlog: {level: warning, format: text}\n");
    ASSERT_TRUE(reloading.reload({}).applied());
    log::warning("canary line");
    const auto as_text = ::testing::internal::GetCapturedStderr();
    EXPECT_THAT(as_text, HasSubstr("Z warning canary line\n"));
    EXPECT_FALSE(log::enabled(log::level::info));

    here.write("parley.yaml", "server: {port: 0, data_directory: var}\n");
    ASSERT_TRUE(reloading.reload({}).applied());
    EXPECT_TRUE(log::enabled(log::level::info));
    EXPECT_FALSE(log::enabled(log::level::debug));
}

TEST_F(Reload, ALogThatCannotBeOpenedRefusesAll) {
    // Running to a file in a folder that goes away while it runs.
    here.write("parley.yaml", "server: {port: 0, data_directory: var}\nlog: {file: logs/here.txt}\n");
    config_settings with_file{loaded(here)};
    reloader of(with_file, time);
    here.write("parley.yaml", "server: {port: 0, data_directory: var}\nlog: {file: logs/here.txt, format: text}\n");
    demo("messages: {max_bytes: 1000}\n");
    const auto made = of.reload({});
    ASSERT_FALSE(made.applied());
    EXPECT_THAT(made.problems[0].text(), HasSubstr("log.format"));
    EXPECT_EQ(with_file.of("demo")->messages.max_bytes, 65536U);
    EXPECT_EQ(with_file.now()->server.log.as, log::format::json);
}

TEST_F(Reload, LogsThePlanAndTheProblemsWithoutSecrets) {
    here.write("key", "canary-0123456789-0123456789-0123456789");
    ::testing::internal::CaptureStderr();
    demo("messages: {max_bytes: 1000}\nsessions: {vouch_secret: {secret: {file: key}}}\n");
    EXPECT_TRUE(reloading.reload({}).applied());
    demo("messages: {max_bytes: few}\nsessions: {vouch_secret: canary}\n");
    EXPECT_FALSE(reloading.reload({}).applied());
    const auto said = ::testing::internal::GetCapturedStderr();
    EXPECT_THAT(said,
                AllOf(HasSubstr(R"("message":"setting changes","scope":"tenant/demo","setting":"messages.max_bytes")"),
                      HasSubstr("tenants/demo.yaml:1:23: messages.max_bytes"), Not(HasSubstr("canary"))));
    EXPECT_THAT(content(here.path() / "var/running-config.json"),
                AllOf(HasSubstr("sessions.vouch_secret"), Not(HasSubstr("canary"))));
}

TEST_F(Reload, WritesDownWhatRunsForItsAccountOnly) {
    reloading.publish();
    const auto file = here.path() / "var/running-config.json";
    struct stat found{};
    ASSERT_EQ(::stat(file.c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777U, 0600U);
    auto read = read_running_config(here.path() / "var");
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->process, ::getpid());
    EXPECT_EQ(read->generation, 1U);
    EXPECT_FALSE(read->last_reload);
    EXPECT_TRUE(config::make_plan(read->settings, config::take_inventory(*settings.now())).empty());

    demo("messages: {max_bytes: few}\n");
    EXPECT_FALSE(reloading.reload({}).applied());
    read = read_running_config(here.path() / "var");
    ASSERT_TRUE(read && read->last_reload);
    EXPECT_EQ(read->last_reload->problems.size(), 1U);
    EXPECT_EQ(read->generation, 1U);
    EXPECT_LE(read->last_reload->began, steady_now());

    for (const auto* broken : {"", "{", "{}", R"({"format":1})", R"({"format":2,"pid":1})", R"({"format":"1"})"}) {
        here.write("var/running-config.json", broken);
        EXPECT_FALSE(read_running_config(here.path() / "var")) << broken;
    }
}

TEST_F(Reload, ReadersNeverSeeHalfAConfiguration) {
    const auto write = [&](int turn) {
        demo(fmt::format("messages: {{max_bytes: {0}, max_graphemes: {0}}}\nhosts: [host-{0}.example]\n", 1000 + turn));
    };
    write(0);
    ASSERT_TRUE(reloading.reload({}).applied());
    std::atomic<bool> over = false;
    std::atomic<int> torn = 0;
    std::atomic<std::int64_t> looks = 0;
    const auto read = [&] {
        std::size_t last = 0;
        while (!over) {
            const auto held = settings.of("demo");
            const auto whole = settings.now();
            const auto& limits = held->messages;
            if (limits.max_bytes != limits.max_graphemes || limits.max_bytes < last) ++torn;
            last = limits.max_bytes;
            const auto& of = whole->tenant("demo");
            if (of.hosts.at(0) != fmt::format("host-{}.example", of.messages.max_bytes)) ++torn;
            ++looks;
        }
    };
    {
        std::vector<std::jthread> readers;
        for (int i = 0; i < 4; ++i) readers.emplace_back(read);
        for (int turn = 1; turn <= 100; ++turn) {
            write(turn);
            if (!reloading.reload({}).applied()) ++torn;
            const auto seen = looks.load();
            while (looks == seen) std::this_thread::yield();  // each generation is looked at
        }
        over = true;
    }
    EXPECT_EQ(torn, 0);
    EXPECT_EQ(reloading.state().generation, 102U);
    EXPECT_GE(looks, 100);
}

TEST(ServerReload, ProbesAndRoutingFollow) {
    const installation here;
    here.write("tenants/demo.yaml", "hosts: [demo.example]\n");
    auto running = server::start(here.load().value(), {.migrations = here.migrations()});
    ASSERT_TRUE(running) << running.error().front().message;
    const auto port = (*running)->port();
    EXPECT_THAT(fetch(port, "/ready"), AllOf(HasSubstr("\"generation\":1"), HasSubstr("\"last_reload\":\"none\"")));
    EXPECT_THAT(fetch(port, "/api/v1/nothing", "new.example"), HasSubstr("host_unknown"));

    here.write("tenants/demo.yaml", "hosts: [demo.example, new.example]\n");
    EXPECT_TRUE((*running)->reload({}).applied());
    EXPECT_THAT(fetch(port, "/api/v1/nothing", "new.example"), Not(HasSubstr("host_unknown")));
    EXPECT_THAT(fetch(port, "/metrics"),
                AllOf(HasSubstr("\nparley_config_generation 2\n"), HasSubstr("\nparley_config_last_reload_failed 0\n"),
                      HasSubstr("parley_config_reloads_total{outcome=\"applied\"} 1\n")));

    here.write("tenants/demo.yaml", "hosts: []\ncolour: red\n");
    EXPECT_FALSE((*running)->reload({}).applied());
    EXPECT_THAT(fetch(port, "/api/v1/nothing", "new.example"), Not(HasSubstr("host_unknown")));
    EXPECT_THAT(fetch(port, "/ready"),
                AllOf(HasSubstr(" 200 "), HasSubstr("\"generation\":2"), HasSubstr("\"last_reload\":\"refused\"")));
    EXPECT_THAT(fetch(port, "/metrics"), AllOf(HasSubstr("\nparley_config_generation 2\n"),
                                               HasSubstr("\nparley_config_last_reload_failed 1\n")));
}

}  // namespace
}  // namespace parley::server
