// The operator's tenants on a database of their own: made whole or not at all, closed, opened, counted.
#include "server/tenant_desk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "kernel/accounts.hpp"
#include "kernel/passwords.hpp"
#include "server/testing/installation.hpp"
#include "server/workspace.hpp"

namespace parley::server {
namespace {
namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::installation;
using ::testing::IsEmpty;

class tenants_at_the_desk : public ::testing::Test {
protected:
    tenants_at_the_desk() {
        std::filesystem::create_directory(here.path() / "var");
        here.write("tenants/demo.yaml", "hosts: [demo.test]\n");
        settings.replace(loaded(here));
        if (const auto made = here.run({"migrate", "up"}); made.code != 0) throw std::runtime_error(made.err);
        auto opened = workspace::open(settings.now(), here.migrations());
        if (!opened) throw std::runtime_error(opened.error().message);
        work = std::move(*opened);
        desk.emplace(tenant_desk::surroundings{
            .in_force = settings,
            .store = work->store(),
            .env = work->env(),
            .change =
                [this](const reloader::proposing& what, reloader::intent wanted, const reload_asker& who) {
                    auto made = reloading.change(what, {}, wanted, who);
                    if (after_change) after_change();
                    return made;
                },
            .changed =
                [this](const reload_outcome& made, const reload_asker& who) {
                    for (const auto& one : made.changes.changes)
                        told.push_back(one.scope + " " + one.path + " " + who.address);
                }});
    }

    static std::shared_ptr<const config::configuration> loaded(const installation& from) {
        auto made = from.load();
        if (!made) throw std::runtime_error(made.error().front().text());
        return *made;
    }
    transport::http_response ask(std::string method, const std::string& name = {}, std::string body = {}) {
        const auto path = "/api/v1/operator/tenants" + (name.empty() ? name : "/" + name);
        EXPECT_TRUE(tenant_desk::takes(path));
        return desk->answer({.method = std::move(method),
                             .target = path,
                             .headers = {{"Content-Type", "application/json; charset=utf-8"}},
                             .body = std::move(body),
                             .remote = "192.0.2.1",
                             .request_id = "r-1"});
    }
    static std::string said(const transport::http_response& of) {
        const auto body = json::parse(of.body).as_object();
        const auto field = [&](const char* name) {
            const auto* found = body.if_contains(name);
            return found != nullptr && found->is_string() ? " " + std::string(found->as_string()) : std::string();
        };
        return std::to_string(of.status) + field("code") + field("field");
    }
    json::array list() { return json::parse(ask("GET").body).at("tenants").as_array(); }
    json::object listed(std::string_view name) {
        for (const auto& one : list())
            if (one.at("name").as_string() == name) return one.as_object();
        return {};
    }
    [[nodiscard]] std::string form_of(const std::string& name) const {
        std::ifstream from(here.path() / "forms" / (name + ".yaml"));
        return {std::istreambuf_iterator<char>(from), {}};
    }

    installation here;
    fake_clock time;
    config_settings settings{loaded(here)};
    reloader reloading{settings, time};
    std::unique_ptr<workspace> work;
    std::function<void()> after_change;
    std::vector<std::string> told;
    std::optional<tenant_desk> desk;
};

constexpr const char* zoo = R"({"name": "zoo", "hosts": ["zoo.test"], "display_name": "The zoo", "cages": 7,
                                "administrator": {"username": "Zoe", "display_name": "Zoe Z."}})";

TEST_F(tenants_at_the_desk, one_more_is_made_with_an_administrator_who_may_choose_a_password) {
    EXPECT_THAT(list(), IsEmpty());
    const auto made = ask("POST", {}, zoo);
    ASSERT_EQ(made.status, 201) << made.body;
    const auto body = json::parse(made.body).as_object();
    EXPECT_EQ(body.at("ignored"), json::array{"cages"});
    EXPECT_EQ(body.at("tenant").at("hosts"), json::array{"zoo.test"});
    EXPECT_EQ(body.at("administrator").at("username"), "zoe");
    EXPECT_EQ(settings.tenant_of_host("zoo.test"), "zoo");
    EXPECT_THAT(told, ElementsAre("tenant/zoo display_name 192.0.2.1", "tenant/zoo hosts 192.0.2.1"));

    const auto there = listed("zoo");
    EXPECT_EQ(there.at("users"), 1);
    EXPECT_EQ(there.at("conversations"), 1) << "her own notes";
    EXPECT_EQ(there.at("messages"), 0);
    EXPECT_EQ(there.at("enabled"), true);
    EXPECT_EQ(there.at("display_name"), "The zoo");

    const auto system = work->system_in("zoo").value();
    const std::string code(body.at("administrator").at("code").as_string());
    const auto whose =
        work->read(system, [&](kernel::reading& from) { return kernel::check_reset_link(work->env(), from, code); });
    ASSERT_TRUE(whose) << whose.error().message;
    const auto zoe = work->read(system, [&](kernel::reading& from) { return result<user>(*from.find_user("zoe")); });
    EXPECT_EQ(zoe->id, *whose);
    EXPECT_EQ(zoe->role, "admin");
    EXPECT_EQ(zoe->display_name, "Zoe Z.");
}

