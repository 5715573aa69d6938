// What a setting's value is, and who set it.
#include "config/explain.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/testing/config_folder.hpp"

namespace parley::config {
namespace {

using ::testing::HasSubstr;

class explaining : public ::testing::Test {
protected:
    explaining() {
        folder_.write("parley.yaml", "server:\n  port: 80\ntenant_defaults:\n  messages:\n    max_bytes: 1000\n");
        folder_.write("tenants/acme.yaml", "messages:\n  max_graphemes: 200\nhosts: [a.example, b.example]\n");
        folder_.write("tenants/acme/models/desk.yaml", "messages: {edit_window_seconds: 60}\n");
        made_ = folder_.load({{"PARLEY_LOG__LEVEL", "debug"}}).value();
    }

    /// "value from place", the place relative to the folder.
    std::string ask(std::string_view scope, std::string_view path) {
        const auto found = explain(*made_, scope, path);
        if (!found) return found.error().code + ": " + found.error().message;
        std::string place = found->front().place();
        const std::string prefix = folder_.path().string() + "/";
        if (place.starts_with(prefix)) place.erase(0, prefix.size());
        return found->front().value + " from " + place;
    }

    testing::config_folder folder_;
    std::shared_ptr<const configuration> made_;
};

TEST_F(explaining, names_file_and_line_variable_or_default) {
    EXPECT_EQ(ask("server", "server.port"), "80 from parley.yaml:2:9");
    EXPECT_EQ(ask("server", "log.level"), "\"debug\" from environment variable PARLEY_LOG__LEVEL");
    EXPECT_EQ(ask("server", "server.address"), "\"127.0.0.1\" from default");
    EXPECT_EQ(ask("server", "tenant_defaults.messages.max_bytes"), "1000 from parley.yaml:5:16");
    EXPECT_EQ(ask("server", "tenant_defaults.messages.max_graphemes"), "8000 from default");
}

TEST_F(explaining, follows_the_layers) {
    EXPECT_EQ(ask("tenant/acme", "messages.max_graphemes"), "200 from tenants/acme.yaml:2:18");
    EXPECT_EQ(ask("tenant/acme", "messages.max_bytes"), "1000 from parley.yaml:5:16");
    EXPECT_EQ(ask("tenant/acme", "hosts"), "[\"a.example\", \"b.example\"] from tenants/acme.yaml:3:1");
    EXPECT_EQ(ask("tenant/acme/model/desk", "messages.edit_window_seconds"),
              "60 from tenants/acme/models/desk.yaml:1:33");
    EXPECT_EQ(ask("tenant/acme/model/desk", "messages.max_graphemes"), "200 from tenants/acme.yaml:2:18");
    EXPECT_EQ(ask("tenant/acme/model/unwritten", "messages.max_graphemes"), "200 from tenants/acme.yaml:2:18");
    EXPECT_EQ(ask("tenant/unwritten", "messages.max_bytes"), "1000 from parley.yaml:5:16");
    EXPECT_EQ(ask("tenant/unwritten/model/x", "messages.max_bytes"), "1000 from parley.yaml:5:16");
}

TEST_F(explaining, lists_sections_and_scopes) {
    EXPECT_EQ(explain(*made_, "tenant/acme", "messages")->size(), 3U);
    EXPECT_EQ(explain(*made_, "tenant/acme/model/desk", "")->size(), 7U);
    EXPECT_GT(explain(*made_, "server", "")->size(), 30U);
}

TEST_F(explaining, says_what_it_does_not_know) {
    EXPECT_THAT(ask("server", "server.prot"),
                HasSubstr("unknown_setting: server has no setting server.prot; did you mean server.port?"));
    EXPECT_THAT(ask("tenant/acme", "server.port"), HasSubstr("it is the server's: ask for server server.port"));
    EXPECT_THAT(ask("server", "messages.max_bytes"), HasSubstr("ask for tenant_defaults.messages.max_bytes"));
    EXPECT_THAT(ask("tenant/acme/model/desk", "hosts"), HasSubstr("it belongs to a tenant"));
    for (const auto* scope : {"", "tenant", "tenant/", "tenant/../x", "tenant/a/b", "tenant/a/model/", "planet/x"}) {
        EXPECT_THAT(ask(scope, "messages.max_bytes"), HasSubstr("unknown_scope: ")) << scope;
    }
}

TEST_F(explaining, reads_like_an_answer) {
    EXPECT_EQ(
        explain(*made_, "tenant/acme", "presence.typing_seconds")->front().text(),
        "presence.typing_seconds = 6\n"
        "  from default\n"
        "  A sign of typing that is not repeated for so long ends by itself.\n"
        "  a whole number from 2 to 60; default 6; a new value takes effect when the configuration is reloaded\n");
}

}  // namespace
}  // namespace parley::config
