// Plugins in the configuration: their sections, where they are on, what their hooks do.
#include "config/plugin_section.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "base/json.hpp"
#include "config/explain.hpp"
#include "config/plan.hpp"
#include "config/plugin_scopes.hpp"
#include "config/reference.hpp"
#include "config/testing/config_folder.hpp"

namespace parley::config {
namespace {

using testing::config_folder;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

plugin_section reactions() {
    return {
        .id = "reactions",
        .sentence = "Emoji on messages.",
        .isolation = "in_process",
        .settings = parse_object(R"({
                "max_per_message": {"type": "integer", "minimum": 1, "maximum": 200, "default": 40, "scope": "model",
                                    "reload": "live", "description": "How many."},
                "key": {"type": "string", "maxLength": 64, "default": "", "scope": "tenant", "secret": true,
                        "description": "A key."},
                "threads": {"type": "integer", "minimum": 1, "maximum": 8, "default": 2, "scope": "server",
                            "reload": "restart", "description": "Threads."}})")
                        .value(),
        .hooks = {{"message.send check", "refuse", 1000, true, true}, {"member.add", "refuse", 1000, false, false}}};
}

std::vector<plugin_section> both(const plugin_settings&, std::vector<std::string>&) {
    auto guard = reactions();
    guard.id = "guard";
    return {reactions(), guard};
}

class plugin_config : public ::testing::Test {
protected:
    config_folder folder;

    plugin_config() { folder.write("parley.yaml", ""); }

