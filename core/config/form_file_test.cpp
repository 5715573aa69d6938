// Files of forms: what may stand there, how it joins the operator's, and the text that the server writes.
#include "config/form_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "config/explain.hpp"
#include "config/plan.hpp"
#include "config/plugin_scopes.hpp"
#include "config/read_yaml.hpp"
#include "config/testing/config_folder.hpp"

namespace parley::config {
namespace {
namespace json = boost::json;
using testing::config_folder;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

plugin_section reactions(std::string id = "reactions") {
    return {.id = std::move(id),
            .sentence = "Emoji on messages.",
            .isolation = "in_process",
            .settings = parse_object(R"({
                "most": {"type": "integer", "minimum": 1, "maximum": 200, "default": 40, "description": "How many."},
                "words": {"type": "array", "maxItems": 9, "items": {"type": "string", "maxLength": 64}, "default": [],
                          "description": "Some."},
                "share": {"type": "number", "minimum": 0, "maximum": 1, "default": 0.5, "description": "How much."},
                "quota": {"type": "integer", "minimum": 0, "maximum": 9, "default": 0, "forms": false,
                          "description": "What the operator gives."},
                "key": {"type": "string", "maxLength": 64, "default": "", "scope": "tenant", "secret": true,
                        "description": "A key."},
                "threads": {"type": "integer", "minimum": 1, "maximum": 8, "default": 2, "scope": "server",
                            "reload": "restart", "description": "Threads."}})")
                            .value(),
            .hooks = {}};
}

class form_files : public ::testing::Test {
protected:
    form_files() { folder.write("parley.yaml", "plugins: {enable: [reactions]}\n"); }

