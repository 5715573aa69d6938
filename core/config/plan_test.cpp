// What changes between two configurations, and when it takes effect.
#include "config/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/json.hpp"
#include "config/explain.hpp"
#include "config/testing/config_folder.hpp"

namespace parley::config {
namespace {

using testing::config_folder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::string_view first_key = "canary-key-one-0123456789-0123456789";
constexpr std::string_view second_key = "canary-key-two-0123456789-0123456789";

struct file {
    const char* name;
    std::string text;
};

/// A small configuration that a test then changes.
class changing_files {
public:
    changing_files() {
        write("parley.yaml", "server:\n  port: 80\nlog: {level: info}\n");
        write("tenants/acme.yaml", "messages: {max_bytes: 1000}\nhosts: [a.example]\n");
        write("tenants/acme/models/desk.yaml", "messages: {max_graphemes: 10}\n");
    }

    void write(const std::filesystem::path& name, std::string_view text) const { folder_.write(name, text); }
    void remove(const std::filesystem::path& name) const { std::filesystem::remove(folder_.path() / name); }
    [[nodiscard]] std::shared_ptr<const configuration> load() const { return folder_.load().value(); }

    /// The plan's lines from `now` to what the files say, with places relative to the folder.
    [[nodiscard]] std::vector<std::string> lines_from(const configuration& now) const {
        auto made = make_plan(now, *load()).lines();
        const std::string prefix = folder_.path().string() + "/";
        for (auto& line : made)
            if (const auto at = line.find(prefix); at != line.npos) line.erase(at, prefix.size());
        return made;
    }

