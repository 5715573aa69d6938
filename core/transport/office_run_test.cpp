// What administrators ask about settings, plugins and the server; who else asks is refused.
#include <gtest/gtest.h>

#include "transport/back_office.hpp"
#include "transport/testing/front.hpp"

namespace parley::transport {
namespace {
namespace json = boost::json;
using testing::front;
using testing::text_of;

class some_office final : public back_office {
public:
    const json::object forms{{"writable", true}, {"why_not", ""}, {"file", "forms/acme.yaml"}, {"revision", "1"}};
    settings_wish last;

    result<json::object> settings(std::string_view tenant, std::string_view model) override {
        if (model == "nowhere") return failure(fault::not_found, "model_unknown", "There is none.", "model");
        return json::object{{"tenant", tenant},        {"model", nullptr},
                            {"models", json::array{}}, {"file", "tenants/acme.yaml"},
                            {"forms", forms},          {"sections", json::array{}}};
    }
    void change(settings_wish wish, settings_answer answer) override {
        if (wish.revision != "1")
            return answer(failure(fault::conflict, "settings_changed", "Look again.", "revision"));
        last = wish;
        answer(json::object{{"changes", json::array{}},
                            {"plugins", json::array{}},
                            {"applied", !wish.dry_run},
                            {"generation", 2},
                            {"revision", "2"}});
    }
    result<json::object> plugins(std::string_view, std::string_view model) override {
        if (model == "nowhere") return failure(fault::not_found, "model_unknown", "There is no such model.", "model");
        return json::object{
            {"model", nullptr}, {"models", json::array{}}, {"plugins", json::array{}}, {"forms", forms}};
    }
    json::object configuration() override {
        return {{"generation", 2}, {"loaded_at", "2026-01-31T09:30:00.000000Z"}, {"last_reload", "applied"}};
    }
};

class office_run : public ::testing::Test {
protected:
    office_run() { at.parts().office = &office; }
    front at;
    some_office office;
    user_id root = at.house.add_user("root", "admin");
    user_id max = at.house.add_user("max", "manager");
};

TEST_F(office_run, answers_who_may_see_settings) {
    EXPECT_EQ(text_of(at.ask("settings.list", root, {}), "file"), "tenants/acme.yaml");
    EXPECT_EQ(at.code("settings.list", root, {{"model", "nowhere"}}), "model_unknown");
    EXPECT_TRUE(at.ask("plugins.list", root, {}).at("plugins").as_array().empty());
    const auto state = at.ask("server.state", root, {});
    EXPECT_EQ(state.at("people"), 2);
    EXPECT_EQ(state.at("connections"), 3);
    EXPECT_EQ(state.at("configuration").at("generation"), 2);
}

TEST_F(office_run, changes_what_is_asked_of_the_callers_own_tenant) {
    const json::object changes{{"reactions.max_per_message", 5}};
    const auto made = at.ask("settings.change", root,
                             {{"model", "desk"},
                              {"revision", "1"},
                              {"changes", changes},
                              {"plugins", json::object{{"reactions", nullptr}}},
                              {"dry_run", true}});
    EXPECT_EQ(made.at("applied"), false);
    EXPECT_EQ(office.last.tenant, at.house.as(root).tenant_name);
    EXPECT_EQ(office.last.model, "desk");
    EXPECT_EQ(office.last.changes, changes);
    EXPECT_TRUE(office.last.plugins.at("reactions").is_null());
    EXPECT_EQ(office.last.by.user, root);
    EXPECT_EQ(at.ask("settings.change", root, {{"revision", "1"}}).at("applied"), true);
    EXPECT_EQ(at.code("settings.change", root, {{"revision", "0"}}), "settings_changed");
    EXPECT_EQ(at.code("settings.change", root, {}), "field_missing");
}

TEST_F(office_run, refuses_everybody_else_before_it_looks) {
    for (const auto* name : {"settings.list", "plugins.list", "server.state"})
        EXPECT_EQ(at.code(name, max, {}), "permission_missing") << name;
    EXPECT_EQ(at.code("settings.list", max, {{"model", "nowhere"}}), "permission_missing");
    EXPECT_EQ(at.code("settings.change", max, {{"revision", "0"}}), "permission_missing");
}

TEST_F(office_run, says_so_where_nobody_can_tell) {
    at.parts().office = nullptr;
    EXPECT_EQ(at.code("settings.list", root, {}), "office_closed");
    EXPECT_EQ(at.code("settings.change", root, {{"revision", "1"}}), "office_closed");
}

TEST_F(office_run, lists_accounts_with_their_roles_for_who_manages_them) {
    const auto all = at.ask("account.list", root, {{"limit", 1}});
    ASSERT_EQ(all.at("accounts").as_array().size(), 1U);
    EXPECT_EQ(all.at("accounts").at(0).at("role"), "manager");
    EXPECT_EQ(all.at("accounts").at(0).at("kind"), "person");
    const auto rest = at.ask("account.list", root, {{"after", all.at("next")}});
    ASSERT_EQ(rest.at("accounts").as_array().size(), 1U);
    EXPECT_EQ(rest.at("accounts").at(0).at("username"), "root");
    EXPECT_TRUE(rest.at("next").is_null());
    EXPECT_EQ(at.code("account.list", max, {}), "permission_missing");
}

}  // namespace
}  // namespace parley::transport