    [[nodiscard]] std::shared_ptr<const configuration> load() const {
        const auto made =
            config::load(folder.path() / "parley.yaml", {}, [](const plugin_settings&, std::vector<std::string>&) {
                return std::vector{reactions(), reactions("guard"), reactions("polls")};
            });
        if (!made) throw std::runtime_error(made.error().front().text());
        return *made;
    }
    static std::string value(const configuration& of, std::string_view scope, std::string_view path) {
        return explain(of, scope, path).value().at(0).value;
    }
    [[nodiscard]] std::vector<std::string> passed_over() const {
        std::vector<std::string> made;
        for (const auto& one : load()->passed_over)
            made.push_back(one.text().substr(folder.path().string().size() + 1));
        return made;
    }
    [[nodiscard]] std::string kept(std::string_view name) const {
        const auto of = load();
        return kept_from_forms(of->server.plugins, *of->known, *of->known->find(name)).value_or("");
    }
    config_folder folder;
};

TEST_F(form_files, hold_over_the_operators_of_the_same_scope) {
    folder.write("tenants/acme.yaml", "reactions: {most: 5, words: [a]}\n");
    folder.write("tenants/acme/models/desk.yaml", "reactions: {most: 6}\n");
    folder.write("forms/acme.yaml", "# by hand\nreactions:\n  most: 7\n");
    const auto made = load();
    EXPECT_EQ(value(*made, "tenant/acme", "reactions.most"), "7");
    EXPECT_EQ(value(*made, "tenant/acme", "reactions.words"), "[\"a\"]");
    EXPECT_EQ(value(*made, "tenant/acme/model/desk", "reactions.most"), "6");
    EXPECT_EQ(value(*made, "tenant/other", "reactions.most"), "40");
    EXPECT_THAT(explain(*made, "tenant/acme", "reactions.most").value().at(0).place(), EndsWith("forms/acme.yaml:3:9"));
    folder.write("forms/acme/models/desk.yaml", "reactions: {most: 8}\n");
    folder.write("forms/other.yaml", "reactions: {most: 9}\n");
    const auto next = load();
    EXPECT_EQ(value(*next, "tenant/acme/model/desk", "reactions.most"), "8");
    EXPECT_EQ(value(*next, "tenant/other", "reactions.most"), "9");
    EXPECT_THAT(make_plan(*made, *next).lines(),
                ElementsAre(HasSubstr("tenant/other: has settings"),
                            AllOf(HasSubstr("desk reactions.most: 6 -> 8 (now;"), HasSubstr("forms/acme/models/desk")),
                            HasSubstr("tenant/other reactions.most: 40 -> 9")));
    EXPECT_THAT(passed_over(), IsEmpty());
}

TEST_F(form_files, switch_one_plugin_and_leave_the_operators_other_switches) {
    folder.write("tenants/acme.yaml", "plugins: {enable: [guard], disable: [reactions]}\n");
    EXPECT_THAT(plugins_on(*load(), "acme", ""), ElementsAre("guard"));
    folder.write("forms/acme.yaml", "plugins: {enable: [polls]}\n");
    EXPECT_THAT(plugins_on(*load(), "acme", ""), ElementsAre("guard", "polls"));
    folder.write("forms/acme.yaml", "plugins: {enable: [reactions], disable: [guard]}\n");
    const auto made = load();
    EXPECT_THAT(plugins_on(*made, "acme", ""), ElementsAre("reactions"));
    EXPECT_THAT(plugins_on(take_inventory(*made), "tenant/acme"), ElementsAre("reactions"));
    EXPECT_THAT(plugins_on(*made, "other", ""), ElementsAre("reactions"));
    // Of a model, too, and where the operator says nothing.
    folder.write("forms/acme/models/desk.yaml", "plugins: {disable: [reactions]}\n");
    EXPECT_THAT(plugins_on(*load(), "acme", "desk"), IsEmpty());
}

TEST_F(form_files, what_does_not_hold_is_passed_over_and_said) {
    folder.write("parley.yaml", "plugins: {enable: [reactions], keep: [guard, reactions.words]}\n");
    folder.write("forms/acme.yaml",
                 "messages: {max_bytes: 5000}\n"
                 "gone: {most: 7}\n"
                 "guard: {most: 7}\n"
                 "plugins: {enable: [gone, polls], disable: [guard]}\n"
                 "reactions: {most: 500, words: [b], share: 0.25, quota: 3, key: k, threads: 3}\n");
    EXPECT_THAT(passed_over(),
                ElementsAre("forms/acme.yaml:1:23: messages.max_bytes: is no plugin's, and the operator's to set",
                            "forms/acme.yaml:2:1: gone: unknown setting",
                            "forms/acme.yaml:3:15: guard.most: is the operator's to set",
                            "forms/acme.yaml:4:20: plugins.enable: gone is no plugin that is loaded",
                            "forms/acme.yaml:4:44: plugins.disable: guard is the operator's to set",
                            "forms/acme.yaml:5:19: reactions.most: expected a whole number from 1 to 200, found 500",
                            "forms/acme.yaml:5:24: reactions.words: is the operator's to set",
                            "forms/acme.yaml:5:56: reactions.quota: is the operator's to set",
                            "forms/acme.yaml:5:64: reactions.key: is a secret, and the operator's to set",
                            "forms/acme.yaml:5:67: reactions.threads: can be set in parley.yaml only, at its top"));
    const auto made = load();
    EXPECT_EQ(value(*made, "tenant/acme", "reactions.share"), "0.25") << "the rest holds";
    EXPECT_EQ(value(*made, "tenant/acme", "reactions.most"), "40");
    EXPECT_THAT(plugins_on(*made, "acme", ""), ElementsAre("polls", "reactions"));
    folder.write("parley.yaml", "plugins: {enable: [reactions], forms: false}\n");
    EXPECT_EQ(value(*load(), "tenant/acme", "reactions.share"), "5E-1");
    EXPECT_THAT(plugins_on(*load(), "acme", ""), ElementsAre("reactions"));
}

TEST_F(form_files, that_are_no_yaml_are_a_problem) {
    folder.write("forms/acme.yaml", "reactions: [\n");
    EXPECT_THROW((void)load(), std::runtime_error);
    folder.write("forms/acme.yaml", "");
    folder.write("forms/A.yaml", "");
    EXPECT_THROW((void)load(), std::runtime_error);
}

TEST_F(form_files, say_which_settings_they_may_have) {
    EXPECT_EQ(kept("reactions.most"), "");
    EXPECT_THAT(kept("reactions.quota"), HasSubstr("the operator's"));
    EXPECT_THAT(kept("reactions.key"), HasSubstr("a secret"));
    EXPECT_THAT(kept("reactions.threads"), HasSubstr("the whole server's"));
    EXPECT_THAT(kept("reactions.isolation"), HasSubstr("the whole server's"));
    EXPECT_THAT(kept("messages.max_bytes"), HasSubstr("no plugin's"));
    EXPECT_THAT(kept("plugins.enable"), HasSubstr("no plugin's"));
    folder.write("parley.yaml", "plugins: {forms: false}\n");
    EXPECT_THAT(kept("reactions.most"), HasSubstr("not set in forms"));
}

TEST_F(form_files, a_word_that_keeps_nothing_is_a_problem) {
    for (const auto* keep : {"reaction", "reactions.mots", "messages.max_bytes"}) {
        folder.write("parley.yaml", "plugins: {keep: [" + std::string(keep) + "]}\n");
        EXPECT_THROW((void)load(), std::runtime_error) << keep;
    }
    folder.write("parley.yaml", "plugins: {keep: [reactions, reactions.most]}\n");
    EXPECT_EQ(load()->server.plugins.keep.size(), 2U);
}

class form_texts : public ::testing::Test {
protected:
    /// Without the lines that say who wrote it.
    static std::string written(std::string_view text, std::string_view settings, std::string_view plugins = "{}") {
        auto made = form_text(text, {parse_object(settings).value(), parse_object(plugins).value()});
        EXPECT_THAT(made, ::testing::StartsWith("# Written by the Parley server: "));
        while (made.starts_with('#')) made.erase(0, made.find('\n') + 1);
        return made;
    }
};

TEST_F(form_texts, are_yaml_that_says_what_was_wanted) {
    const auto text = written("", R"({"reactions.most": 7, "reactions.words": ["a", "b: \"c\"\n"], "x.y": true})",
                              R"({"polls": true, "guard": false})");
    EXPECT_EQ(text,
              "reactions:\n  most: 7\n  words: [\"a\", \"b: \\\"c\\\"\\n\"]\nx:\n  y: true\n"
              "plugins:\n  enable: [\"polls\"]\n  disable: [\"guard\"]\n");
    problem_list problems;
    const auto read = read_yaml(text, std::make_shared<const std::string>("x"), problems);
    ASSERT_TRUE(read && problems.empty());
    EXPECT_EQ(read->find("reactions.words")->items.at(1).text, "b: \"c\"\n");
}

