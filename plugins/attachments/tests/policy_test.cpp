// What is taken as what; with real content, looked at by libmagic.
#include "policy.hpp"

#include <gtest/gtest.h>

#include "kinds.hpp"
#include "sniff.hpp"

namespace {

using namespace attachments;

const std::string png("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\10\2\0\0\0\x90wS\xde", 33);
const std::string jpeg("\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0", 20);
const std::string html = "<!DOCTYPE html><html><body><script>alert(1)</script></body></html>";
const std::string svg =
    "<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
const std::string shell = "#!/bin/sh\nrm -rf /\n";
const std::string elf(
    "\x7f"
    "ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\x3e\0\1\0\0\0",
    24);
const std::string pdf = "%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n";

struct policy : testing::Test {
    [[nodiscard]] std::string take(const std::string& content, const std::string& name) const {
        const auto made = judge_type(types.type_of(content), name, static_cast<std::int64_t>(content.size()), here);
        return made ? made->type : made.error().code;
    }
    sniffer types;
    settings here;
};

TEST_F(policy, the_type_is_found_from_the_content) {
    ASSERT_TRUE(types.works());
    EXPECT_EQ(take(png, "a.png"), "image/png");
    EXPECT_EQ(take(jpeg, "a.JPG"), "image/jpeg");
    EXPECT_EQ(take(png, "no extension"), "image/png");
    EXPECT_EQ(take(pdf, "a.pdf"), "application/pdf");
    EXPECT_EQ(take("just words\n", "a.txt"), "text/plain");
    EXPECT_EQ(take("a,b\n1,2\n3,4\n", "a.csv"), "text/csv");
    EXPECT_EQ(take(std::string(100, '\1'), "a.xyz"), "application/octet-stream");
}

TEST_F(policy, a_name_that_promises_something_else_is_refused) {
    EXPECT_EQ(take(html, "a.jpg"), "type_mismatch");
    EXPECT_EQ(take(svg, "a.png"), "type_mismatch");
    EXPECT_EQ(take("alert(1)", "a.jpg"), "type_mismatch");
    EXPECT_EQ(take(png, "a.pdf"), "type_mismatch");
    EXPECT_EQ(take(png, "a.html"), "type_mismatch");
    EXPECT_EQ(take(png, "photo.jpg.exe"), "type_refused");
    here.mismatched_names = mismatch::keep;
    EXPECT_EQ(take(png, "a.jpg"), "image/png");
    EXPECT_EQ(take(png, "photo.exe"), "type_refused");
}

TEST_F(policy, what_runs_is_never_shown_in_place) {
    EXPECT_EQ(take(html, "a.html"), "text/html");
    EXPECT_EQ(take(html, "notes.txt"), "text/html");
    EXPECT_EQ(take("alert(1)", "a.js"), "text/javascript");
    EXPECT_EQ(take("just words", "a.svg"), "image/svg+xml");
    EXPECT_EQ(take(svg, "a.svg"), "image/svg+xml");
    for (const char* one : {"text/html", "image/svg+xml", "text/javascript", "text/xml", "text/plain",
                            "application/octet-stream", "application/x-executable", "made/up"})
        EXPECT_FALSE(is_shown_in_place(one)) << one;
    EXPECT_TRUE(is_shown_in_place("image/png"));
}

TEST_F(policy, lists_are_globs_and_denied_goes_first) {
    here.allowed_types = {"image/*", "application/pdf"};
    EXPECT_EQ(take(png, "a.png"), "image/png");
    EXPECT_EQ(take("words", "a.txt"), "type_refused");
    here.denied_types = {"IMAGE/PNG"};
    EXPECT_EQ(take(png, "a.png"), "type_refused");
    EXPECT_EQ(take(jpeg, "a.jpg"), "image/jpeg");
    EXPECT_TRUE(matches("*/*", "a/b"));
    EXPECT_FALSE(matches("image/*", "video/image/"));
    EXPECT_FALSE(matches("image/p", "image/png"));
    EXPECT_FALSE(matches("", "image/png"));
}

TEST_F(policy, programs_are_refused_as_the_default_says) {
    EXPECT_EQ(take(elf, "tool"), "type_refused");
    EXPECT_EQ(take(shell, "notes.txt"), "type_refused");
    EXPECT_EQ(take("MZ" + std::string(200, '\0'), "a.exe"), "type_refused");
}

TEST_F(policy, each_category_has_its_limit) {
    here.max_file_size = 100;
    here.max_image_size = 30;
    EXPECT_EQ(take(png, "a.png"), "file_too_large");
    EXPECT_EQ(take(pdf, "a.pdf"), "application/pdf");
    EXPECT_EQ(take(std::string(101, 'a'), "a.txt"), "file_too_large");
    here.max_document_size = 1000;  // cannot be more than all may have
    EXPECT_EQ(most_bytes(here, file_category::document), 100);
    EXPECT_EQ(most_bytes(here), 100);
}

TEST(sniffing, looks_at_the_beginning_alone_and_survives_noise) {
    const sniffer types;
    std::string noise(200'000, '\0');
    std::uint32_t seed = 7;
    for (int round = 0; round < 50; ++round) {
        for (auto& one : noise) one = static_cast<char>((seed = seed * 1'664'525 + 1'013'904'223) >> 24U);
        noise.replace(0, png.size(), round % 2 == 0 ? png : elf);
        EXPECT_FALSE(types.type_of(noise).empty());
    }
}

}  // namespace