TEST_F(tenants_at_the_desk, a_look_makes_nothing) {
    auto wanted = json::parse(zoo).as_object();
    wanted["dry_run"] = true;
    const auto look = ask("POST", {}, json::serialize(wanted));
    ASSERT_EQ(look.status, 200) << look.body;
    EXPECT_EQ(json::parse(look.body).at("applied"), false);
    EXPECT_EQ(json::parse(look.body).at("plan").at("changes").as_array().size(), 2U);
    EXPECT_THAT(list(), IsEmpty());
    EXPECT_EQ(form_of("zoo"), "");
    EXPECT_THAT(told, IsEmpty());
}

TEST_F(tenants_at_the_desk, what_cannot_be_made_leaves_nothing_behind) {
    const std::vector<std::pair<std::string, std::string>> refused{
        {R"({"name": "Zoo", "administrator": {"username": "zoe"}})", "400 name_invalid name"},
        {R"({"administrator": {"username": "zoe"}})", "400 name_invalid name"},
        {R"({"name": 7, "administrator": {"username": "zoe"}})", "400 field_type name"},
        {R"({"name": "zoo"})", "400 username_invalid administrator.username"},
        {R"({"name": "zoo", "administrator": "zoe"})", "400 field_type administrator"},
        {R"({"name": "zoo", "administrator": {"username": "zoe", "display_name": "\u0007"}})",
         "400 text_has_control administrator.display_name"},
        {R"({"name": "zoo", "hosts": ["demo.test"], "administrator": {"username": "zoe"}})",
         "422 configuration_invalid"},
        {R"({"name": "zoo", "hosts": "zoo.test", "administrator": {"username": "zoe"}})", "422 configuration_invalid"},
        {R"({"name": "zoo", "enabled": "perhaps", "administrator": {"username": "zoe"}})", "422 configuration_invalid"},
        {"[]", "400 json_not_object"}};
    for (const auto& [body, why] : refused) {
        EXPECT_EQ(said(ask("POST", {}, body)), why) << body;
        EXPECT_THAT(list(), IsEmpty()) << body;
        EXPECT_EQ(form_of("zoo"), "") << body;
    }
    ASSERT_EQ(ask("POST", {}, zoo).status, 201);
    EXPECT_EQ(said(ask("POST", {}, zoo)), "409 tenant_exists name");
    EXPECT_EQ(listed("zoo").at("users"), 1);
}

TEST_F(tenants_at_the_desk, what_broke_off_is_taken_back_and_may_be_asked_for_again) {
    after_change = [this] { work->store().stop(); };
    EXPECT_EQ(ask("POST", {}, zoo).status, 503);
    EXPECT_FALSE(settings.tenant_of_host("zoo.test")) << "no host leads to what is not there";
    EXPECT_EQ(form_of("zoo").find("zoo.test"), std::string::npos);
    EXPECT_THAT(told, IsEmpty());
}

TEST_F(tenants_at_the_desk, a_row_without_people_is_completed) {
    ASSERT_TRUE(work->create_tenant("zoo"));
    auto again = workspace::open(settings.now(), here.migrations());
    ASSERT_TRUE(again) << again.error().message;
    work = std::move(*again);
    desk.emplace(tenant_desk::surroundings{
        .in_force = settings,
        .store = work->store(),
        .env = work->env(),
        .change = [this](const reloader::proposing& what, reloader::intent wanted,
                         const reload_asker& who) { return reloading.change(what, {}, wanted, who); },
        .changed = [](const reload_outcome&, const reload_asker&) {}});
    EXPECT_EQ(listed("zoo").at("users"), 0);
    EXPECT_EQ(ask("POST", {}, zoo).status, 201);
    EXPECT_EQ(listed("zoo").at("users"), 1);
}

