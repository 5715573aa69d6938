// The commands, as they are typed, on a database of their own.
#include "server/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <filesystem>

#include "server/testing/installation.hpp"

namespace parley::server {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::installation;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Not;

class CommandLine : public ::testing::Test {
protected:
    /// What scripts/start does, but for the passwords.
    void make_demo() const {
        for (const auto& one : std::vector<std::vector<std::string>>{
                 {"migrate", "up"},
                 {"tenant", "create", "demo"},
                 {"user", "create", "--tenant", "demo", "--role", "admin", "ann", "--no-password"}}) {
            const auto ended = here.run(one);
            ASSERT_EQ(ended.code, 0) << ended.err;
        }
    }
    [[nodiscard]] boost::json::array listed(const std::vector<std::string>& arguments) const {
        auto with = arguments;
        with.emplace_back("--json");
        const auto ended = here.run(with);
        EXPECT_EQ(ended.code, 0) << ended.err;
        return boost::json::parse(ended.out).as_array();
    }

    installation here;
};

TEST_F(CommandLine, MisuseEndsWith2AndSaysSomething) {
    for (const auto& wrong : std::vector<std::vector<std::string>>{
             {},
             {"frobnicate"},
             {"migrate"},
             {"migrate", "down"},
             {"migrate", "down", "--to", "-1"},
             {"user", "create", "--tenant", "demo", "ann"},
             {"user", "create", "--tenant", "demo", "ann", "--password-stdin", "--no-password"},
             {"user", "create", "ann", "--no-password"},
             {"token", "create", "--tenant", "demo", "--user", "ann"},
             {"token", "create", "--tenant", "demo", "--user", "ann", "--name", "n", "--days", "0"},
             {"token", "revoke", "--tenant", "demo", "--user", "ann", "not-an-id"},
             {"tenant", "create", "No Such Name"},
             {"config", "explain", "galaxy"},
             {"config", "explain", "server", "server.prot"}}) {
        const auto ended = here.run(wrong);
        EXPECT_EQ(ended.code, 2) << ::testing::PrintToString(wrong);
        EXPECT_THAT(ended.err, Not(IsEmpty())) << ::testing::PrintToString(wrong);
        EXPECT_THAT(ended.out, IsEmpty()) << ::testing::PrintToString(wrong);
    }
}

TEST_F(CommandLine, HelpAndVersionEndWith0) {
    EXPECT_EQ(here.run({"--help"}).code, 0);
    EXPECT_EQ(here.run({"user", "create", "--help"}).code, 0);
    EXPECT_THAT(here.run({"version"}).out, MatchesRegex("parley [0-9.]+\n"));
    EXPECT_EQ(here.run({"version"}).out, here.run({"--version"}).out);
}

TEST_F(CommandLine, ABadConfigurationIsListedWholeAndEndsWith2) {
    here.write("parley.yaml", "server: {port: 99999, adress: 127.0.0.1}\n");
    here.write("tenants/demo.yaml", "messages: {max_bytes: few}\n");
    for (const auto& command : std::vector<std::vector<std::string>>{
             {"config", "check"}, {"migrate", "up"}, {"tenant", "list"}, {"doctor"}}) {
        const auto ended = here.run(command);
        EXPECT_EQ(ended.code, 2);
        EXPECT_THAT(ended.err, AllOf(HasSubstr("server.port"), HasSubstr("adress"), HasSubstr("messages.max_bytes")));
    }
    const auto as_json = here.run({"--json", "config", "check"});
    EXPECT_EQ(as_json.code, 2);
    const auto report = boost::json::parse(as_json.out).as_object();
    EXPECT_FALSE(report.at("valid").as_bool());
    EXPECT_EQ(report.at("problems").as_array().size(), 3U);
}

TEST_F(CommandLine, ExplainsAndReferencesTheConfiguration) {
    EXPECT_EQ(here.run({"config", "check"}).code, 0);
    const auto explained = here.run({"config", "explain", "server", "server.port"});
    EXPECT_EQ(explained.code, 0);
    EXPECT_THAT(explained.out, AllOf(HasSubstr("server.port"), HasSubstr("parley.yaml:1:16")));
    const auto all = listed({"config", "explain", "tenant/demo", "messages"});
    EXPECT_EQ(all.size(), 3U);
    EXPECT_THAT(here.run({"config", "reference"}).out, HasSubstr("server.port"));
}

TEST_F(CommandLine, NothingIsMadeBeforeTheDatabaseIsMigrated) {
    const auto refused = here.run({"tenant", "create", "demo"});
    EXPECT_EQ(refused.code, 1);
    EXPECT_THAT(refused.err, HasSubstr("parley migrate up"));
    EXPECT_FALSE(std::filesystem::exists(here.path() / "var"));

    here.write("var/parley.db", "");
    const auto older = here.run({"tenant", "create", "demo"});
    EXPECT_EQ(older.code, 1);
    EXPECT_THAT(older.err, HasSubstr("parley migrate up"));
}

TEST_F(CommandLine, MigratesUpAndDown) {
    EXPECT_EQ(listed({"migrate", "status"}).at(0).at("state").as_string(), "pending");
    EXPECT_THAT(here.run({"migrate", "up"}).out, HasSubstr("applied 0001"));
    EXPECT_EQ(here.run({"migrate", "up"}).out, "The database is up to date.\n");
    EXPECT_EQ(listed({"migrate", "status"}).at(0).at("state").as_string(), "applied");
    EXPECT_THAT(here.run({"migrate", "show", "1"}).out, HasSubstr("CREATE TABLE"));
    EXPECT_EQ(here.run({"migrate", "show", "9999"}).code, 1);
    EXPECT_THAT(here.run({"migrate", "down", "--to", "0"}).out, HasSubstr("took back 0001"));
    EXPECT_EQ(here.run({"tenant", "create", "demo"}).code, 1);
}

TEST_F(CommandLine, MakesTheDemo) {
    make_demo();
    const auto token = here.run({"token", "create", "--tenant", "demo", "--user", "ann", "--name", "demo"});
    EXPECT_EQ(token.code, 0) << token.err;
    EXPECT_THAT(token.out, MatchesRegex("prl_[A-Za-z0-9_-]+\n"));
    EXPECT_THAT(token.err, IsEmpty());

    const auto users = listed({"user", "list", "--tenant", "demo"});
    ASSERT_EQ(users.size(), 1U);
    EXPECT_EQ(users[0].at("username").as_string(), "ann");
    EXPECT_EQ(users[0].at("role").as_string(), "admin");
    EXPECT_EQ(listed({"tenant", "list"}).at(0).at("name").as_string(), "demo");
}

TEST_F(CommandLine, RefusesWhatIsThereAlreadyOrNotAtAll) {
    make_demo();
    for (const auto& refused : std::vector<std::vector<std::string>>{
             {"tenant", "create", "demo"},
             {"user", "create", "--tenant", "demo", "ann", "--no-password"},
             {"user", "create", "--tenant", "acme", "ann", "--no-password"},
             {"user", "create", "--tenant", "demo", "bob", "--role", "emperor", "--no-password"},
             {"user", "role", "--tenant", "demo", "ann", "emperor"},
             {"user", "disable", "--tenant", "demo", "bob"},
             {"token", "create", "--tenant", "demo", "--user", "bob", "--name", "n"},
             {"token", "revoke", "--tenant", "demo", "--user", "ann", "12345"}}) {
        const auto ended = here.run(refused);
        EXPECT_EQ(ended.code, 1) << ::testing::PrintToString(refused);
        EXPECT_THAT(ended.err, MatchesRegex("parley: [A-Z].*\n")) << ::testing::PrintToString(refused);
        EXPECT_THAT(ended.out, IsEmpty());
    }
    EXPECT_EQ(listed({"user", "list", "--tenant", "demo"}).size(), 1U);
}

TEST_F(CommandLine, TellsThatATenantHasNoFile) {
    ASSERT_EQ(here.run({"migrate", "up"}).code, 0);
    const auto made = here.run({"tenant", "create", "acme"});
    EXPECT_EQ(made.code, 0);
    EXPECT_THAT(made.err, HasSubstr("tenants/acme.yaml"));
}

TEST_F(CommandLine, ReadsAPasswordFromStandardInput) {
    make_demo();
    const std::vector<std::string> command{"user", "password", "--tenant", "demo", "ann", "--password-stdin"};
    EXPECT_EQ(here.run(command, "").code, 1);
    EXPECT_EQ(here.run(command, "\n").code, 1);
    const auto state = [&] { return listed({"user", "list", "--tenant", "demo"}).at(0).at("state").as_string(); };
    EXPECT_EQ(state(), "active, no password");
    const auto changed = here.run(command, "correct horse\n");
    EXPECT_EQ(changed.code, 0) << changed.err;
    EXPECT_THAT(changed.out + changed.err, Not(HasSubstr("horse")));
    EXPECT_EQ(state(), "active");
    EXPECT_EQ(here.run({"user", "password", "--tenant", "demo", "ann", "--no-password"}).code, 0);
    EXPECT_EQ(state(), "active, no password");
}

TEST_F(CommandLine, ChangesAnAccount) {
    make_demo();
    const auto ann = [&] { return listed({"user", "list", "--tenant", "demo"}).at(0).as_object(); };
    EXPECT_EQ(here.run({"user", "role", "--tenant", "demo", "ann", "staff"}).code, 0);
    EXPECT_EQ(ann().at("role").as_string(), "staff");
    EXPECT_EQ(here.run({"user", "disable", "--tenant", "demo", "ann"}).code, 0);
    EXPECT_EQ(ann().at("state").as_string(), "disabled");
    EXPECT_EQ(here.run({"token", "create", "--tenant", "demo", "--user", "ann", "--name", "n"}).code, 1);
    EXPECT_EQ(here.run({"user", "enable", "--tenant", "demo", "ann"}).code, 0);
    EXPECT_EQ(ann().at("state").as_string(), "active, no password");
    EXPECT_EQ(ann().at("role").as_string(), "staff");
}

TEST_F(CommandLine, KeepsATenantsRoles) {
    make_demo();
    const auto role = [&](std::vector<std::string> rest) {
        rest.insert(rest.begin(), {"role"});
        return here.run(rest);
    };
    const auto own = [&]() -> boost::json::object {
        const auto all = listed({"role", "list", "--tenant", "demo"});
        return all.size() == 6 ? all.at(5).as_object() : boost::json::object{};
    };
    const auto made = role({"create", "--tenant", "demo", "reviewer", "--sentence", "Looks at held messages",
                            "--permissions", "messages.send", "messages.review"});
    EXPECT_EQ(made.code, 0) << made.err;
    EXPECT_EQ(own().at("name").as_string(), "reviewer");
    EXPECT_EQ(own().at("permissions").as_string(), "messages.send messages.review");
    EXPECT_EQ(here.run({"user", "role", "--tenant", "demo", "ann", "reviewer"}).code, 0);
    EXPECT_EQ(role({"change", "--tenant", "demo", "reviewer", "--permissions", "messages.send"}).code, 0);
    EXPECT_EQ(own().at("permissions").as_string(), "messages.send");
    EXPECT_EQ(own().at("sentence").as_string(), "Looks at held messages");
    EXPECT_EQ(role({"change", "--tenant", "demo", "reviewer"}).code, 2) << "nothing to change";
    EXPECT_EQ(role({"change", "--tenant", "demo", "admin", "--sentence", "x"}).code, 1) << "shipped";
    EXPECT_THAT(role({"delete", "--tenant", "demo", "reviewer"}).err, HasSubstr("1 accounts"));
    EXPECT_EQ(role({"delete", "--tenant", "demo", "reviewer", "--replace-with", "member"}).code, 0);
    EXPECT_TRUE(own().empty());
    EXPECT_EQ(listed({"user", "list", "--tenant", "demo"}).at(0).at("role").as_string(), "member");
}

TEST_F(CommandLine, ListsAndRevokesTokens) {
    make_demo();
    const auto made =
        here.run({"token", "create", "--tenant", "demo", "--user", "ann", "--name", "laptop", "--days", "100000"});
    EXPECT_EQ(made.code, 2);  // beyond what --days takes
    const auto capped =
        here.run({"token", "create", "--tenant", "demo", "--user", "ann", "--name", "laptop", "--days", "365"});
    EXPECT_EQ(capped.code, 0);
    EXPECT_THAT(capped.err, HasSubstr("sessions.token_days"));

    const std::vector<std::string> list{"token", "list", "--tenant", "demo", "--user", "ann"};
    const auto tokens = listed(list);
    ASSERT_EQ(tokens.size(), 1U);
    EXPECT_EQ(tokens[0].at("state").as_string(), "good");
    EXPECT_THAT(here.run(list).out, AllOf(HasSubstr("laptop"), Not(HasSubstr("prl_"))));
    const std::string id(tokens[0].at("id").as_string());
    EXPECT_EQ(here.run({"token", "revoke", "--tenant", "demo", "--user", "ann", id}).code, 0);
    EXPECT_EQ(listed(list).at(0).at("state").as_string(), "revoked");
}

}  // namespace
}  // namespace parley::server
