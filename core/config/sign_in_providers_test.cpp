// The list of providers at which people sign in, as operators write it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "config/entries.hpp"
#include "config/inventory.hpp"
#include "config/testing/config_folder.hpp"

namespace parley::config {
namespace {

using testing::config_folder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class sign_in_provider_entries : public ::testing::Test {
protected:
    config_folder folder;

    sign_in_provider_entries() {
        folder.write("parley.yaml", "");
        folder.write("secret", "hush-hush-hush\n");
    }
    std::vector<std::string> problems(const std::string& members) {
        folder.write("tenants/acme.yaml", "sign_in_providers:\n  - {" + members + "}\n");
        return folder.problems();
    }
};

TEST_F(sign_in_provider_entries, are_read_with_their_secrets) {
    EXPECT_THAT(problems("name: corp, issuer: 'https://id.example', client_id: parley, client_secret: {secret: {file: "
                         "secret}}, title: Corp, scopes: 'openid email', role: member, session_hours: 8"),
                IsEmpty());
    const auto made = folder.load().value();
    const auto& one = made->tenant("acme").sign_in_providers.at(0);
    EXPECT_EQ(one.name, "corp");
    EXPECT_EQ(one.title, "Corp");
    EXPECT_EQ(one.client_secret, "hush-hush-hush");
    EXPECT_EQ(one.scopes, "openid email");
    EXPECT_EQ(one.username_claim, "preferred_username");
    EXPECT_EQ(one.role, "member");
    EXPECT_EQ(one.session_hours, 8);
    EXPECT_TRUE(one.create_users);
    EXPECT_FALSE(one.allow_private);
    const auto shown = to_text(to_json(take_inventory(*made)));
    EXPECT_THAT(shown, HasSubstr("<secret from file secret>"));
    EXPECT_THAT(shown, Not(HasSubstr("hush")));
}

TEST_F(sign_in_provider_entries, say_what_is_wrong_and_where) {
    const auto at = [](const std::string& member, const std::string& what) {
        return ElementsAre(::testing::AllOf(HasSubstr("sign_in_providers[0]" + member), HasSubstr(what)));
    };
    EXPECT_THAT(problems("name: corp, issuer: 'https://id.example'"), at("", "at least name, issuer, client_id"));
    const std::string rest = ", client_id: parley";
    EXPECT_THAT(problems("name: Corp, issuer: 'https://id.example'" + rest), at(".name", "expected a name"));
    EXPECT_THAT(problems("name: '../x', issuer: 'https://id.example'" + rest), at(".name", "expected a name"));
    for (const auto* url : {"http://id.example", "id.example", "https://u@id.example", "https://id.example/#f"})
        EXPECT_THAT(problems("name: corp, issuer: '" + std::string(url) + "'" + rest), at(".issuer", "")) << url;
    EXPECT_THAT(problems("name: corp, issuer: 'https://id.example/?a=b'" + rest), at(".issuer", "no query"));
    EXPECT_THAT(problems("name: corp, issuer: 'http://127.0.0.1:1', allow_private: true" + rest), IsEmpty());
    const std::string good = "name: corp, issuer: 'https://id.example'" + rest;
    EXPECT_THAT(problems(good + ", scopes: 'profile openid2'"), at(".scopes", "without openid"));
    EXPECT_THAT(problems(good + ", role: admin"), at(".role", "of guest, member"));
    EXPECT_THAT(problems(good + ", session_hours: 0"), at(".session_hours", "integer"));
    EXPECT_THAT(problems(good + ", client_secret: {secret: {file: absent}}"), at(".client_secret", "no secret from"));
    EXPECT_THAT(problems(good + ", title: {secret: {file: secret}}"), at(".title", "is no secret"));
}

}  // namespace
}  // namespace parley::config
