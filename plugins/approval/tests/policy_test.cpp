// Who has to wait.
#include "policy.hpp"

#include <gtest/gtest.h>

namespace {

using namespace approval;
using attachments::matches;

TEST(policy, needing_approval_goes_before_passing_by_itself) {
    settings here;
    here.auto_approve = {"image/*", "text/plain"};
    here.needs_approval = {"image/svg*", "application/pdf"};
    EXPECT_EQ(why_file_waits("image/png", here), "");
    EXPECT_EQ(why_file_waits("TEXT/plain", here), "");
    EXPECT_EQ(why_file_waits("image/svg+xml", here), "needs_approval");
    EXPECT_EQ(why_file_waits("application/pdf", here), "needs_approval");
    EXPECT_EQ(why_file_waits("video/mp4", here), "not_auto_approved");
    here.needs_approval = {"*"};
    EXPECT_EQ(why_file_waits("image/png", here), "needs_approval");
}

TEST(policy, everything_waits_where_nothing_is_said) {
    EXPECT_EQ(why_file_waits("image/png", {}), "not_auto_approved");
    EXPECT_EQ(why_file_waits("", {}), "not_auto_approved");
}

TEST(policy, globs) {
    EXPECT_TRUE(matches("*", "a/b"));
    EXPECT_TRUE(matches("*/*", "a/b"));
    EXPECT_TRUE(matches("application/vnd.*+xml", "application/vnd.ms+xml"));
    EXPECT_FALSE(matches("image/*", "imagex/png"));
    EXPECT_FALSE(matches("image/png", "image/png2"));
    EXPECT_FALSE(matches("", "a"));
}

TEST(policy, what_is_a_link) {
    for (const char* one : {"see HTTPS://x.test", "www.example.org", "example.com/a", "(my-shop.example.de/x)",
                            "[x](javascript:alert(1))", "mailto:a@b.de"})
        EXPECT_TRUE(has_link(one)) << one;
    for (const char* one : {"", "and/or", "1.5/2", "a.b/c", "/path", "Well.Then", R"({"type":"image/png"})"})
        EXPECT_FALSE(has_link(one)) << one;
}

TEST(policy, texts_wait_for_links_and_whole_words) {
    settings here;
    EXPECT_EQ(why_text_waits("https://x.test secret", here), "");
    here.hold_words = {"Secret", "free money"};
    EXPECT_EQ(why_text_waits("https://x.test", here), "");
    EXPECT_EQ(why_text_waits("A SECRET!", here), "word");
    EXPECT_EQ(why_text_waits("free money", here), "word");
    EXPECT_EQ(why_text_waits("a secretary, a secret\xc3\xa4", here), "");
    here.hold_links = true;
    EXPECT_EQ(why_text_waits("https://x.test secret", here), "link");
}

TEST(policy, roles_that_never_wait) {
    EXPECT_TRUE(is_exempt("manager", {}));
    EXPECT_FALSE(is_exempt("guest", {}));
    EXPECT_FALSE(is_exempt("", {}));
}

}  // namespace
