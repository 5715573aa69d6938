// From an administrator's wish to a file and a configuration in force, without a server around it.
#include "server/settings_desk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <fstream>
#include <future>
#include <iterator>
#include <stdexcept>

#include "base/json.hpp"
#include "server/testing/installation.hpp"

namespace parley::server {
namespace {
namespace json = boost::json;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using testing::installation;
using ::testing::IsEmpty;
using ::testing::Not;

std::vector<config::plugin_section> sections(const config::plugin_settings&, std::vector<std::string>&) {
    return {{.id = "reactions",
             .sentence = "Emoji.",
             .isolation = "in_process",
             .settings = parse_object(R"({"most": {"type": "integer", "minimum": 1, "maximum": 200, "default": 40,
                                                  "description": "How many."},
                                         "title": {"type": "string", "maxLength": 60, "default": "",
                                                   "description": "What stands above."}})")
                             .value(),
             .hooks = {}}};
}

class forms_at_work : public ::testing::Test {
protected:
    forms_at_work() { std::filesystem::create_directory(here.path() / "var"); }

    static std::shared_ptr<const config::configuration> loaded(const installation& from) {
        auto made = config::load(from.path() / "parley.yaml", {}, sections);
        if (!made) throw std::runtime_error(made.error().front().text());
        return *made;
    }
    transport::settings_wish wish(std::string_view changes, std::string_view plugins = "{}") const {
        return {.tenant = "demo",
                .model = {},
                .revision = form_revision(*settings.now(), "demo", ""),
                .changes = parse_object(changes).value(),
                .plugins = parse_object(plugins).value(),
                .dry_run = false,
                .by = {}};
    }
    result<json::object> ask(transport::settings_wish wanted) {
        std::promise<result<json::object>> made;
        auto answer = made.get_future();
        desk.change(std::move(wanted), [&made](result<json::object> of) { made.set_value(std::move(of)); });
        return answer.get();
    }
    std::string refusal(transport::settings_wish wanted) {
        const auto made = ask(std::move(wanted));
        return made ? "taken" : made.error().code;
    }
    [[nodiscard]] std::string file() const {
        std::ifstream from(here.path() / "forms/demo.yaml");
        return {std::istreambuf_iterator<char>(from), {}};
    }
    [[nodiscard]] std::string value(std::string_view path) const {
        return settings.now()->from.tenants.find("demo")->second.find(path)->text;
    }

    installation here;
    fake_clock time;
    config_settings settings{loaded(here)};
    std::string veto;
    reloader reloading{settings, time,
                       [this](const config::configuration&, reloader::intent) -> result<reloader::following> {
                           if (!veto.empty()) return invalid("plugin_unusable", veto);
                           return reloader::following{};
                       },
                       sections};
    std::vector<std::string> told;
    settings_desk desk{settings,
                       [this](const reloader::proposing& what, reloader::intent wanted, const reload_asker& who) {
                           return reloading.change(what, {}, wanted, who);
                       },
                       [this](const kernel::caller&, json::array changes, std::uint64_t, auto then) {
                           told.push_back(json::serialize(changes));
                           then();
                       }};
};

TEST_F(forms_at_work, a_wish_is_written_and_holds) {
    const auto made = ask(wish(R"({"reactions.most": 7})", R"({"reactions": true})"));
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->at("applied"), true);
    EXPECT_EQ(made->at("generation"), 2);
    EXPECT_EQ(made->at("revision").as_string(), form_revision(*settings.now(), "demo", ""));
    EXPECT_EQ(made->at("plugins").at(0).at("on"), true);
    EXPECT_THAT(file(), EndsWith("\nreactions:\n  most: 7\nplugins:\n  enable: [\"reactions\"]\n"));
    EXPECT_EQ(value("reactions.most"), "7");
    ASSERT_EQ(told.size(), 1U);
    EXPECT_THAT(told[0], HasSubstr("reactions.most"));
    // What is loaded from the disk is the same.
    EXPECT_TRUE(config::make_plan(*settings.now(), *loaded(here)).empty());
    EXPECT_EQ(reloading.state().last, reload_result::none) << "it says nothing about the operator's files";
}