TEST_F(form_texts, keep_what_stood_there_and_take_back_what_is_null) {
    const auto* const before = "reactions: {most: 7, share: 0.250}\nplugins: {enable: [polls, guard]}\n";
    EXPECT_EQ(written(before, R"({"reactions.most": null})", R"({"polls": null})"),
              "reactions:\n  share: 0.250\nplugins:\n  enable: [\"guard\"]\n");
    EXPECT_EQ(written(before, "{}", R"({"polls": false})"),
              "reactions:\n  most: 7\n  share: 0.250\nplugins:\n  enable: [\"guard\"]\n  disable: [\"polls\"]\n");
    EXPECT_EQ(written("reactions: {most: 7}\n", R"({"reactions.most": null})"), "");
}

TEST_F(form_texts, are_called_like_the_operators_files) {
    EXPECT_EQ(form_file("acme", ""), "forms/acme.yaml");
    EXPECT_EQ(form_file("acme", "desk"), "forms/acme/models/desk.yaml");
    source_set all;
    all.file = "config/parley.yaml";
    EXPECT_EQ(form_source(all, "acme", ""), nullptr);
    put_form_source(all, "acme", "", "a: 1\n");
    put_form_source(all, "acme", "desk", "b: 1\n");
    EXPECT_EQ(*form_source(all, "acme", "")->name, "config/forms/acme.yaml");
    EXPECT_EQ(form_source(all, "acme", "desk")->text, "b: 1\n");
    EXPECT_EQ(form_source(all, "acme", "other"), nullptr);
}

}  // namespace
}  // namespace parley::config