    [[nodiscard]] loaded load(const environment& variables = {}) const {
        return config::load(folder.path() / "parley.yaml", variables, both);
    }
    [[nodiscard]] std::vector<std::string> problems() const {
        std::vector<std::string> made;
        const auto outcome = load();
        if (outcome) return made;
        for (const auto& each : outcome.error()) made.push_back(each.text().substr(folder.path().string().size() + 1));
        return made;
    }
    /// Of the first section, by what its only setting says.
    static std::vector<std::string> wrong(std::string_view words, std::string name = "x") {
        schema made = kernel_schema();
        auto one = reactions();
        one.settings = {{std::move(name), parse_object(words).value()}};
        return add_section(made, one);
    }
};

TEST_F(plugin_config, a_section_is_checked_like_any_other) {
    folder.write("parley.yaml",
                 "reactions: {threads: 9, max_per_message: 3}\n"
                 "tenant_defaults: {reactions: {max_per_mesage: 3}}\n"
                 "reaction: {}\n");
    folder.write("tenants/acme.yaml", "reactions:\n  max_per_message: 0\n  threads: 3\n");
    folder.write("tenants/acme/models/desk.yaml", "reactions: {max_per_message: many, key: a}\n");
    EXPECT_THAT(
        problems(),
        ElementsAre(
            "parley.yaml:1:22: reactions.threads: expected a whole number from 1 to 8, found 9",
            "parley.yaml:1:25: reactions.max_per_message: is a tenant's; write "
            "tenant_defaults.reactions.max_per_message",
            "parley.yaml:2:31: tenant_defaults.reactions.max_per_mesage: unknown setting; did you mean "
            "tenant_defaults.reactions.max_per_message?",
            "parley.yaml:3:1: reaction: unknown setting; did you mean reactions?",
            "tenants/acme.yaml:2:20: reactions.max_per_message: expected a whole number from 1 to 200, found 0",
            "tenants/acme.yaml:3:3: reactions.threads: can be set in parley.yaml only, at its top",
            "tenants/acme/models/desk.yaml:1:30: reactions.max_per_message: expected a whole number from 1 to 200, "
            "found "
            "\"many\"",
            "tenants/acme/models/desk.yaml:1:36: reactions.key: can be set for a whole tenant only, not for a model"));
}

TEST_F(plugin_config, without_the_plugin_its_section_is_unknown) {
    folder.write("parley.yaml", "reactions: {threads: 3}\n");
    EXPECT_THAT(folder.problems(), ElementsAre(HasSubstr("parley.yaml:1:1: reactions: unknown setting")));
}

TEST_F(plugin_config, levels_add_and_take_away) {
    folder.write("parley.yaml", "plugins: {enable: [reactions, guard]}\n");
    folder.write("tenants/acme.yaml", "plugins: {disable: [guard]}\n");
    folder.write("tenants/acme/models/desk.yaml", "plugins: {enable: [guard], disable: [reactions]}\n");
    folder.write("tenants/calm.yaml", "plugins: {disable: [reactions, guard]}\n");
    const auto made = load().value();
    EXPECT_THAT(plugins_on(*made, "", ""), ElementsAre("guard", "reactions"));
    EXPECT_THAT(plugins_on(*made, "other", "desk"), ElementsAre("guard", "reactions"));
    EXPECT_THAT(plugins_on(*made, "acme", ""), ElementsAre("reactions"));
    EXPECT_THAT(plugins_on(*made, "acme", "desk"), ElementsAre("guard"));
    EXPECT_THAT(plugins_on(*made, "acme", "other"), ElementsAre("reactions"));
    EXPECT_THAT(plugins_on(*made, "calm", ""), IsEmpty());
    const auto listed = take_inventory(*made);
    EXPECT_THAT(plugins_on(listed, "server"), ElementsAre("guard", "reactions"));
    EXPECT_THAT(plugins_on(listed, "tenant/acme/model/desk"), ElementsAre("guard"));
}

TEST_F(plugin_config, only_plugins_that_are_loaded_can_be_switched) {
    folder.write("parley.yaml", "plugins:\n  enable: [reactons]\n");
    folder.write("tenants/acme.yaml", "plugins: {enable: [guard, reactions], disable: [guard, polls]}\n");
    EXPECT_THAT(
        problems(),
        ElementsAre("parley.yaml:2:12: plugins.enable[0]: the plugin reactons is not loaded; did you mean reactions?",
                    "tenants/acme.yaml:1:49: plugins.disable: \"guard\" is switched on here, too",
                    "tenants/acme.yaml:1:56: plugins.disable[1]: the plugin polls is not loaded; plugins.load "
                    "says which are"));
}

TEST_F(plugin_config, numbers_of_two_plugins_that_contradict_each_other_are_refused_where_both_are_on) {
    const auto with_rule = [](const plugin_settings&, std::vector<std::string>&) {
        auto guard = reactions();
        guard.id = "guard";
        guard.settings = parse_object(R"({"most": {"type": "integer", "minimum": 1, "maximum": 200, "default": 40,
                                          "scope": "server", "reload": "live", "description": "How many."}})")
                             .value();
        guard.rules = {{"most", "reactions.max_per_message"}};
        return std::vector{reactions(), guard};
    };
    const auto wrong = [&] {
        std::vector<std::string> made;
        const auto outcome = config::load(folder.path() / "parley.yaml", {}, with_rule);
        if (outcome) return made;
        for (const auto& each : outcome.error()) made.push_back(each.text().substr(folder.path().string().size() + 1));
        return made;
    };
    folder.write("tenants/acme.yaml", "plugins: {enable: [guard]}\nreactions: {max_per_message: 41}\n");
    EXPECT_THAT(wrong(), IsEmpty()) << "reactions is not on there";
    folder.write("tenants/acme.yaml", "plugins: {enable: [guard, reactions]}\nreactions: {max_per_message: 40}\n");
    folder.write("tenants/acme/models/desk.yaml", "reactions: {max_per_message: 50}\n");
    folder.write("tenants/calm.yaml", "reactions: {max_per_message: 200}\n");
    EXPECT_THAT(wrong(), ElementsAre("tenants/acme/models/desk.yaml:1:30: reactions.max_per_message: must not be more "
                                     "than guard.most, which is 40"));
    folder.write("tenants/acme/models/desk.yaml", "{}\n");
    folder.write("parley.yaml", "guard: {most: 39}\n");
    EXPECT_THAT(wrong(), ElementsAre("tenants/acme.yaml:2:30: reactions.max_per_message: must not be more than "
                                     "guard.most, which is 39"));
    folder.write("tenants/acme.yaml", "plugins: {enable: [guard, reactions]}\n");
    EXPECT_THAT(wrong(), ElementsAre("parley.yaml:1:15: guard.most: must not be less than reactions.max_per_message, "
                                     "which is 40"));
}

