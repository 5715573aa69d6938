// parley config plan and reload beside a parleyd in a process of its own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <filesystem>

#include "server/running_config.hpp"
#include "server/running_server.hpp"
#include "server/testing/daemon_process.hpp"
#include "server/testing/installation.hpp"

namespace parley::server {
namespace {

using ::testing::AllOf;
using testing::daemon_process;
using ::testing::HasSubstr;
using testing::installation;
using ::testing::IsEmpty;
using ::testing::Not;

const std::vector<std::string> plan{"config", "plan"};
const std::vector<std::string> reload{"config", "reload"};

TEST(CliReload, PlansReloadsAndFindsNothingMoreToDo) {
    const installation here;
    daemon_process server(here);
    const auto nothing = here.run(plan);
    EXPECT_EQ(nothing.code, 0) << nothing.err;
    EXPECT_EQ(nothing.out, "No changes.\n");

    here.write("tenants/demo.yaml", "display_name: Demo\nmessages: {max_bytes: 1000}\n");
    const auto planned = here.run(plan);
    EXPECT_EQ(planned.code, 3);
    EXPECT_THAT(planned.out, AllOf(HasSubstr("tenant/demo messages.max_bytes: 65536 -> 1000 (now; "),
                                   HasSubstr("tenants/demo.yaml:2:23)")));
    EXPECT_EQ(here.run(plan).code, 3) << "looking changes nothing";

    const auto made = here.run(reload);
    EXPECT_EQ(made.code, 0) << made.err;
    EXPECT_EQ(made.out, planned.out + "Generation 2 is in force.\n");
    EXPECT_EQ(here.run(plan).code, 0);
    EXPECT_EQ(here.run(reload).out, "No changes. Generation 3 is in force.\n");
    // Not only the command's own signal counts.
    ::kill(server.process(), SIGHUP);
    EXPECT_THAT(here.run(reload).out, HasSubstr("is in force"));
    EXPECT_GE(read_running_config(here.path() / "var")->generation, 4U);
    EXPECT_EQ(server.stop(), 0);
}

TEST(CliReload, SettingsThatWaitForAStartGoOnBeingPlanned) {
    const installation here;
    const daemon_process server(here);
    here.write("parley.yaml", "server: {port: 0, data_directory: var}\nhttp: {json_depth: 8}\n");
    EXPECT_THAT(here.run(reload).out, HasSubstr("server http.json_depth: 32 -> 8 (at the next start; "));
    const auto left = here.run(plan);
    EXPECT_EQ(left.code, 3);
    EXPECT_THAT(left.out, HasSubstr("http.json_depth"));
}

TEST(CliReload, AnInvalidConfigurationEndsWith2AndTheServerIsNotAsked) {
    const installation here;
    const daemon_process server(here);
    here.write("tenants/demo.yaml", "messages: {max_bytes: few}\n");
    for (const auto& one : {plan, reload}) {
        const auto ended = here.run(one);
        EXPECT_EQ(ended.code, 2);
        EXPECT_THAT(ended.err, HasSubstr("tenants/demo.yaml:1:23: messages.max_bytes"));
        EXPECT_THAT(ended.out, IsEmpty());
    }
    EXPECT_FALSE(read_running_config(here.path() / "var")->last_reload);
}

TEST(CliReload, WhatOnlyTheServerFindsWrongIsSaidToo) {
    installation here;
    const daemon_process server(here);
    // The command line has the variable, the server was started without it.
    here.give_variable("DEMO_KEY", std::string(32, 'k'));
    here.write("tenants/demo.yaml", "sessions: {vouch_secret: {secret: {env: DEMO_KEY}}}\n");
    const auto refused = here.run(reload);
    EXPECT_EQ(refused.code, 2);
    EXPECT_THAT(refused.err, AllOf(HasSubstr("tenants/demo.yaml:1:"), HasSubstr("sessions.vouch_secret"),
                                   HasSubstr("runs on unchanged with generation 1"), Not(HasSubstr("kkkk"))));
    const auto as_json = here.run({"--json", "config", "reload"});
    EXPECT_EQ(as_json.code, 2);
    EXPECT_FALSE(boost::json::parse(as_json.out).as_object().at("applied").as_bool());
}

TEST(CliReload, PlansAgainstAnotherFolder) {
    const installation here;
    const installation other;
    const std::vector<std::string> command{"config", "plan", "--against", other.path().string()};
    EXPECT_EQ(here.run(command).code, 0);
    here.write("tenants/zoo.yaml", "display_name: Zoo\n");
    auto as_json = command;
    as_json.emplace_back("--json");
    const auto found = here.run(as_json);
    EXPECT_EQ(found.code, 3);
    const auto made = boost::json::parse(found.out).as_object();
    EXPECT_EQ(made.at("scopes_added").as_array().at(0).as_string(), "tenant/zoo");
    const auto& change = made.at("changes").as_array().at(0).as_object();
    EXPECT_EQ(change.at("setting").as_string(), "display_name");
    EXPECT_EQ(change.at("takes_effect").as_string(), "now");
    other.write("tenants/demo.yaml", "display_name: [\n");
    EXPECT_EQ(here.run(command).code, 2);
}

TEST(CliReload, WithoutAServerNobodyIsTold) {
    const installation here;
    EXPECT_EQ(here.run(plan).code, 1);
    EXPECT_EQ(here.run(reload).code, 1);
    // A stale file names a process that a hang-up would end.
    const pid_t bystander = ::fork();
    if (bystander == 0) {
        ::signal(SIGHUP, SIG_DFL);
        while (true) ::pause();
    }
    here.write("var/parleyd.pid", std::to_string(bystander) + "\n");
    const auto refused = here.run(reload);
    EXPECT_EQ(refused.code, 1);
    EXPECT_THAT(refused.err, HasSubstr("No server runs on "));
    EXPECT_EQ(::waitpid(bystander, nullptr, WNOHANG), 0) << "it is still there";
    ::kill(bystander, SIGKILL);
    ::waitpid(bystander, nullptr, 0);
    for (const auto* nonsense : {"", "x", "0", "-1", "99999999"}) {
        here.write("var/parleyd.pid", nonsense);
        EXPECT_EQ(here.run(reload).code, 1) << nonsense;
    }
}

TEST(CliReload, TheServerTakesOverAStaleFileAndRemovesItsOwn) {
    const installation here;
    const auto file = here.path() / "var/parleyd.pid";
    here.write("var/parleyd.pid", "99999999\n");
    daemon_process server(here);
    EXPECT_EQ(here.run(reload).code, 0);
    EXPECT_EQ(running_server(here.path() / "var").value_or(0), server.process());
    EXPECT_EQ(server.stop(), 0);
    EXPECT_FALSE(std::filesystem::exists(file));
    EXPECT_EQ(here.run(reload).code, 1);
}

TEST(CliReload, AServerThatCrashedLeavesAFileThatMisleadsNobody) {
    const installation here;
    {
        daemon_process server(here);
        server.stop(SIGKILL);
    }
    EXPECT_TRUE(std::filesystem::exists(here.path() / "var/parleyd.pid"));
    EXPECT_EQ(here.run(reload).code, 1);
}

}  // namespace
}  // namespace parley::server
