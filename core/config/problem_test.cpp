// Problems: their text, the bounded list, and safe printing.
#include "config/problem.hpp"

#include <gtest/gtest.h>

namespace parley::config {
namespace {

TEST(problem, says_file_line_column_path_and_message) {
    EXPECT_EQ((problem{"a.yaml", 3, 9, "server.port", "is wrong"}).text(), "a.yaml:3:9: server.port: is wrong");
    EXPECT_EQ((problem{"a.yaml", 0, 0, "", "is wrong"}).text(), "a.yaml: is wrong");
}

TEST(problem, shows_long_and_strange_text_short_and_plain) {
    EXPECT_EQ(printable("chat öffnen 🙂"), "chat öffnen 🙂");
    EXPECT_EQ(printable("a\n\x1b\u202e\xc3"), "a\\n\\u{1b}\\u{202e}\\xc3");
    const auto cut = printable("a" + [] {
        std::string many;
        for (int i = 0; i < 1000; ++i) many += "ä";
        return many;
    }());
    EXPECT_LT(cut.size(), 250U);
    EXPECT_EQ(cut.find("\\x"), cut.npos) << "cut between characters";
}

TEST(problem, finds_the_first_bad_byte) {
    EXPECT_EQ(first_bad_byte("a\tb\r\nö"), std::string_view::npos);
    EXPECT_EQ(first_bad_byte(""), std::string_view::npos);
    EXPECT_EQ(first_bad_byte("ab\x7f"), 2U);
    EXPECT_EQ(first_bad_byte("ab\x01\xff"), 2U);
    EXPECT_EQ(first_bad_byte("ab\xff\x01"), 2U);
    EXPECT_EQ(first_bad_byte("ä\u202e"), 2U);
    EXPECT_EQ(first_bad_byte("ab\xc3"), 2U);
}

}  // namespace
}  // namespace parley::config
