// The plugin in front of a fake host: which file is answered to whom, and which pieces there are.
#include <gtest/gtest.h>

#include <parley/testing/fake_host.hpp>

namespace {

using parley::testing::fake_host;
namespace json = boost::json;

struct webapp_test : testing::Test {
    json::object get(std::string_view command, json::object input = {}) {
        auto got = host.begin_transfer(command, std::move(input));
        EXPECT_TRUE(got.ok()) << got.sentence;
        return got.json.at("reply").as_object();
    }
    std::string path_of(std::string_view command, json::object input = {}) {
        return std::string(get(command, std::move(input)).at("file").at("path").as_string());
    }

    fake_host host;
};

TEST_F(webapp_test, the_root_leads_to_the_page) { EXPECT_EQ(get("webapp.root").at("redirect"), "/webapp/"); }

TEST_F(webapp_test, a_file_is_answered_as_the_browser_takes_it) {
    const json::object plain{{"file", "index-abc.js"}};
    EXPECT_EQ(path_of("webapp.asset", plain), "share:assets/index-abc.js");
    auto asked = plain;
    asked["accepts"] = "gzip, deflate, br, zstd";
    EXPECT_EQ(path_of("webapp.asset", asked), "share:assets/index-abc.js.br");
    EXPECT_EQ(get("webapp.asset", asked).at("headers").at("Content-Encoding"), "br");
    asked["accepts"] = "br;q=0, gzip;q=0.5";
    EXPECT_EQ(path_of("webapp.asset", asked), "share:assets/index-abc.js.gz");
    asked["accepts"] = "brotli, gzipped";
    EXPECT_EQ(path_of("webapp.asset", asked), "share:assets/index-abc.js");
    asked["file"] = "icon-192.png";
    asked["accepts"] = "br";
    EXPECT_EQ(path_of("webapp.file", asked), "share:icon-192.png") << "pictures are compressed already";
}

TEST_F(webapp_test, the_page_may_change_and_what_has_a_hash_may_not) {
    EXPECT_EQ(get("webapp.page").at("file").at("cache"), "no-cache");
    EXPECT_EQ(get("webapp.asset", {{"file", "a.js"}}).at("file").at("cache"), "public, max-age=31536000, immutable");
}

TEST_F(webapp_test, the_page_runs_nothing_but_own_files) {
    const auto policy = std::string(get("webapp.page").at("headers").at("Content-Security-Policy").as_string());
    EXPECT_NE(policy.find("default-src 'none'; script-src 'self'; style-src 'self';"), std::string::npos) << policy;
    EXPECT_EQ(policy.find("unsafe"), std::string::npos);
    EXPECT_EQ(policy.find('*'), std::string::npos);
}

TEST_F(webapp_test, names_that_no_page_has_are_unknown) {
    for (const auto* name :
         {"../parley.yaml", "a/b.js", ".env.js", "index.html.br", "parley.yaml", "x.db", "..", "a b.js"})
        EXPECT_EQ(host.begin_transfer("webapp.file", {{"file", name}}).status, PARLEY_NOT_FOUND) << name;
}

TEST_F(webapp_test, pieces_are_of_those_who_are_on_here_and_answer) {
    host.serve("host.providers/1", {{"plugins", json::array{"reactions", "lost"}}});
    host.serve("reactions.web_piece/1", {{"module", "/reactions/web/piece.js"}, {"style", "/reactions/web/piece.css"}});
    const auto pieces = get("webapp.pieces").at("json").at("pieces").as_array();
    ASSERT_EQ(pieces.size(), 1u) << pieces;
    EXPECT_EQ(pieces[0].at("plugin"), "reactions");
    EXPECT_EQ(pieces[0].at("module"), "/reactions/web/piece.js");
}

}  // namespace
