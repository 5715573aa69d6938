// Which of a reload's changes each tenant's audit log tells.
#include "server/settings_audit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <stdexcept>

#include "config/load.hpp"
#include "config/testing/config_folder.hpp"

namespace parley::server {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class SettingsAudit : public ::testing::Test {
protected:
    std::shared_ptr<const config::configuration> load() {
        auto made = config::load(folder.path() / "parley.yaml", {});
        if (!made) throw std::runtime_error(made.error().front().text());
        return *made;
    }
    std::string told(std::string_view tenant) {
        const auto own = config::take_inventory(*after);
        const auto file = own.find("tenant/" + std::string(tenant));
        return boost::json::serialize(changes_for(tenant, config::make_plan(*before, *after),
                                                  file == own.end() ? config::listed_values{} : file->second));
    }
    config::testing::config_folder folder;
    std::shared_ptr<const config::configuration> before;
    std::shared_ptr<const config::configuration> after;
};

TEST_F(SettingsAudit, TellsEachTenantWhatConcernsIt) {
    folder.write("parley.yaml", "tenant_defaults: {presence: {typing_seconds: 6}}\n");
    folder.write("tenants/acme.yaml", "messages: {max_bytes: 2000}\n");
    folder.write("tenants/globex.yaml", "presence: {typing_seconds: 4}\n");
    before = load();
    folder.write("parley.yaml",
                 "tenant_defaults: {presence: {typing_seconds: 9}}\nhttp: {json_depth: 8}\nlog: {level: error}\n");
    folder.write("tenants/acme.yaml", "messages: {max_bytes: 3000}\n");
    after = load();
    EXPECT_EQ(told("acme"), R"([{"setting":"presence.typing_seconds","from":"6","to":"9"},)"
                            R"({"setting":"messages.max_bytes","from":"2000","to":"3000"}])");
    EXPECT_EQ(told("globex"), "[]") << "its own file stands above the default, and the server's settings are not its";
    EXPECT_EQ(told("no-file"), R"([{"setting":"presence.typing_seconds","from":"6","to":"9"}])");
}

TEST_F(SettingsAudit, ShowsNeitherSecretsNorWhereTheyAre) {
    folder.write("parley.yaml", "");
    folder.write("canary-key", "canary-0123456789-0123456789-0123456789");
    folder.write("tenants/acme.yaml", "display_name: Acme\n");
    before = load();
    folder.write("tenants/acme.yaml", "display_name: Acme\nsessions: {vouch_secret: {secret: {file: canary-key}}}\n");
    after = load();
    EXPECT_THAT(told("acme"),
                AllOf(HasSubstr("sessions.vouch_secret"), HasSubstr("a secret"), Not(HasSubstr("canary"))));
}

}  // namespace
}  // namespace parley::server
