// Bodies of every cut: whole, byte by byte, and with everything that is wrong with them.
#include "transport/multipart_reader.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace parley::transport {
namespace {

class collecting final : public part_taker {
public:
    result<void> begin(part_head head) override {
        parts.push_back({std::move(head), {}});
        return {};
    }
    result<void> data(std::string_view bytes) override {
        parts.back().body += bytes;
        return {};
    }
    result<void> end() override {
        ++ended;
        return {};
    }
    struct part {
        part_head head;
        std::string body;
    };
    std::vector<part> parts;
    int ended = 0;
};

const std::string two_parts =
    "--b\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n--\r\nworld\r\n"
    "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a \\\"b\\\".png\"\r\nContent-Type: "
    "image/png\r\n\r\n"
    "\r\n--bx\r\n--b--\r\nepilogue";

std::string read(std::string_view body, std::size_t at_once, collecting& into) {
    multipart_reader reader("b", into);
    for (std::size_t at = 0; at < body.size(); at += at_once)
        if (auto fed = reader.feed(body.substr(at, at_once)); !fed) return fed.error().code;
    const auto ended = reader.finish();
    return ended ? "" : ended.error().code;
}

TEST(multipart, parts_are_the_same_however_the_body_is_cut) {
    for (std::size_t at_once = 1; at_once <= two_parts.size(); ++at_once) {
        collecting got;
        // "\r\n--bx" is a boundary's beginning with something else behind it, which RFC 2046 forbids in a body.
        EXPECT_EQ(read(two_parts, at_once, got), "multipart_malformed") << at_once;
    }
    auto body = two_parts;
    body.replace(body.find("--bx"), 4, "--cx");
    for (std::size_t at_once = 1; at_once <= body.size(); ++at_once) {
        collecting got;
        ASSERT_EQ(read(body, at_once, got), "") << at_once;
        ASSERT_EQ(got.parts.size(), 2U) << at_once;
        EXPECT_EQ(got.ended, 2);
        EXPECT_EQ(got.parts[0].head.field, "note");
        EXPECT_FALSE(got.parts[0].head.is_file);
        EXPECT_EQ(got.parts[0].body, "hello\r\n--\r\nworld");
        EXPECT_EQ(got.parts[1].head.field, "file");
        EXPECT_EQ(got.parts[1].head.name, "a \"b\".png");
        EXPECT_EQ(got.parts[1].head.type, "image/png");
        EXPECT_TRUE(got.parts[1].head.is_file);
        EXPECT_EQ(got.parts[1].body, "\r\n--cx");
    }
}

TEST(multipart, an_empty_file_is_a_part) {
    collecting got;
    EXPECT_EQ(read("--b\r\nContent-Disposition: form-data; name=f; filename=\"\"\r\n\r\n\r\n--b--", 1, got), "");
    ASSERT_EQ(got.parts.size(), 1U);
    EXPECT_TRUE(got.parts[0].head.is_file);
    EXPECT_EQ(got.parts[0].body, "");
}

TEST(multipart, what_is_none_is_refused) {
    const std::string head = "--b\r\nContent-Disposition: form-data; name=\"f\"\r\n";
    for (const auto& [body, code] : std::vector<std::pair<std::string, std::string>>{
             {"", "multipart_incomplete"},
             {"--", "multipart_incomplete"},
             {"x--b\r\n", "multipart_malformed"},
             {"--bogus", "multipart_malformed"},
             {head + "\r\nbody", "multipart_incomplete"},
             {head + "\r\nbody\r\n--b", "multipart_incomplete"},
             {head + "Content-Disposition: form-data; name=\"g\"\r\n\r\n\r\n--b--", "multipart_malformed"},
             {"--b\r\n\r\nbody\r\n--b--", "multipart_malformed"},
             {"--b\r\nContent-Type: text/plain\r\n\r\nbody\r\n--b--", "multipart_malformed"},
             {"--b\r\nContent-Disposition: attachment; name=\"f\"\r\n\r\n\r\n--b--", "multipart_malformed"},
             {"--b\r\nContent-Disposition: form-data; filename=\"f\"\r\n\r\n\r\n--b--", "multipart_malformed"},
             {"--b\r\nContent-Disposition: form-data; name=\"f\r\n\r\n\r\n--b--", "multipart_malformed"},
             {"--b\r\nno colon\r\n\r\n\r\n--b--", "multipart_malformed"},
             {"--b\r\nX: " + std::string(9000, 'x') + "\r\n\r\n\r\n--b--", "multipart_head_too_large"},
             {"--b\r\nX: " + std::string(900'000, 'x'), "multipart_head_too_large"}}) {
        for (const std::size_t at_once : {std::size_t{7}, body.size() + 1}) {
            collecting got;
            EXPECT_EQ(read(body, at_once, got), code) << body.substr(0, 80);
        }
    }
}

TEST(multipart, a_boundary_is_read_from_the_type) {
    EXPECT_EQ(multipart_reader::boundary_in("multipart/form-data; boundary=abc"), "abc");
    EXPECT_EQ(multipart_reader::boundary_in("Multipart/Form-Data; charset=utf-8; Boundary=\"a b\""), "a b");
    for (const auto* type : {"", "multipart/form-data", "multipart/mixed; boundary=a",
                             "multipart/form-data; boundary=", "multipart/form-data; boundary=\"a \"",
                             "application/json", "multipart/form-data boundary=a"})
        EXPECT_FALSE(multipart_reader::boundary_in(type)) << type;
    EXPECT_FALSE(multipart_reader::boundary_in("multipart/form-data; boundary=" + std::string(71, 'a')));
}

}  // namespace
}  // namespace parley::transport