TEST_F(plugin_config, the_server_alone_limits_its_memory) {
    folder.write("parley.yaml", "reactions: {memory_mib: 63}\n");
    folder.write("tenants/acme.yaml", "reactions: {memory_mib: 100}\n");
    EXPECT_THAT(
        problems(),
        ElementsAre("parley.yaml:1:25: reactions.memory_mib: expected a whole number from 64 to 1048576, found 63",
                    "tenants/acme.yaml:1:13: reactions.memory_mib: can be set in parley.yaml only, at its top"));
    folder.write("parley.yaml", "reactions: {memory_mib: 4096}\n");
    folder.write("tenants/acme.yaml", "{}\n");
    EXPECT_EQ(load().value()->from.server.find("reactions.memory_mib")->integer, 4096);
}

TEST_F(plugin_config, settings_come_down_level_by_level) {
    folder.write("parley.yaml",
                 "reactions: {threads: 3, isolation: process, hooks: {member.add: {deadline_ms: 5}}}\n"
                 "tenant_defaults: {reactions: {max_per_message: 7}}\n");
    folder.write("key", "canary\n");
    folder.write("tenants/acme.yaml", "reactions: {key: {secret: {file: key}}}\n");
    folder.write("tenants/acme/models/desk.yaml", "reactions: {max_per_message: 9}\n");
    const auto made = load().value();
    const auto& section = *made->known->plugin("reactions");
    const auto at = [&](std::string_view tenant, std::string_view model) {
        return parse_object(plugin_settings_in(*made, section, tenant, model)).value();
    };
    EXPECT_EQ(at("", ""), parse_object(R"({"threads":3,"max_per_message":7,"key":""})").value());
    EXPECT_EQ(at("acme", ""), parse_object(R"({"threads":3,"max_per_message":7,"key":"canary"})").value());
    EXPECT_EQ(at("acme", "desk"), parse_object(R"({"threads":3,"max_per_message":9,"key":"canary"})").value());
    EXPECT_EQ(made->from.server.find("reactions.isolation")->text, "process");
    EXPECT_EQ(made->from.server.find("reactions.memory_mib")->integer, 512);
    const auto said = explain(*made, "tenant/acme/model/desk", "reactions.max_per_message").value();
    EXPECT_THAT(said.at(0).place(), HasSubstr("desk.yaml:1:30"));
    EXPECT_THAT(explain(*made, "tenant/acme", "reactions.key").value().at(0).value, Not(HasSubstr("canary")));
}

