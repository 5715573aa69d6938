// The plugin in front of a fake host: which pages may show it, and whose conversation the door opens.
#include <gtest/gtest.h>

#include <parley/testing/fake_host.hpp>

namespace {

using parley::testing::answer;
using parley::testing::fake_host;
namespace json = boost::json;

constexpr auto site = "https://www.example.org";

json::object get(fake_host& host, std::string_view command, json::object input = {}) {
    auto got = host.begin_transfer(command, std::move(input));
    EXPECT_TRUE(got.ok()) << got.sentence;
    return got.json.at("reply").as_object();
}

std::string policy_of(fake_host& host) {
    return std::string(get(host, "widget.frame").at("headers").at("Content-Security-Policy").as_string());
}

TEST(widget_frame, is_shown_by_no_page_that_is_not_named) {
    fake_host host;
    EXPECT_TRUE(policy_of(host).ends_with("; frame-ancestors 'none'")) << policy_of(host);
    host.set({{"sites", {site, "http://localhost:8090"}}});
    EXPECT_TRUE(policy_of(host).ends_with("; frame-ancestors https://www.example.org http://localhost:8090"));
    host.set({{"sites", {"https://a.example; script-src *", "*", "https://*.example.org", "data:x"}}});
    EXPECT_TRUE(policy_of(host).ends_with("; frame-ancestors 'none'")) << policy_of(host);
    host.set({{"demo", true}});
    EXPECT_TRUE(policy_of(host).ends_with("; frame-ancestors 'self'")) << policy_of(host);
}

TEST(widget_frame, runs_nothing_but_own_files) {
    fake_host host;
    const auto policy = policy_of(host);
    EXPECT_TRUE(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';")) << policy;
    EXPECT_EQ(policy.find("unsafe"), std::string::npos);
    EXPECT_EQ(policy.find("script-src *"), std::string::npos);
}

TEST(widget_config, is_told_to_named_sites_alone) {
    fake_host host({{"sites", {site}}, {"greeting", "Hello"}, {"staff", {"ann"}}});
    host.serve("host.providers/1", {{"plugins", json::array{"attachments"}}});
    const auto told = get(host, "widget.config", {{"site", site}}).at("json").as_object();
    EXPECT_EQ(told.at("greeting"), "Hello");
    EXPECT_EQ(told.at("staffed"), true);
    EXPECT_EQ(told.at("files"), true);
    for (const auto* other :
         {"https://evil.example", "https://www.example.org.evil.example", "https://www.example.org/", "", "self"})
        EXPECT_EQ(host.begin_transfer("widget.config", {{"site", other}}).code, "site_unknown") << other;
    host.set({{"demo", true}});
    EXPECT_EQ(get(host, "widget.config", {{"site", "self"}}).at("json").at("staffed"), false);
}

TEST(widget_files, the_loader_is_kept_for_minutes_and_assets_for_ever) {
    fake_host host;
    const auto loader = get(host, "widget.loader", {{"accepts", "gzip, br"}}).at("file").as_object();
    EXPECT_EQ(loader.at("path"), "share:v1.js.br");
    EXPECT_EQ(loader.at("cache"), "public, max-age=300");
    const auto asset = get(host, "widget.asset", {{"file", "frame-abc.js"}}).at("file").as_object();
    EXPECT_EQ(asset.at("path"), "share:assets/frame-abc.js");
    EXPECT_EQ(asset.at("cache"), "public, max-age=31536000, immutable");
    EXPECT_EQ(host.begin_transfer("widget.asset", {{"file", "../frame.html"}}).status, PARLEY_NOT_FOUND);
}

TEST(widget_demo, is_there_only_when_it_is_wanted) {
    fake_host host;
    EXPECT_EQ(host.begin_transfer("widget.demo").status, PARLEY_NOT_FOUND);
    host.set({{"demo", true}});
    EXPECT_EQ(get(host, "widget.demo").at("file").at("path"), "share:demo.html");
}

struct widget_door : testing::Test {
    widget_door() {
        host.answer("conversation.list", {{"conversations", json::array{}}});
        host.answer("user.list", [](const json::object& asked) {
            json::array found;
            for (const auto* name : {"ann", "anna", "bob"})
                if (std::string_view(name).starts_with(asked.at("prefix").as_string()))
                    found.push_back({{"id", name == std::string_view("bob")   ? "22"
                                            : name == std::string_view("ann") ? "21"
                                                                              : "29"},
                                     {"username", name},
                                     {"display_name", ""},
                                     {"disabled", name == std::string_view("bob")}});
            return answer{PARLEY_OK, {{"users", found}, {"next", nullptr}}, {}, {}, {}, {}, {}, {}};
        });
        host.answer("user.me", {{"id", "7"}, {"username", "guest-7"}, {"display_name", "Eve"}, {"disabled", false}});
        host.answer("conversation.create", [this](const json::object& asked) {
            wanted = asked;
            return answer{PARLEY_OK, {{"conversation", shown("55", "7", nullptr)}}, {}, {}, {}, {}, {}, {}};
        });
    }
    static json::object shown(std::string_view id, std::string_view creator, const json::value& archived) {
        return {{"id", id}, {"kind", "contact"}, {"creator", creator}, {"archived_at", archived}};
    }
    void has(json::object conversation) {
        host.answer("conversation.list",
                    {{"conversations", json::array{json::object{{"conversation", std::move(conversation)}}}}});
    }

    fake_host host{{{"staff", {"ann", "bob", "nobody"}}}};
    json::object wanted;
};

TEST_F(widget_door, makes_a_conversation_with_those_of_the_staff_who_are_there) {
    const auto got = host.call("widget.open");
    ASSERT_TRUE(got.ok()) << got.sentence;
    EXPECT_EQ(got.json.at("conversation"), "55");
    EXPECT_EQ(got.json.at("created"), true);
    EXPECT_EQ(wanted.at("kind"), "contact");
    EXPECT_EQ(wanted.at("name"), "Eve");
    EXPECT_EQ(wanted.at("members"), (json::array{"21", "7"}));
    EXPECT_EQ(host.logged().size(), 2u) << "bob is disabled, nobody is not there";
}

TEST_F(widget_door, gives_the_one_that_is_there) {
    has(shown("44", "7", nullptr));
    const auto got = host.call("widget.open");
    EXPECT_EQ(got.json.at("conversation"), "44");
    EXPECT_EQ(got.json.at("created"), false);
    EXPECT_TRUE(wanted.empty());
}

TEST_F(widget_door, archived_ones_and_those_of_others_do_not_count) {
    for (const auto& other : {shown("44", "7", "2026-01-01T00:00:00Z"), shown("45", "8", nullptr)}) {
        has(other);
        EXPECT_EQ(host.call("widget.open").json.at("conversation"), "55");
    }
}

TEST_F(widget_door, without_staff_nobody_is_let_in) {
    host.set({{"staff", {"nobody"}}});
    const auto got = host.call("widget.open");
    EXPECT_EQ(got.status, PARLEY_UNAVAILABLE);
    EXPECT_EQ(got.code, "widget_unstaffed");
}

TEST_F(widget_door, opens_once_at_a_time_for_the_same_visitor) {
    host.hold("conversation.create");
    const auto first = host.begin("widget.open");
    EXPECT_EQ(host.call("widget.open").code, "widget_opening");
    EXPECT_EQ(host.let_go(), 1u);
    EXPECT_TRUE(host.wait(first).ok());
    EXPECT_TRUE(host.call("widget.open").ok()) << "its turn is over";
}

}  // namespace
