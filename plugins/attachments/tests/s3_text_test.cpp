// What a store says, and what files are called there.
#include <gtest/gtest.h>

#include "house_test.hpp"
#include "s3_store.hpp"

namespace attachments {
namespace {

TEST(s3_text, elements_are_found_and_decoded) {
    const std::string xml =
        "<?xml version='1.0'?><List><Contents><Key>a&amp;b&lt;c</Key><Size>5</Size></Contents>"
        "<Contents><Key>d</Key></Contents><IsTruncated>false</IsTruncated></List>";
    const auto all = elements_of(xml, "Contents");
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(elements_of(all[0], "Key"), std::vector<std::string>{"a&b<c"});
    EXPECT_EQ(elements_of(all[0], "Size"), std::vector<std::string>{"5"});
    EXPECT_TRUE(elements_of("<Key>no end", "Key").empty());
    EXPECT_TRUE(elements_of("", "Key").empty());
    EXPECT_TRUE(elements_of("not xml", "Key").empty());
}

TEST(s3_text, names_in_headers_break_nothing) {
    EXPECT_EQ(disposition_of(true, "a\"b\\c\r\nü.png"),
              "attachment; filename=\"a_b_c____.png\"; filename*=UTF-8''a%22b%5Cc%0D%0A%C3%BC.png");
    EXPECT_EQ(disposition_of(false, "a.png"), "inline; filename=\"a.png\"; filename*=UTF-8''a.png");
}

struct s3_address : testing::house_test {};

TEST_F(s3_address, a_signed_address_says_what_it_is_for) {
    settings from;
    from.s3_endpoint = "http://127.0.0.1:9";
    from.s3_bucket = "files";
    from.s3_prefix = "chat";
    from.s3_access_key = "who";
    from.s3_secret_key = "not-to-be-seen";
    const s3_store path(s3_place::of(from), "/nowhere");
    const auto at = path.address_of("blobs/1/2", {"inline; filename=\"a b\"", "image/png"}, 60);
    EXPECT_TRUE(at.starts_with("http://127.0.0.1:9/files/chat/blobs/1/2?X-Amz-Algorithm=")) << at;
    EXPECT_NE(at.find("&X-Amz-Expires=60&"), std::string::npos) << at;
    EXPECT_NE(at.find("response-content-type=image%2Fpng"), std::string::npos) << at;
    EXPECT_EQ(at.find("not-to-be-seen"), std::string::npos);
    from.s3_path_style = false;
    const s3_store host(s3_place::of(from), "/nowhere");
    EXPECT_TRUE(host.address_of("b", {}, 60).starts_with("http://files.127.0.0.1:9/chat/b?"))
        << host.address_of("b", {}, 60);
}

}  // namespace
}  // namespace attachments
