// What administrators read of settings: values with who said them, and nothing that is secret.
#include "server/tenant_office.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <stdexcept>

#include "config/load.hpp"
#include "config/testing/config_folder.hpp"

namespace parley::server {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;

class settings_of_a_tenant : public ::testing::Test {
protected:
    json::object page(std::string_view tenant, std::string_view model = {}) {
        const auto made = config::load(folder.path() / "parley.yaml", {});
        if (!made) throw std::runtime_error(made.error().front().text());
        const auto shown = settings_page(**made, tenant, model);
        if (!shown) throw std::runtime_error(shown.error().code);
        return *shown;
    }
    static json::object setting(const json::object& page, std::string_view name) {
        for (const auto& section : page.at("sections").as_array())
            for (const auto& one : section.at("settings").as_array())
                if (one.at("name").as_string() == name) return one.as_object();
        throw std::out_of_range(std::string(name));
    }
    static std::string said(const json::object& page, std::string_view name) {
        const auto one = setting(page, name);
        return json::serialize(one.at("value")) + " " + std::string(one.at("source").as_string()) + " " +
               std::string(one.at("place").as_string());
    }
    config::testing::config_folder folder;
};

TEST_F(settings_of_a_tenant, say_what_holds_and_who_said_so) {
    folder.write("parley.yaml", "tenant_defaults:\n  messages:\n    max_bytes: 2000\n");
    folder.write("tenants/acme.yaml", "presence: {typing_seconds: 6}\n");
    folder.write("tenants/acme/models/desk.yaml", "messages: {edit_window_seconds: 60}\n");
    const auto acme = page("acme");
    EXPECT_EQ(said(acme, "messages.max_bytes"), "2000 server parley.yaml:3");
    EXPECT_EQ(said(acme, "presence.typing_seconds"), "6 tenant tenants/acme.yaml:1");
    EXPECT_EQ(setting(acme, "messages.edit_window_seconds").at("source"), "default");
    EXPECT_EQ(json::serialize(acme.at("models")), "[\"desk\"]");
    EXPECT_EQ(acme.at("file"), "tenants/acme.yaml");
    const auto desk = page("acme", "desk");
    EXPECT_EQ(said(desk, "messages.edit_window_seconds"), "60 model tenants/acme/models/desk.yaml:1");
    EXPECT_EQ(desk.at("file"), "tenants/acme/models/desk.yaml");
    EXPECT_EQ(said(page("other"), "messages.max_bytes"), "2000 server parley.yaml:3");
}

TEST_F(settings_of_a_tenant, have_rules_that_a_form_can_be_made_of) {
    folder.write("parley.yaml", "{}\n");
    const auto one = setting(page("acme"), "messages.max_bytes");
    EXPECT_EQ(one.at("rules").at("type"), "integer");
    EXPECT_TRUE(one.at("rules").as_object().contains("minimum"));
    EXPECT_EQ(one.at("default"), one.at("value"));
    EXPECT_FALSE(one.at("sentence").as_string().empty());
}

TEST_F(settings_of_a_tenant, are_the_tenants_alone) {
    folder.write("parley.yaml", "server: {operator_token: an-operators-token-of-32-or-more-characters}\n");
    folder.write("tenants/acme.yaml", "{}\n");
    folder.write("tenants/rival.yaml", "display_name: Rivals and Sons\n");
    const auto text = json::serialize(page("acme"));
    EXPECT_THAT(text, Not(HasSubstr("an-operators-token")));
    EXPECT_THAT(text, Not(HasSubstr("operator_token")));
    EXPECT_THAT(text, Not(HasSubstr("Rivals")));
}

TEST_F(settings_of_a_tenant, never_show_a_secret) {
    folder.write("secret", "hunter2-hunter2-hunter2-hunter2-hunter2\n");
    folder.write("parley.yaml", "{}\n");
    folder.write("tenants/acme.yaml",
                 "sign_in_providers:\n  - {name: desk, issuer: \"https://id.example.org\", client_id: parley, "
                 "client_secret: {secret: {file: secret}}}\n"
                 "sessions: {vouch_secret: {secret: {file: secret}}}\n");
    const auto shown = page("acme");
    const auto text = json::serialize(shown);
    EXPECT_THAT(text, Not(HasSubstr("hunter2")));
    EXPECT_THAT(text, HasSubstr("id.example.org"));
    EXPECT_EQ(setting(shown, "sign_in_providers").at("masked"), true);
    EXPECT_EQ(setting(shown, "messages.max_bytes").at("masked"), false);
    const auto vouching = setting(shown, "sessions.vouch_secret");
    EXPECT_EQ(vouching.at("secret"), true);
    EXPECT_EQ(vouching.at("value"), true) << "that there is one, and no more";
    EXPECT_TRUE(vouching.at("default").is_null());
}

TEST_F(settings_of_a_tenant, of_an_unknown_model_are_not_there) {
    folder.write("parley.yaml", "{}\n");
    EXPECT_THROW((void)page("acme", "nowhere"), std::runtime_error);
}

}  // namespace
}  // namespace parley::server