TEST_F(tenants_at_the_desk, one_is_closed_and_opened_again) {
    ASSERT_EQ(ask("POST", {}, zoo).status, 201);
    told.clear();
    const auto look = ask("PATCH", "zoo", R"({"enabled": false, "dry_run": true})");
    EXPECT_EQ(json::parse(look.body).at("enabled"), true);
    EXPECT_TRUE(settings.of("zoo")->enabled);
    EXPECT_THAT(told, IsEmpty());

    const auto closed = ask("PATCH", "zoo", R"({"enabled": false})");
    ASSERT_EQ(closed.status, 200) << closed.body;
    EXPECT_EQ(json::parse(closed.body).at("enabled"), false);
    EXPECT_FALSE(settings.of("zoo")->enabled);
    EXPECT_TRUE(settings.of("demo")->enabled);
    EXPECT_EQ(listed("zoo").at("enabled"), false);
    EXPECT_EQ(listed("zoo").at("users"), 1) << "nothing is taken away";
    EXPECT_FALSE(loaded(here)->tenant("zoo").enabled) << "also after a restart";
    EXPECT_THAT(form_of("zoo"), HasSubstr("enabled: false"));
    EXPECT_THAT(told, ElementsAre("tenant/zoo enabled 192.0.2.1"));

    EXPECT_EQ(json::parse(ask("PATCH", "zoo", R"({"enabled": true})").body).at("enabled"), true);
    EXPECT_TRUE(settings.of("zoo")->enabled);
    EXPECT_EQ(settings.tenant_of_host("zoo.test"), "zoo") << "the rest is as it was";
}

TEST_F(tenants_at_the_desk, the_operators_word_holds_also_where_nothing_is_set_in_forms) {
    here.write("parley.yaml", "server: {port: 0, data_directory: var}\nplugins: {forms: false}\n");
    ASSERT_TRUE(reloading.reload({}).applied());
    ASSERT_EQ(ask("POST", {}, zoo).status, 201);
    EXPECT_EQ(ask("PATCH", "zoo", R"({"enabled": false})").status, 200);
    EXPECT_FALSE(settings.of("zoo")->enabled);
    EXPECT_THAT(loaded(here)->passed_over, IsEmpty());
}

TEST_F(tenants_at_the_desk, nothing_else_is_taken) {
    ASSERT_EQ(ask("POST", {}, zoo).status, 201);
    EXPECT_EQ(said(ask("PATCH", "nobody", R"({"enabled": false})")), "404 tenant_unknown name");
    EXPECT_EQ(said(ask("PATCH", "demo", R"({"enabled": false})")), "404 tenant_unknown name") << "it has no row";
    EXPECT_EQ(said(ask("PATCH", "zoo", R"({"messages.max_bytes": 7})")), "400 nothing_to_change enabled");
    EXPECT_EQ(said(ask("PATCH", "zoo", R"({"name": "zoe"})")), "400 nothing_to_change enabled");
    EXPECT_EQ(said(ask("PATCH", "..%2Fzoo", R"({"enabled": false})")), "400 name_invalid name");
    EXPECT_EQ(said(ask("PATCH", "zoo/x", R"({"enabled": false})")), "400 name_invalid name");
    EXPECT_EQ(said(ask("PATCH", "zoo", R"({"enabled": "no"})")), "422 configuration_invalid");
    EXPECT_EQ(said(ask("DELETE", "zoo")), "405 method_not_allowed");
    EXPECT_EQ(said(ask("PUT")), "405 method_not_allowed");
    for (const char* path : {"/api/v1/operator/tenant", "/api/v1/operator/tenantsx", "/api/v1/operator", ""})
        EXPECT_FALSE(tenant_desk::takes(path)) << path;
    const auto form = desk->answer({.method = "POST",
                                    .target = "/api/v1/operator/tenants",
                                    .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                                    .body = "name=zoo",
                                    .remote = "192.0.2.1",
                                    .request_id = "r-1"});
    EXPECT_EQ(said(form), "415 not_json");
}

TEST_F(tenants_at_the_desk, those_with_a_file_alone_are_named) {
    EXPECT_EQ(json::parse(ask("GET").body).at("only_configured"), json::array{"demo"});
}

}  // namespace
}  // namespace parley::server
