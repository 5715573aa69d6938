// Signatures, as AWS publishes them: the examples of its S3 guide, and the first of its test suite.
#include "sigv4.hpp"

#include <gtest/gtest.h>

namespace attachments {
namespace {

const s3_identity guide{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1"};
const std::string then = "20130524T000000Z";
const std::string nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

s3_request asks(std::string path, std::map<std::string, std::string> query = {}) {
    return {.method = "GET",
            .path = std::move(path),
            .query = std::move(query),
            .headers = {{"host", "examplebucket.s3.amazonaws.com"},
                        {"x-amz-content-sha256", nothing},
                        {"x-amz-date", then}},
            .payload_hash = nothing};
}

std::string signature(const std::string& of) { return of.substr(of.rfind('=') + 1); }

TEST(sigv4, the_guides_get_of_an_object) {
    auto what = asks("/test.txt");
    what.headers["range"] = "bytes=0-9";
    EXPECT_EQ(authorization_of(guide, what, then),
              "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
              "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
              "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST(sigv4, the_guides_put_of_an_object) {
    s3_request what{.method = "PUT", .path = path_encoded("/test$file.text")};
    what.payload_hash = sha256_text("Welcome to Amazon S3.");
    what.headers = {{"host", "examplebucket.s3.amazonaws.com"},
                    {"date", "Fri, 24 May 2013 00:00:00 GMT"},
                    {"x-amz-content-sha256", what.payload_hash},
                    {"x-amz-date", then},
                    {"x-amz-storage-class", "REDUCED_REDUNDANCY"}};
    EXPECT_EQ(signature(authorization_of(guide, what, then)),
              "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

TEST(sigv4, the_guides_queries) {
    EXPECT_EQ(signature(authorization_of(guide, asks("/", {{"lifecycle", ""}}), then)),
              "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
    EXPECT_EQ(signature(authorization_of(guide, asks("/", {{"prefix", "J"}, {"max-keys", "2"}}), then)),
              "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST(sigv4, the_guides_signed_address) {
    const s3_request what{
        .method = "GET", .path = "/test.txt", .headers = {{"host", "examplebucket.s3.amazonaws.com"}}};
    EXPECT_EQ(presigned_query(guide, what, then, 86400),
              "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2F"
              "aws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature="
              "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

TEST(sigv4, get_vanilla_of_the_test_suite) {
    const s3_identity suite{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "us-east-1", "service"};
    const s3_request what{.method = "GET",
                          .path = "/",
                          .headers = {{"host", "example.amazonaws.com"}, {"x-amz-date", "20150830T123600Z"}},
                          .payload_hash = nothing};
    EXPECT_EQ(signature(authorization_of(suite, what, "20150830T123600Z")),
              "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
}

TEST(sigv4, encodes_and_dates) {
    EXPECT_EQ(path_encoded("/a b/ü+.txt"), "/a%20b/%C3%BC%2B.txt");
    EXPECT_EQ(uri_encoded("/~-_."), "%2F~-_.");
    EXPECT_EQ(amz_date(1369353600000), then);
}

}  // namespace
}  // namespace attachments