TEST_F(forms_at_work, a_dry_run_says_the_same_and_does_nothing) {
    auto wanted = wish(R"({"reactions.most": 7})");
    wanted.dry_run = true;
    const auto made = ask(wanted);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->at("changes").at(0).at("to"), "7");
    EXPECT_EQ(made->at("applied"), false);
    EXPECT_FALSE(std::filesystem::exists(here.path() / "forms"));
    EXPECT_EQ(value("reactions.most"), "40");
    EXPECT_THAT(told, IsEmpty());
}

TEST_F(forms_at_work, a_plugin_that_objects_is_heard_before_anything_is_written) {
    veto = "demo: the plugin reactions needs rest.";
    const auto made = ask(wish(R"({"reactions.most": 7})"));
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, "plugin_refuses");
    EXPECT_EQ(made.error().message, veto);
    EXPECT_FALSE(std::filesystem::exists(here.path() / "forms"));
    EXPECT_EQ(reloading.state().generation, 1U);
}

TEST_F(forms_at_work, what_is_on_the_disk_and_not_loaded_stays_so) {
    here.write("tenants/demo.yaml", "display_name: Half");
    here.write("parley.yaml", "server: {port: 0, data_directory: var}\nplugins: [");
    ASSERT_TRUE(ask(wish(R"({"reactions.most": 7})")));
    EXPECT_EQ(value("display_name"), "Demo");
    here.write("forms/demo.yaml", "reactions: {most: 9}\n");
    EXPECT_EQ(refusal(wish(R"({"reactions.most": 8})")), "settings_edited");
    std::filesystem::remove(here.path() / "forms/demo.yaml");
    EXPECT_EQ(refusal(wish(R"({"reactions.most": 8})")), "settings_edited");
    EXPECT_EQ(value("reactions.most"), "7");
}

TEST_F(forms_at_work, values_arrive_as_they_were_meant) {
    const std::string hostile = "\"}: [x, #y]\n\ttab 'q' \\ \xC3\xA9 \xF0\x9F\x98\x80 yes";
    json::object changes{{"reactions.title", hostile}};
    auto wanted = wish("{}");
    wanted.changes = changes;
    ASSERT_TRUE(ask(wanted));
    EXPECT_EQ(value("reactions.title"), hostile);
    EXPECT_EQ(loaded(here)->from.tenants.find("demo")->second.find("reactions.title")->text, hostile);
    for (const std::string_view bad : {"a\x1B[1m", "a\xE2\x80\xAE", "\xFF"}) {
        wanted = wish("{}");
        wanted.changes = {{"reactions.title", bad}};
        EXPECT_EQ(refusal(wanted), "setting_invalid");
    }
    EXPECT_EQ(refusal(wish(R"({"reactions.title": "true"})")), "taken");
    EXPECT_EQ(value("reactions.title"), "true");
    EXPECT_EQ(refusal(wish(R"({"reactions.title": true})")), "setting_invalid");
}

TEST_F(forms_at_work, problems_are_told_without_the_operators) {
    const auto& now = *settings.now();
    const config::problem own{"/etc/parley/forms/demo.yaml", 1, 1, "reactions.most", "expected less"};
    const config::problem others{"/etc/parley/parley.yaml", 3, 1, "server.operator_token", "cannot be read: /secret"};
    EXPECT_EQ(told_of(now, wish(R"({"reactions.most": 7})"), {others, own}).field, "changes.reactions.most");
    EXPECT_EQ(told_of(now, wish(R"({"reactions.title": "x"})"), {others, own}).message,
              "reactions.most: expected less.");
    EXPECT_EQ(told_of(now, wish(R"({"reactions.title": "x"})"), {others, own}).field, "");
    const auto silent = told_of(now, wish("{}"), {others});
    EXPECT_EQ(silent.kind, fault::unavailable);
    EXPECT_THAT(silent.message, Not(HasSubstr("secret")));
}

TEST_F(forms_at_work, where_it_cannot_write_it_says_so) {
    EXPECT_EQ(why_no_forms(*settings.now()), "");
    here.write("forms", "no folder");
    EXPECT_THAT(why_no_forms(*settings.now()), HasSubstr("cannot write into the folder forms"));
    const auto made = ask(wish(R"({"reactions.most": 7})"));
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().kind, fault::unavailable);
    EXPECT_THAT(made.error().message, Not(HasSubstr(here.path().string())));
    EXPECT_EQ(value("reactions.most"), "40");
    EXPECT_EQ(reloading.state().generation, 1U);
}

}  // namespace
}  // namespace parley::server