    config_folder folder_;
};

class planning : public ::testing::Test, protected changing_files {};

TEST(plan, says_each_kind_of_change) {
    struct {
        const char* what;
        std::vector<file> files;
        std::vector<std::string> lines;
    } const table[] = {
        {"nothing", {}, {}},
        {"the same value in another line", {{"parley.yaml", "# word\nserver: {port: 80}\nlog: {level: info}\n"}}, {}},
        {"a default written out", {{"parley.yaml", "server: {port: 80, threads: 0}\nlog: {level: info}\n"}}, {}},
        {"a setting of the server that has to wait",
         {{"parley.yaml", "server:\n  port: 81\nlog: {level: info}\n"}},
         {"server server.port: 80 -> 81 (at the next start; parley.yaml:2:9)"}},
        {"a live setting of the server",
         {{"parley.yaml", "server:\n  port: 80\nlog: {level: debug}\n"}},
         {"server log.level: \"info\" -> \"debug\" (now; parley.yaml:3:14)"}},
        {"a setting taken out",
         {{"parley.yaml", "log: {level: info}\n"}},
         {"server server.port: 80 -> 8080 (at the next start; default)"}},
        {"a default of all tenants, said once",
         {{"parley.yaml", "server:\n  port: 80\ntenant_defaults: {presence: {typing_seconds: 9}}\n"}},
         {"server tenant_defaults.presence.typing_seconds: 6 -> 9 (now; parley.yaml:3:46)"}},
        {"a tenant's own value and what its model inherits, said once",
         {{"tenants/acme.yaml", "messages: {max_bytes: 2000}\nhosts: [a.example]\n"}},
         {"tenant/acme messages.max_bytes: 1000 -> 2000 (now; tenants/acme.yaml:1:23)"}},
        {"a value taken out, so that the default holds",
         {{"tenants/acme.yaml", "hosts: [a.example]\n"}},
         {"tenant/acme messages.max_bytes: 1000 -> 65536 (now; default)"}},
        {"a model's value",
         {{"tenants/acme/models/desk.yaml", "messages: {max_graphemes: 11}\n"}},
         {"tenant/acme/model/desk messages.max_graphemes: 10 -> 11 (now; tenants/acme/models/desk.yaml:1:27)"}},
        {"a list",
         {{"tenants/acme.yaml", "messages: {max_bytes: 1000}\nhosts: [b.example, a.example]\n"}},
         {"tenant/acme hosts: [\"a.example\"] -> [\"b.example\", \"a.example\"] (now; tenants/acme.yaml:2:1)"}},
        {"a tenant and a model more",
         {{"tenants/zoo.yaml", "display_name: Zoo\n"}, {"tenants/zoo/models/shop.yaml", ""}},
         {"tenant/zoo: has settings of its own from now on",
          "tenant/zoo/model/shop: has settings of its own from now on",
          "tenant/zoo display_name: \"\" -> \"Zoo\" (now; tenants/zoo.yaml:1:15)"}},
    };
    for (const auto& row : table) {
        const changing_files here;
        const auto now = here.load();
        for (const auto& [name, text] : row.files) here.write(name, text);
        EXPECT_EQ(here.lines_from(*now), row.lines) << row.what;
    }
}

TEST_F(planning, says_who_is_gone) {
    const auto now = load();
    std::filesystem::remove_all(folder_.path() / "tenants/acme");
    remove("tenants/acme.yaml");
    EXPECT_THAT(lines_from(*now),
                ElementsAre("tenant/acme: its file is gone; it has what it inherits",
                            "tenant/acme/model/desk: its file is gone; it has what it inherits",
                            "tenant/acme hosts: [\"a.example\"] -> [] (now; default)",
                            "tenant/acme messages.max_bytes: 1000 -> 65536 (now; default)",
                            "tenant/acme/model/desk messages.max_graphemes: 10 -> 8000 (now; default)"));
}

TEST_F(planning, compares_long_texts_to_their_end) {
    const std::string long_text(1000, 'x');
    write("tenants/acme.yaml", "description: " + long_text + "a\n");
    const auto now = load();
    write("tenants/acme.yaml", "description: " + long_text + "b\n");
    EXPECT_EQ(make_plan(*now, *load()).changes.size(), 1U);
}

TEST_F(planning, sees_a_secret_change_and_never_shows_it) {
    write("key", first_key);
    const std::string text = "sessions: {vouch_secret: {secret: {file: key}}}\n";
    write("tenants/acme.yaml", text);
    const auto now = load();
    EXPECT_TRUE(make_plan(*now, *load()).empty());
    write("key", second_key);
    const auto changed = make_plan(*now, *load());
    ASSERT_EQ(changed.changes.size(), 1U);
    EXPECT_EQ(changed.unseen_secrets, 0U);
    EXPECT_THAT(changed.lines()[0], HasSubstr("another value"));
    EXPECT_THAT(changed.lines()[0], Not(HasSubstr("canary")));
}

TEST_F(planning, hides_a_key_that_was_written_into_the_file) {
    write("tenants/acme.yaml", "sessions: {vouch_secret: " + std::string(first_key) + "}\n");
    const auto now = load();
    EXPECT_THAT(explain(*now, "tenant/acme", "sessions.vouch_secret")->front().text(), Not(HasSubstr("canary")));
    EXPECT_THAT(to_text(to_json(take_inventory(*now))), Not(HasSubstr("canary")));
    write("tenants/acme.yaml", "sessions: {vouch_secret: " + std::string(second_key) + "}\n");
    const auto lines = lines_from(*now);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_THAT(lines[0], Not(HasSubstr("canary")));
}

TEST_F(planning, what_was_written_down_compares_like_the_original) {
    const auto now = load();
    const auto read = inventory_of(parse_object(to_text(to_json(take_inventory(*now)))).value());
    ASSERT_TRUE(read);
    EXPECT_TRUE(make_plan(*read, take_inventory(*now)).empty());
    write("tenants/acme.yaml", "messages: {max_bytes: 2000}\n");
    write("tenants/zoo.yaml", "");
    EXPECT_EQ(make_plan(*read, take_inventory(*load())).lines(), make_plan(*now, *load()).lines());
}

TEST_F(planning, what_was_written_down_has_no_secret_and_says_what_it_cannot_know) {
    write("key", first_key);
    write("tenants/acme.yaml", "sessions: {vouch_secret: {secret: {file: key}}}\n");
    const auto text = to_text(to_json(take_inventory(*load())));
    EXPECT_THAT(text, Not(HasSubstr("canary")));
    write("key", second_key);
    const auto made = make_plan(inventory_of(parse_object(text).value()).value(), take_inventory(*load()));
    EXPECT_TRUE(made.empty());
    EXPECT_EQ(made.unseen_secrets, 1U);
}

TEST_F(planning, refuses_what_is_no_inventory) {
    for (const auto* text : {"{}", R"({"server":3})", R"({"server":{"server.port":7}})",
                             R"({"server":{"server.port":{"value":"1","shown":"1"}}})", R"({"tenant/a":{}})"}) {
        EXPECT_FALSE(inventory_of(parse_object(text).value())) << text;
    }
    const auto strange =
        inventory_of(parse_object(R"({"server":{"no.such":{"value":"1","shown":"1","set_by":"default"}}})").value());
    ASSERT_TRUE(strange) << "another version's setting is passed over";
    EXPECT_TRUE(make_plan(*strange, inventory{{"server", {}}}).empty());
}

TEST_F(planning, a_running_server_keeps_what_has_to_wait) {
    const auto now = load();
    write("parley.yaml",
          "server: {port: 81, data_directory: elsewhere}\nlog: {level: debug, format: text, file: log.txt}\n"
          "tenant_defaults: {messages: {max_bytes: 3000}}\n");
    write("tenants/acme.yaml", "hosts: [c.example]\n");
    const auto next = load();
    const auto kept = without_restart(*now, *next);
    EXPECT_EQ(kept->server.server, now->server.server);
    EXPECT_EQ(kept->server.log.least, log::level::debug);
    EXPECT_EQ(kept->server.log.as, log::format::text);
    EXPECT_EQ(kept->server.log.file, "");
    EXPECT_EQ(kept->tenants, next->tenants);
    EXPECT_EQ(kept->tenant("nobody").messages.max_bytes, 3000U);
    EXPECT_EQ(kept->tenant_of_host("c.example"), "acme");
    const auto rest = make_plan(*kept, *next);
    EXPECT_EQ(rest.changes.size(), 3U);
    EXPECT_TRUE(rest.wants_restart());
    EXPECT_TRUE(
        std::ranges::all_of(rest.changes, [](const change& one) { return one.takes_effect == effect::restart; }));
}

TEST(plan, plugins_that_are_replaced_or_wait_for_a_restart_are_named) {
    plan made;
    EXPECT_TRUE(made.empty());
    made.turnovers = {{"reactions", "1.0.0", "1.1.0", ""}};
    EXPECT_FALSE(made.empty());
    EXPECT_FALSE(made.wants_restart());
    made.turnovers.push_back({"polls", "1.0.0", "2.0.0", "its manifest has other jobs"});
    EXPECT_TRUE(made.wants_restart());
    EXPECT_THAT(made.lines(),
                ElementsAre("plugin reactions: 1.0.0 -> 1.1.0, replaced",
                            "plugin polls: 1.0.0 -> 2.0.0, needs a restart: its manifest has other jobs"));
    const auto said = to_json(made).at("replaced").as_array();
    EXPECT_EQ(said[0].at("takes_effect").as_string(), "now");
    EXPECT_EQ(said[1].at("takes_effect").as_string(), "at the next start");
    EXPECT_EQ(said[1].at("why").as_string(), "its manifest has other jobs");
}

TEST(plan, settings_of_tenants_are_all_live) {
    for (const auto& each : kernel_schema().settings) {
        EXPECT_TRUE(each.lowest == level::server || each.live) << each.path << ": without_restart() cannot keep it";
    }
}

}  // namespace
}  // namespace parley::config
