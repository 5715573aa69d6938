// Generations: who is on where, in which order, and that what is alike is kept once.
#include "plugins/snapshot.hpp"

#include <gtest/gtest.h>

#include "plugins/discovery.hpp"

namespace parley::plugins {
namespace {

std::unique_ptr<plugin> make(plugin_list& in, std::string id, std::vector<hook_said> hooks) {
    embedded from;
    from.says.id = std::move(id);
    from.says.title = from.says.id;
    from.says.hooks = std::move(hooks);
    auto made = std::make_unique<plugin>(static_cast<std::uint32_t>(in.size()), "", std::move(from));
    made->bind(as_said(made->says()));
    return made;
}

hook_said check_hook(std::vector<std::string> after = {}) {
    hook_said made;
    made.event = "message.send";
    made.after = std::move(after);
    return made;
}

plugin_list three() {
    plugin_list all;
    all.push_back(make(all, "first", {check_hook({"third"})}));
    all.push_back(make(all, "second", {check_hook()}));
    auto amending = check_hook();
    amending.when = phase::amend;
    auto guard = check_hook();
    guard.security = true;
    all.push_back(make(all, "third", {guard, amending}));
    return all;
}

std::string judges_of(const snapshot& in, std::string_view tenant, std::string_view model = {}) {
    std::string made;
    const auto* list = in.at(tenant, model).route->judges_of("message.send");
    if (list == nullptr) return made;
    for (const auto& one : *list) made += one.of->id() + (one.when == phase::amend ? "* " : " ");
    return made;
}

TEST(snapshot, asks_amending_hooks_first_and_each_in_its_order) {
    const auto all = three();
    settings_pool pool;
    choices by;
    by.otherwise.enabled = {"first", "second", "third"};
    by.tenants["acme"].own.enabled = {"second", "first"};
    by.tenants["acme"].models["support"].enabled = {"third"};
    by.tenants["quiet"];
    const auto made = snapshot::make(all, by, pool);
    ASSERT_TRUE(made);
    EXPECT_EQ(judges_of(**made, "anybody"), "third* second third first ");
    EXPECT_EQ(judges_of(**made, "acme"), "second first ");
    EXPECT_EQ(judges_of(**made, "acme", "unknown"), "second first ");
    EXPECT_EQ(judges_of(**made, "acme", "support"), "third* third ");
    EXPECT_EQ(judges_of(**made, "quiet"), "");
    EXPECT_TRUE((*made)->is_on("acme", *all[2]));
    EXPECT_FALSE((*made)->any("quiet", "message.send"));
}

TEST(snapshot, says_every_problem) {
    const auto all = three();
    settings_pool pool;
    choices by;
    by.otherwise.enabled = {"nobody"};
    by.otherwise.settings["first"] = "[1]";
    by.hooks = {{.plugin = "third", .hook = "message.send check", .on_failure = failure_policy::skip},
                {.plugin = "third", .hook = "message.delete check"}};
    const auto made = snapshot::make(all, by, pool);
    ASSERT_FALSE(made);
    ASSERT_EQ(made.error().size(), 4U);
    EXPECT_EQ(made.error()[0],
              "plugin third, hook message.send check: on_failure: skip would let through what it guards "
              "against; accept_risk: true says that this is meant");
    by.otherwise = {};
    by.hooks.pop_back();
    by.hooks.front().accept_risk = true;
    EXPECT_TRUE(snapshot::make(all, by, pool));
}

TEST(snapshot, names_plugins_that_want_to_come_after_each_other) {
    plugin_list all;
    all.push_back(make(all, "a", {check_hook({"b"})}));
    all.push_back(make(all, "b", {check_hook({"a"})}));
    settings_pool pool;
    const auto made = snapshot::make(all, {}, pool);
    ASSERT_FALSE(made);
    EXPECT_NE(made.error().front().find("in a circle"), std::string::npos) << made.error().front();
}

TEST(snapshot, keeps_what_tenants_have_alike_once) {
    const auto all = three();
    settings_pool pool;
    choices by;
    for (int i = 0; i < 1000; ++i) {
        auto& own = by.tenants["tenant" + std::to_string(i)].own;
        own.enabled = {"first", "second", "third"};
        own.settings["first"] = R"({"limit":1})";
    }
    const auto made = snapshot::make(all, by, pool);
    ASSERT_TRUE(made);
    EXPECT_EQ((*made)->routings(), 2U);  // theirs, and that of everybody else
    EXPECT_EQ((*made)->at("tenant1", "").settings, (*made)->at("tenant999", "").settings);
}

TEST(snapshot, settings_keep_their_address_and_number_while_they_do_not_change) {
    const auto all = three();
    settings_pool pool;
    choices by;
    by.otherwise = {.enabled = {"first"}, .settings = {{"first", R"({"limit":1})"}}};
    const auto old = snapshot::make(all, by, pool);
    const auto same = snapshot::make(all, by, pool);
    by.otherwise.settings["first"] = R"({"limit":2})";
    const auto other = snapshot::make(all, by, pool);
    ASSERT_TRUE(old && same && other);
    const auto of = [&](const auto& in) { return in->get()->at("x", "").settings_of(*all[0]); };
    EXPECT_EQ(of(old), of(same));
    EXPECT_NE(of(old)->id, of(other)->id);
}

}  // namespace
}  // namespace parley::plugins
