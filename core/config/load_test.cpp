// Layers of files and variables: what wins, and everything that is wrong said at once.
#include "config/load.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/testing/config_folder.hpp"

namespace parley::config {
namespace {

using testing::config_folder;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(load, merges_server_tenant_and_model) {
    const config_folder folder;
    folder.write("parley.yaml", "tenant_defaults:\n  messages: {max_bytes: 1000, max_graphemes: 100}\n");
    folder.write("tenants/acme.yaml", "display_name: Acme\nmessages: {max_graphemes: 200}\n");
    folder.write("tenants/acme/models/desk.yaml", "messages: {edit_window_seconds: -1}\n");
    folder.write("tenants/other/models/shop.yaml", "");
    const auto outcome = folder.load();
    ASSERT_TRUE(outcome);
    const auto& acme = (*outcome)->tenant("acme");
    EXPECT_EQ(acme.messages, (message_settings{200, 1000, 86400}));
    EXPECT_EQ(acme.models.at("desk").messages, (message_settings{200, 1000, -1}));
    EXPECT_EQ(acme.models.at("desk").display_name, "") << "a model does not take its tenant's name";
    EXPECT_EQ(acme.messages_of("desk").edit_window_seconds, message_settings::no_edit_window);
    EXPECT_EQ(acme.messages_of("unknown"), acme.messages);
    EXPECT_EQ((*outcome)->tenant("other").models.at("shop").messages, (message_settings{100, 1000, 86400}));
    EXPECT_EQ((*outcome)->tenant("only_in_the_database").messages, (message_settings{100, 1000, 86400}));
}

TEST(load, says_everything_that_is_wrong_at_once) {
    const config_folder folder;
    folder.write("parley.yaml",
                 "server:\n"
                 "  prot: 80\n"
                 "  threads: many\n"
                 "  trusted_proxies: [10.0.0.0/8, 7, nonsense]\n"
                 "websocket: 5\n"
                 "http:\n"
                 "  json_depth: 1000\n"
                 "database: {sqlite_synchronous: ful}\n");
    folder.write("tenants/acme.yaml", "messages:\n  max_bytes: 'x'\n  colour: red\nserver: {port: 1}\n");
    folder.write("tenants/acme/models/desk.yaml", "hosts: [a]\nmessages: [\n");
    EXPECT_THAT(
        folder.problems(),
        ElementsAre("parley.yaml:2:3: server.prot: unknown setting; did you mean server.port?",
                    "parley.yaml:3:12: server.threads: expected a whole number from 0 to 1024, found \"many\"",
                    "parley.yaml:4:33: server.trusted_proxies[1]: expected a list of texts, 256 at most, found 7; "
                    "put it in quotes",
                    "parley.yaml:5:12: websocket: expected settings below this name",
                    "parley.yaml:7:15: http.json_depth: expected a whole number from 4 to 256, found 1000",
                    "parley.yaml:8:32: database.sqlite_synchronous: expected one of full, extra, normal, found "
                    "\"ful\"; did you mean full?",
                    "tenants/acme.yaml:2:14: messages.max_bytes: expected a whole number from 256 to 1048576, "
                    "found \"x\"",
                    "tenants/acme.yaml:3:3: messages.colour: unknown setting",
                    "tenants/acme.yaml:4:1: server: can be set in parley.yaml only, at its top",
                    HasSubstr("tenants/acme/models/desk.yaml:3:1: ")));
}

TEST(load, says_where_a_setting_belongs) {
    const config_folder folder;
    folder.write("parley.yaml", "messages: {max_bytes: 1000}\nhosts: [a]\nport: 1\ntenant_defaults: {hosts: [a]}\n");
    folder.write("tenants/acme.yaml", "log: {level: debug}\nmax_bytes: 7\n");
    folder.write("tenants/acme/models/desk.yaml", "hosts: [a]\nevents: {retention_days: 1}\n");
    EXPECT_THAT(
        folder.problems(),
        ElementsAre(
            "parley.yaml:1:1: messages: is a tenant's; write tenant_defaults.messages",
            "parley.yaml:2:1: hosts: belongs to one tenant or model, and is set in a file under tenants/",
            "parley.yaml:3:1: port: unknown setting; did you mean server.port?",
            "parley.yaml:4:19: tenant_defaults.hosts: belongs to one tenant or model, and is set in a file under "
            "tenants/",
            "tenants/acme.yaml:1:1: log: can be set in parley.yaml only, at its top",
            "tenants/acme.yaml:2:1: max_bytes: unknown setting; did you mean messages.max_bytes?",
            "tenants/acme/models/desk.yaml:1:1: hosts: belongs to one tenant or model, and is set in a file under "
            "tenants/",
            "tenants/acme/models/desk.yaml:2:1: events: can be set for a whole tenant only, not for a model"));
}

TEST(load, holds_values_against_our_own_rules) {
    const config_folder folder;
    folder.write("parley.yaml", "server: {address: localhost, trusted_proxies: [10.0.0.0/8, nonsense]}\n");
    EXPECT_THAT(folder.problems(),
                ElementsAre("parley.yaml:1:19: server.address: expected an IP address such as 127.0.0.1 or ::1, found "
                            "\"localhost\"",
                            "parley.yaml:1:60: server.trusted_proxies[1]: expected an IP address or a network such as "
                            "10.0.0.0/8, found \"nonsense\""));
}

TEST(load, tells_a_setting_without_value_from_a_section_without_settings) {
    const config_folder folder;
    folder.write("parley.yaml", "server:\nlog:\n  level:\n");
    EXPECT_THAT(folder.problems(),
                ElementsAre("parley.yaml:3:3: log.level: has no value; without the line it has its default"));
}

TEST(load, refuses_keys_that_only_look_like_paths) {
    const config_folder folder;
    folder.write("parley.yaml", "server.port: 80\n'': 1\n");
    EXPECT_THAT(folder.problems(),
                ElementsAre("parley.yaml:1:1: server.port: a key has no dots; nest one setting below the other",
                            "parley.yaml:2:1: a key has no dots; nest one setting below the other"));
}

TEST(load, lets_variables_win_over_the_file) {
    const config_folder folder;
    folder.write("parley.yaml", "server: {port: 80, trusted_proxies: [10.0.0.1]}\nlog: {level: debug}\n");
    folder.write("tenants/acme.yaml", "messages: {max_bytes: 3000}\n");
    const auto outcome = folder.load({{"PARLEY_SERVER__PORT", "8081"},
                                      {"PARLEY_SERVER__TRUSTED_PROXIES", "[10.0.0.2, '::1']"},
                                      {"PARLEY_WEBSOCKET__COMPRESSION", "false"},
                                      {"PARLEY_SERVER__PUBLIC_URL", ""},
                                      {"PARLEY_TENANT_DEFAULTS__MESSAGES__MAX_BYTES", "2000"},
                                      {"PARLEY_CONFIG", "somebody else's"},
                                      {"PORT", "1"}});
    ASSERT_TRUE(outcome);
    const auto& made = **outcome;
    EXPECT_EQ(made.server.server.port, 8081);
    EXPECT_THAT(made.server.server.trusted_proxies, ElementsAre("10.0.0.2", "::1"));
    EXPECT_FALSE(made.server.websocket.compression);
    EXPECT_EQ(made.server.log.least, parley::log::level::debug);
    EXPECT_EQ(made.tenant("acme").messages.max_bytes, 3000U);
    EXPECT_EQ(made.tenant("other").messages.max_bytes, 2000U);
}

TEST(load, names_the_variable_that_is_wrong) {
    const config_folder folder;
    folder.write("parley.yaml", "");
    EXPECT_THAT(
        folder.problems({{"PARLEY_SERVER__PORT", "http"},
                         {"PARLEY_SERVER__PROT", "1"},
                         {"PARLEY_server__port", "1"},
                         {"PARLEY_LOG__LEVEL", ""},
                         {"PARLEY_SERVER__ADDRESS", "\xff"},
                         {"PARLEY_SERVER__TRUSTED_PROXIES", "10.0.0.1\nserver: 1"}}),
        ::testing::UnorderedElementsAre(
            "environment variable PARLEY_SERVER__PORT: server.port: expected a whole number from 0 to 65535, found "
            "\"http\"",
            "environment variable PARLEY_SERVER__PROT: no such setting; did you mean PARLEY_SERVER__PORT?",
            "environment variable PARLEY_server__port: no such setting",
            HasSubstr("environment variable PARLEY_LOG__LEVEL: log.level: expected one of"),
            "environment variable PARLEY_SERVER__ADDRESS: server.address: too long, not UTF-8, or a control character",
            "environment variable PARLEY_SERVER__TRUSTED_PROXIES: server.trusted_proxies: expected a list such as [a, "
            "b]"));
}

TEST(load, makes_paths_absolute) {
    const config_folder folder;
    folder.write("etc/parley.yaml", "server: {data_directory: ../data}\nlog: {file: logs/parley.log}\n");
    const auto outcome = load(folder.path() / "etc", {});
    ASSERT_TRUE(outcome);
    EXPECT_EQ((*outcome)->server.server.data_directory, folder.path() / "data");
    EXPECT_EQ((*outcome)->server.database.url, "sqlite:" + (folder.path() / "data/parley.db").string());
    EXPECT_EQ((*outcome)->server.log.file, (folder.path() / "data/logs/parley.log").string());
}

TEST(load, leads_each_host_to_one_tenant) {
    const config_folder folder;
    folder.write("parley.yaml", "");
    folder.write("tenants/acme.yaml", "hosts: [acme.example, '[::1]']\n");
    folder.write("tenants/bolt.yaml", "hosts: [bolt.example]\n");
    const auto outcome = folder.load();
    ASSERT_TRUE(outcome);
    EXPECT_EQ((*outcome)->tenant_of_host("bolt.example"), "bolt");
    EXPECT_EQ((*outcome)->tenant_of_host("[::1]"), "acme");
    EXPECT_EQ((*outcome)->tenant_of_host("other.example"), "");
    folder.write("tenants/bolt.yaml", "hosts: [bolt.example, acme.example]\n");
    EXPECT_THAT(folder.problems(),
                ElementsAre("tenants/bolt.yaml:1:23: hosts: \"acme.example\" already leads to the tenant acme"));
}

TEST(load, keeps_pages_away_from_the_host_of_files) {
    const config_folder folder;
    const std::string secret = "secret: 0123456789abcdef0123456789abcdef";
    folder.write("parley.yaml",
                 "server: {public_url: 'https://chat.example:8443'}\ntenant_defaults: {content: {" + secret + "}}\n");
    folder.write("tenants/acme.yaml", "hosts: [acme.example]\ncontent: {host: files.example}\n");
    folder.write("tenants/bolt.yaml", "hosts: [bolt.example]\ncontent: {host: files.example}\n");
    const auto outcome = folder.load();
    ASSERT_TRUE(outcome);
    EXPECT_TRUE((*outcome)->is_content_host("files.example"));
    EXPECT_FALSE((*outcome)->is_content_host("acme.example"));
    EXPECT_FALSE((*outcome)->is_content_host(""));
    for (const auto* const taken : {"acme.example", "bolt.example", "chat.example"}) {
        folder.write("tenants/bolt.yaml", std::string("hosts: [bolt.example]\ncontent: {host: ") + taken + "}\n");
        EXPECT_THAT(folder.problems(), ElementsAre(HasSubstr("files need a name of their own"))) << taken;
    }
    folder.write("tenants/bolt.yaml", "hosts: [bolt.example]\ncontent: {host: files.example, secret: ''}\n");
    EXPECT_THAT(folder.problems(), ElementsAre(HasSubstr("content.secret is missing")));
}

TEST(load, says_what_files_it_cannot_use) {
    const config_folder folder;
    folder.write("tenants/acme.yml", "");
    folder.write("tenants/Bad Name.yaml", "");
    folder.write("tenants/.hidden.yaml", "[");
    folder.write("tenants/notes.txt", "[");
    folder.write("tenants/acme/model/desk.yaml", "");
    folder.write("tenants/acme/models/x.yaml/inside", "");
    const auto problems = folder.problems();
    EXPECT_EQ(problems.size(), 5U);
    EXPECT_THAT(problems, Contains("parley.yaml: cannot be read: no such file"));
    EXPECT_THAT(problems, Contains(HasSubstr("tenants/acme.yml: is not read; rename it")));
    EXPECT_THAT(problems, Contains(HasSubstr("tenants/Bad Name.yaml: its name may have")));
    EXPECT_THAT(problems, Contains(HasSubstr("tenants/acme/model: is not read; the files of models are in")));
    EXPECT_THAT(problems, Contains("tenants/acme/models/x.yaml: cannot be read: not a regular file"));
}

TEST(load, bounds_the_number_of_problems) {
    const config_folder folder;
    std::string text;
    for (int i = 0; i < 1000; ++i) text += "unknown_" + std::to_string(i) + ": 1\n";
    folder.write("parley.yaml", text);
    const auto problems = folder.problems();
    ASSERT_EQ(problems.size(), problem_list::limit + 1);
    EXPECT_EQ(problems.back(), "parley.yaml: and 800 more problems");
}

TEST(load, prints_nothing_that_a_terminal_would_obey) {
    const config_folder folder;
    folder.write("parley.yaml", "\"a\\e[2Jb\": 1\nserver: {address: \"\\e[31m\"}\n");
    const auto problems = folder.problems();
    ASSERT_THAT(problems, ::testing::Not(IsEmpty()));
    for (const auto& each : problems) EXPECT_EQ(each.find('\x1b'), each.npos) << each;
}

}  // namespace
}  // namespace parley::config
