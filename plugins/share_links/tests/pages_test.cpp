// Pages for strangers: nothing that somebody wrote is markup, and nothing in them runs.
#include "pages.hpp"

#include <gtest/gtest.h>

namespace {

using namespace share_links;

const pages its("/share_links/to/abc", words_for("en"));
const listed_file nasty{sdk::id(7), "\"><script>alert(1)</script>'&.png", "image/png", 1234};

std::string text_of(const sdk::reply& page) { return page.text.value_or(""); }

TEST(pages, names_are_never_markup) {
    for (const auto type : {link_type::view_only, link_type::download})
        for (const auto& page : {its.list({nasty}, type, 0, std::nullopt), its.one(nasty, type, 0, true)}) {
            const auto text = text_of(page);
            EXPECT_EQ(text.find("<script"), std::string::npos) << text;
            EXPECT_NE(text.find("&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&#39;&amp;.png"), std::string::npos);
        }
}

TEST(pages, run_nothing_and_say_so) {
    for (const auto& page :
         {its.door(true, pages::door_says::welcome), its.door(true, pages::door_says::password_wrong),
          its.door(false, pages::door_says::too_often, 7), its.list({nasty}, link_type::download, 0, sdk::id(9)),
          its.one(nasty, link_type::view_only, 0, false), its.unknown(), its.over(), its.no_file(),
          its.only_for_viewing(), its.later()}) {
        const auto& policy = page.headers.at("Content-Security-Policy");
        EXPECT_NE(policy.find("default-src 'none'"), std::string::npos);
        EXPECT_EQ(policy.find("script-src"), std::string::npos);
        EXPECT_EQ(policy.find("unsafe"), std::string::npos);
        EXPECT_EQ(text_of(page).find("style="), std::string::npos);
        EXPECT_EQ(page.headers.at("Cache-Control"), "no-store");
    }
}

TEST(pages, say_how_it_went) {
    EXPECT_EQ(its.door(true, pages::door_says::welcome).status, 200);
    EXPECT_EQ(its.door(true, pages::door_says::password_wrong).status, 403);
    const auto slowed = its.door(true, pages::door_says::too_often, 7);
    EXPECT_EQ(slowed.status, 429);
    EXPECT_EQ(slowed.headers.at("Retry-After"), "7");
    EXPECT_EQ(its.unknown().status, 404);
    EXPECT_EQ(its.over().status, 410);
    EXPECT_EQ(its.to_door().status, 303);
    EXPECT_EQ(text_of(its.door(false, pages::door_says::welcome)).find("password"), std::string::npos);
}

TEST(pages, what_is_only_looked_at_has_no_download) {
    EXPECT_EQ(text_of(its.one(nasty, link_type::view_only, 0, false)).find("download"), std::string::npos);
    EXPECT_NE(text_of(its.one(nasty, link_type::download, 0, false)).find("?download=true"), std::string::npos);
    listed_file text = nasty;
    text.type = "text/html";
    EXPECT_NE(text_of(its.list({text}, link_type::view_only, 0, {})).find("cannot be shown"), std::string::npos);
}

TEST(pages, only_what_runs_nothing_is_shown) {
    for (const auto* type : {"text/html", "image/svg+xml", "application/xhtml+xml", "text/javascript", "text/plain",
                             "application/octet-stream", "", "image/png; charset=x"})
        EXPECT_EQ(showing_of(type), showing::not_at_all) << type;
    EXPECT_EQ(showing_of("image/png"), showing::picture);
    EXPECT_EQ(showing_of("video/mp4"), showing::video);
    EXPECT_EQ(showing_of("application/pdf"), showing::document);
}

TEST(pages, say_which_language_they_are_in) {
    const pages arabic("/share_links/to/abc", words_for("ar"));
    for (const auto& page :
         {arabic.door(true, pages::door_says::too_often, 7), arabic.list({nasty}, link_type::download, 0, sdk::id(9)),
          arabic.one(nasty, link_type::view_only, 0, true), arabic.over(), arabic.later()}) {
        EXPECT_NE(text_of(page).find("<html lang=\"ar\" dir=\"rtl\">"), std::string::npos);
        EXPECT_EQ(page.headers.at("Content-Language"), "ar");
        EXPECT_EQ(page.headers.at("Vary"), "Accept-Language");
        EXPECT_EQ(text_of(page).find("<script"), std::string::npos);
        EXPECT_EQ(text_of(page).find('%'), std::string::npos) << text_of(page);
    }
    EXPECT_NE(text_of(arabic.over()).find("انتهت"), std::string::npos);
    EXPECT_NE(text_of(its.over()).find("<html lang=\"en\" dir=\"ltr\">"), std::string::npos);
    EXPECT_NE(text_of(arabic.one(nasty, link_type::view_only, 0, false)).find("<bdi dir=\"ltr\">1970-01-01"),
              std::string::npos);
}

TEST(pages, sizes_are_readable) {
    EXPECT_EQ(size_text(1'250'000'000, words_for("de")), "1,2 GB");
    EXPECT_EQ(size_text(7, words_for("de")), "7 Bytes");
    EXPECT_EQ(size_text(0), "0 bytes");
    EXPECT_EQ(size_text(999), "999 bytes");
    EXPECT_EQ(size_text(1000), "1.0 kB");
    EXPECT_EQ(size_text(999'949), "999.9 kB");
    EXPECT_EQ(size_text(1'000'000), "1.0 MB");
    EXPECT_EQ(size_text(1'250'000'000), "1.2 GB");
    EXPECT_EQ(size_text(1'099'511'627'776), "1.0 TB");
}

}  // namespace