TEST_F(plugin_config, hooks_are_held_against_the_manifest) {
    folder.write("parley.yaml",
                 "reactions:\n"
                 "  hooks:\n"
                 "    message.send check: {on_failure: skip}\n"
                 "    message.edit check: {}\n"
                 "    member.add: {on_failure: hold, deadline_m: 5}\n"
                 "guard: {hooks: {member.add: {on_failure: never, deadline_ms: 0, accept_risk: 1}}}\n");
    EXPECT_THAT(
        problems(),
        ElementsAre(
            HasSubstr("parley.yaml:3:38: reactions.hooks.message.send check.on_failure: skip would let through"),
            HasSubstr("parley.yaml:4:5: reactions.hooks.message.edit check: unknown hook; "),
            HasSubstr("parley.yaml:5:30: reactions.hooks.member.add.on_failure: only a new message can be held"),
            HasSubstr("parley.yaml:5:36: reactions.hooks.member.add.deadline_m: unknown setting; did you mean "
                      "deadline_ms?"),
            HasSubstr("parley.yaml:6:42: guard.hooks.member.add.on_failure: expected one of refuse, hold, skip"),
            HasSubstr("parley.yaml:6:62: guard.hooks.member.add.deadline_ms: expected a whole number"),
            HasSubstr("parley.yaml:6:78: guard.hooks.member.add.accept_risk: expected true or false")));
    folder.write("parley.yaml", "reactions: {hooks: {message.send check: {on_failure: skip, accept_risk: true}}}\n");
    EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(plugin_config, the_plan_says_what_is_switched_and_shows_no_secret) {
    folder.write("tenants/acme.yaml", "reactions: {key: canary1}\n");
    folder.write("tenants/acme/models/desk.yaml", "");
    const auto before = load().value();
    folder.write("parley.yaml", "plugins: {enable: [reactions]}\nreactions: {threads: 3}\n");
    folder.write("tenants/acme.yaml", "plugins: {enable: [guard]}\nreactions: {key: canary2, max_per_message: 3}\n");
    folder.write("tenants/acme/models/desk.yaml", "plugins: {disable: [guard]}\n");
    const auto after = load().value();
    std::string text;
    for (const auto& line : make_plan(*before, *after).lines()) text += line + "\n";
    EXPECT_THAT(text, HasSubstr("server reactions.threads: 2 -> 3 (at the next start;"));
    EXPECT_THAT(text, HasSubstr("tenant/acme reactions.max_per_message: 40 -> 3 (now;"));
    EXPECT_THAT(text, HasSubstr("another value"));
    EXPECT_THAT(text, HasSubstr("every tenant: the plugin reactions is switched on\n"
                                "tenant/acme: the plugin guard is switched on\n"));
    EXPECT_THAT(text, Not(HasSubstr("canary")));
    EXPECT_THAT(text, Not(HasSubstr("tenant/acme: the plugin reactions")));
    EXPECT_EQ(without_restart(*before, *after)->from.server.find("reactions.threads")->integer, 2);
}

TEST_F(plugin_config, a_manifest_that_describes_no_setting_is_said) {
    EXPECT_THAT(wrong(R"({"type": "integer", "default": 1, "description": "d"})"),
                ElementsAre("settings.x: an integer needs minimum and maximum"));
    EXPECT_THAT(wrong(R"({"type": "integer", "minimum": 2, "maximum": 3, "default": 1, "description": "d"})"),
                ElementsAre("settings.x: its default is not what it allows"));
    EXPECT_THAT(wrong(R"({"type": "string", "maxLength": 3, "default": ""})"),
                ElementsAre("settings.x: there is no description"));
    EXPECT_THAT(wrong(R"({"type": "float"})"), ElementsAre(HasSubstr("settings.x: type is one of")));
    EXPECT_THAT(wrong(R"({"typ": "float"})"), ElementsAre("settings.x: typ is no word for settings"));
    EXPECT_THAT(wrong(R"({"type": "boolean", "default": true, "description": "d", "reload": "restart"})"),
                ElementsAre("settings.x: only a setting of the server can need a restart"));
    EXPECT_THAT(wrong(R"({"type": "boolean", "default": true, "description": "d"})", "hooks"),
                ElementsAre("settings.hooks: the name is the server's"));
    schema made = kernel_schema();
    auto taken = reactions();
    taken.id = "messages";
    EXPECT_THAT(add_section(made, taken), ElementsAre(HasSubstr("the configuration has already")));
}

TEST_F(plugin_config, what_cannot_be_loaded_is_said_where_it_is_to_be_loaded) {
    folder.write("parley.yaml", "plugins:\n  load: [absent]\n  enable: [absent]\n");
    const auto outcome = config::load(folder.path() / "parley.yaml", {},
                                      [](const plugin_settings& chosen, std::vector<std::string>& wrong) {
                                          EXPECT_THAT(chosen.load, ElementsAre("absent"));
                                          wrong.push_back("there is no absent.so");
                                          return std::vector<plugin_section>{};
                                      });
    ASSERT_FALSE(outcome);
    ASSERT_EQ(outcome.error().size(), 1U);
    EXPECT_THAT(outcome.error()[0].text(), HasSubstr("parley.yaml:2:3: plugins.load: there is no absent.so"));
}

TEST_F(plugin_config, an_environment_variable_sets_what_all_tenants_have) {
    const auto made =
        load({{"PARLEY_TENANT_DEFAULTS__REACTIONS__MAX_PER_MESSAGE", "5"}, {"PARLEY_PLUGINS__ENABLE", "[guard]"}});
    ASSERT_TRUE(made) << made.error().front().text();
    EXPECT_THAT(plugins_on(**made, "acme", ""), ElementsAre("guard"));
    EXPECT_THAT(plugin_settings_in(**made, *(*made)->known->plugin("reactions"), "", ""), HasSubstr(":5"));
}

TEST_F(plugin_config, its_settings_are_on_the_reference_page) {
    EXPECT_THAT(settings_reference(*load().value()->known),
                HasSubstr("| `reactions.max_per_message` | a whole number"));
}

}  // namespace
}  // namespace parley::config
