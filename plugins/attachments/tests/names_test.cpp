// Names of strangers, and folders by a template.
#include "names.hpp"

#include <gtest/gtest.h>

using attachments::clean_name;
using attachments::extension_of;
using attachments::folders_by;
using attachments::is_template;

namespace {

TEST(names, are_the_last_part_of_a_path) {
    EXPECT_EQ(clean_name("photo.jpg"), "photo.jpg");
    EXPECT_EQ(clean_name("../../etc/passwd"), "passwd");
    EXPECT_EQ(clean_name("/etc/passwd"), "passwd");
    EXPECT_EQ(clean_name("C:\\Users\\ann\\cv.pdf"), "cv.pdf");
    EXPECT_EQ(clean_name(".."), "file");
    EXPECT_EQ(clean_name(""), "file");
    EXPECT_EQ(clean_name("a/"), "file");
}

TEST(names, have_nothing_that_is_not_seen) {
    EXPECT_EQ(clean_name(std::string_view("a\0b.txt", 7)), "ab.txt");
    EXPECT_EQ(clean_name("a\r\nSet-Cookie: x.txt"), "aSet-Cookie_ x.txt");
    EXPECT_EQ(clean_name("photo\u202Egpj.exe"), "photogpj.exe");
    EXPECT_EQ(clean_name("in\u200Bvoice.pdf"), "invoice.pdf");
    EXPECT_EQ(clean_name("\uFEFFa.txt"), "a.txt");
    EXPECT_EQ(clean_name("a\x1b[31m.txt"), "a[31m.txt");
    EXPECT_EQ(clean_name("a\xff\xc0\xafz.txt"), "az.txt");
    EXPECT_EQ(clean_name("a\xed\xa0\x80.txt"), "a.txt");  // a surrogate
}

TEST(names, what_the_server_has_escaped_is_not_seen_either) {
    EXPECT_EQ(clean_name("photo\\u{202e}gpj.png"), "photogpj.png");
    EXPECT_EQ(clean_name("a\\u{0}b\\u{d}\\u{a}.png"), "ab.png");
    EXPECT_EQ(clean_name("C:\\users\\u{zz}.png"), "u{zz}.png");
}

TEST(names, do_not_begin_like_options_or_hidden_files) {
    EXPECT_EQ(clean_name("-rf"), "rf");
    EXPECT_EQ(clean_name("--help.txt"), "help.txt");
    EXPECT_EQ(clean_name(".htaccess"), "htaccess");
    EXPECT_EQ(clean_name("a.txt. . "), "a.txt");
}

TEST(names, twins_of_slashes_and_dots_are_none) {
    EXPECT_EQ(clean_name("a\u2215b\uFF0Fc\uFF0Etxt"), "a_b_c.txt");
    EXPECT_EQ(extension_of(clean_name("photo.jpg\uFF0Eexe")), "exe");
    EXPECT_EQ(clean_name("Zürich – Menü.pdf"), "Zürich – Menü.pdf");
}

TEST(names, are_no_longer_than_255_bytes_and_keep_their_extension) {
    const auto made = clean_name(std::string(3000, 'a') + ".pdf");
    EXPECT_EQ(made.size(), 255u);
    EXPECT_TRUE(made.ends_with("a.pdf"));
    std::string wide;
    for (int i = 0; i < 200; ++i) wide += "ü";
    const auto cut = clean_name(wide + ".png");
    EXPECT_LE(cut.size(), 255u);
    EXPECT_EQ(clean_name(cut), cut);  // and still UTF-8
}

TEST(names, extensions_are_plain_words) {
    EXPECT_EQ(extension_of("a.tar.GZ"), "gz");
    EXPECT_EQ(extension_of("a"), "");
    EXPECT_EQ(extension_of("a.jp g"), "");
    EXPECT_EQ(extension_of("report.final version with a long end"), "");
}

TEST(names, a_template_knows_its_words_alone) {
    EXPECT_TRUE(is_template("{conversation}/{category}/{date}"));
    EXPECT_TRUE(is_template("archive-1/{tenant}_{model}"));
    for (const char* wrong : {"../{tenant}", "{user}", "{tenant", "a b", "/{tenant}/.x", "Ä"})
        EXPECT_FALSE(is_template(wrong)) << wrong;
}

TEST(names, folders_are_made_of_cleaned_values) {
    const attachments::place_values of{
        .tenant = "../acme", .model = "", .conversation = "12", .category = "image", .date = "2026-01-31"};
    EXPECT_EQ(folders_by("/{tenant}//{model}/{conversation}/", of), "___acme/none/12");
    EXPECT_EQ(folders_by("{category}/{date}", of), "image/2026-01-31");
}

}  // namespace
