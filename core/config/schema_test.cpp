// The settings as data: complete, consistent with the plain structs, and every one of them used.
#include "config/schema.hpp"

#include <gtest/gtest.h>

#include "config/json_schema.hpp"
#include "config/testing/config_folder.hpp"
#include "config/typed.hpp"

namespace parley::config {
namespace {

std::int64_t number(const setting& of, std::string_view word) { return of.rules.child(word)->integer; }

/// Of an entry's member: a text by its length or choices, a list by its length and theirs.
bool is_bounded(const node& rules) {
    const auto& type = rules.child("type")->text;
    const bool text = rules.child("maxLength") || rules.child("enum");
    const bool list = rules.child("maxItems") && (rules.find("items.maxLength") || rules.find("items.enum"));
    const bool number = rules.child("minimum") && rules.child("maximum");
    return type == "boolean" || (type == "integer" && number) || (type == "string" && text) ||
           (type == "array" && list);
}

TEST(schema, every_setting_says_what_it_is) {
    ASSERT_GE(kernel_schema().settings.size(), 30U);
    for (const auto& each : kernel_schema().settings) {
        EXPECT_TRUE(each.description.ends_with(".")) << each.path;
        ASSERT_NE(each.rules.child("type"), nullptr) << each.path;
        const auto& type = each.rules.child("type")->text;
        if (type == "integer") {
            ASSERT_TRUE(each.rules.child("minimum") && each.rules.child("maximum")) << each.path;
            EXPECT_LT(number(each, "minimum"), number(each, "maximum")) << each.path;
        } else if (type == "array") {
            EXPECT_TRUE(each.rules.child("maxItems")) << each.path << " has no bound";
            if (each.has_entries())
                for (const auto& inner : each.rules.find("items.properties")->members)
                    EXPECT_TRUE(is_bounded(inner.value)) << each.path << "[]." << inner.key;
            else
                EXPECT_TRUE(each.rules.find("items.maxLength")) << each.path;
        } else if (type == "string") {
            EXPECT_TRUE(each.rules.child("enum") || each.rules.child("maxLength")) << each.path << " has no bound";
        } else {
            EXPECT_EQ(type, "boolean") << each.path;
        }
    }
}

TEST(schema, every_default_is_valid) {
    const auto& schema = kernel_schema();
    EXPECT_TRUE(schema_violations(schema.defaults(level::server, level::server), level::server).empty());
    EXPECT_TRUE(schema_violations(schema.defaults(level::tenant, level::model), level::tenant).empty());
    EXPECT_TRUE(schema_violations(schema.defaults(level::model, level::model), level::model).empty());
}

TEST(schema, tenant_defaults_hold_what_tenants_share) {
    const auto known = kernel_schema().known_to(level::server);
    EXPECT_FALSE(known.contains("tenant_defaults.hosts"));
    EXPECT_TRUE(known.contains("tenant_defaults.messages.max_bytes"));
}

TEST(schema, the_defaults_of_the_structs_are_the_same) {
    const testing::config_folder folder;
    folder.write("parley.yaml", "");
    const auto outcome = folder.load();
    ASSERT_TRUE(outcome);
    const configuration& made = **outcome;
    EXPECT_EQ(made.tenant_defaults, tenant_settings{});
    EXPECT_EQ(made.server.websocket, websocket_settings{});
    EXPECT_EQ(made.server.http, http_settings{});
    EXPECT_EQ(made.server.plugins, plugin_settings{});
    EXPECT_EQ(made.server.bus, bus_settings{});

    listener_settings listener;
    listener.data_directory = folder.path() / "var";
    EXPECT_EQ(made.server.server, listener);

    database_settings database;
    database.url = "sqlite:" + (folder.path() / "var/parley.db").string();
    EXPECT_EQ(made.server.database, database);
    EXPECT_EQ(made.server.log.least, parley::log::settings{}.least);
    EXPECT_EQ(made.server.log.as, parley::log::settings{}.as);
    EXPECT_EQ(made.server.log.file, parley::log::settings{}.file);
}

/// A good value that is not the default.
std::string other_value(const setting& of) {
    const auto& type = of.rules.child("type")->text;
    if (of.check == "address") return "10.9.8.7";
    if (of.check == "network") return "[10.9.8.0/24]";
    if (of.check == "host") return "[other.example]";
    if (of.check == "public_url") return "https://other.example";
    if (of.check == "vouch_secret") return "another secret, and long enough for one";
    if (of.check == "database_url") return "sqlite:other.db";
    if (type == "boolean") return of.fallback.flag ? "false" : "true";
    if (type == "integer") return std::to_string(of.fallback.integer + 1);
    if (const node* choices = of.rules.child("enum")) {
        return choices->items[of.fallback.text == choices->items[0].text ? 1 : 0].text;
    }
    return "other";
}

TEST(schema, every_setting_reaches_its_struct) {
    for (const auto& each : kernel_schema().settings) {
        if (each.at_each_level) continue;  // read from the trees: plugin_scopes_test.cpp
        node value = plain_scalar(other_value(each));
        if (each.rules.child("type")->text == "array") {
            value.kind = node_kind::list;
            value.items = {plain_scalar(value.text.substr(1, value.text.size() - 2))};
        }
        node server = kernel_schema().defaults(level::server, level::server);
        node tenant = kernel_schema().defaults(level::tenant, level::model);
        const auto server_before = server_of(server, "/x");
        const auto tenant_before = tenant_of(tenant);
        const auto model_before = model_of(tenant);
        (each.lowest == level::server ? server : tenant).set(each.path, value);
        const auto after = server_of(server, "/x");
        const bool server_changed = after.server != server_before.server || after.database != server_before.database ||
                                    after.websocket != server_before.websocket || after.http != server_before.http ||
                                    after.plugins != server_before.plugins || after.bus != server_before.bus ||
                                    after.log.least != server_before.log.least ||
                                    after.log.as != server_before.log.as || after.log.file != server_before.log.file;
        EXPECT_EQ(server_changed, each.lowest == level::server) << each.path;
        EXPECT_EQ(tenant_of(tenant) != tenant_before, each.lowest != level::server) << each.path;
        EXPECT_EQ(model_of(tenant) != model_before, each.lowest == level::model) << each.path;
    }
}

}  // namespace
}  // namespace parley::config
