// Text: what is let in and what is not, table by table.
#include "base/text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace parley {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

constexpr text_limits roomy{.max_graphemes = 10'000, .max_bytes = 40'000, .field = "text"};

std::string code_of(const result<void>& checked) { return checked ? "ok" : checked.error().code; }

TEST(text, well_formed_utf8) {
    for (const std::string_view good : {""sv, "plain"sv, "\x7F"sv, "\xC2\x80"sv, "\xDF\xBF"sv, "\xE0\xA0\x80"sv,
                                        "\xED\x9F\xBF"sv, "\xEE\x80\x80"sv, "\xEF\xBF\xBF"sv, "\xF0\x90\x80\x80"sv,
                                        "\xF4\x8F\xBF\xBF"sv, "a long run of ASCII, then \xE2\x82\xAC and more"sv}) {
        EXPECT_TRUE(is_utf8(good)) << escape_controls(good);
    }
}

TEST(text, ill_formed_utf8_is_found_where_it_is) {
    struct example {
        std::string_view text;
        std::size_t at;
    };
    for (const auto& [text, at] : {
             example{"\x80"sv, 0},
             example{"a\xBF"sv, 1},
             example{"\xC0\xAF"sv, 0},
             example{"\xC1\xBF"sv, 0},
             example{"\xC2"sv, 0},
             example{"\xC2\x41"sv, 0},
             example{"\xE0\x80\xAF"sv, 0},
             example{"\xE0\x9F\xBF"sv, 0},
             example{"\xED\xA0\x80"sv, 0},
             example{"\xED\xBF\xBF"sv, 0},
             example{"\xE2\x82"sv, 0},
             example{"\xE2\x82\x41"sv, 0},
             example{"\xF0\x80\x80\xAF"sv, 0},
             example{"\xF0\x8F\xBF\xBF"sv, 0},
             example{"\xF4\x90\x80\x80"sv, 0},
             example{"\xF5\x80\x80\x80"sv, 0},
             example{"\xF8\x88\x80\x80\x80"sv, 0},
             example{"\xFE"sv, 0},
             example{"\xFF"sv, 0},
             example{"\xF0\x9F\x98"sv, 0},
             example{"12345678\x80"sv, 8},
             example{"1234567\x80"sv, 7},
             example{"\xC3\xA9 and then a good deal of text \xFF."sv, 32},
         }) {
        EXPECT_EQ(find_invalid_utf8(text), at) << escape_controls(text);
        EXPECT_EQ(code_of(check_text(text, roomy)), "text_not_utf8");
    }
}

TEST(text, every_code_point_is_well_formed_or_a_surrogate) {
    for (char32_t c = 0; c <= 0x10FFFF; ++c) {
        std::string text;
        const auto put = [&](char32_t byte) { text += static_cast<char>(byte); };
        if (c < 0x80) {
            put(c);
        } else if (c < 0x800) {
            put(0xC0 | (c >> 6));
            put(0x80 | (c & 0x3F));
        } else if (c < 0x10000) {
            put(0xE0 | (c >> 12));
            put(0x80 | ((c >> 6) & 0x3F));
            put(0x80 | (c & 0x3F));
        } else {
            put(0xF0 | (c >> 18));
            put(0x80 | ((c >> 12) & 0x3F));
            put(0x80 | ((c >> 6) & 0x3F));
            put(0x80 | (c & 0x3F));
        }
        const bool surrogate = c >= 0xD800 && c <= 0xDFFF;
        ASSERT_EQ(is_utf8(text), !surrogate) << static_cast<unsigned>(c);
        if (surrogate) continue;
        std::string_view rest = text;
        ASSERT_EQ(take_code_point(rest), c);
        ASSERT_TRUE(rest.empty());
    }
}

TEST(text, graphemes_are_what_a_reader_counts) {
    struct example {
        std::string_view text;
        std::size_t count;
    };
    for (const auto& [text, count] : {
             example{"", 0}, example{"abc", 3}, example{"\r\n", 1}, example{"e\u0301", 1},  // combining
             example{"\u0E01\u0E33", 1},                                                    // Thai
             example{"\u0915\u094D\u0937\u093F", 1},                                        // Devanagari
             example{"\U0001F468\u200D\U0001F469\u200D\U0001F467\u200D\U0001F466", 1},      // family
             example{"\U0001F3F3\uFE0F\u200D\U0001F308", 1},                                // rainbow flag
             example{"\U0001F1E9\U0001F1EA\U0001F1EB\U0001F1F7", 2},                        // two flags
             example{"\U0001F44D\U0001F3FD", 1},                                            // skin tone
             example{"\u0645\u0631\u062D\u0628\u0627", 5},                                  // Arabic
             example{"\u05E9\u05B8\u05DC\u05D5\u05B9\u05DD", 4},                            // Hebrew, pointed
             example{"\uAC00\u1100\u1161\u11A8", 2},                                        // Hangul
             example{"Z\u0351\u036B\u0343\u036A\u0302A\u034F\u0313", 2},                    // Zalgo
         }) {
        EXPECT_EQ(count_graphemes(text), count) << text;
    }
    EXPECT_EQ(count_graphemes("abcdef", 2), 3U);  // stops one behind
}

TEST(text, limits_are_exact) {
    const text_limits three{.max_graphemes = 3, .max_bytes = 40, .field = "name"};
    EXPECT_EQ(code_of(check_text("abc", three)), "ok");
    EXPECT_EQ(code_of(check_text("abcd", three)), "text_too_long");
    EXPECT_EQ(code_of(check_text("\u20AC\u20AC\u20AC", three)), "ok");
    EXPECT_EQ(code_of(check_text("\u20AC\u20AC\u20AC\u20AC", three)), "text_too_long");
    const std::string family = "\U0001F468\u200D\U0001F469\u200D\U0001F467\u200D\U0001F466";  // 25 bytes
    EXPECT_EQ(code_of(check_text(family, three)), "ok");
    EXPECT_EQ(code_of(check_text(family + family, three)), "text_too_long");  // by its bytes
    const auto refused = check_text("abcd", three);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().field, "name");
    EXPECT_EQ(refused.error().kind, fault::invalid);
    std::string zalgo = "a";
    for (int i = 0; i < 100'000; ++i) zalgo += "\u0301";
    EXPECT_EQ(code_of(check_text(zalgo, roomy)), "text_too_long");
}

TEST(text, counting_works_on_every_thread) {
    std::size_t there = 0;
    std::thread([&] { there = count_graphemes("e\u0301x"); }).join();
    EXPECT_EQ(there, 2U);
    EXPECT_EQ(count_graphemes("e\u0301x"), 2U);
}

TEST(text, marks_do_not_stand_on_each_other_without_end) {
    const text_limits wide{.max_graphemes = 100, .max_bytes = 10'000, .field = "text"};
    const auto tower = [](int high) {
        std::string made = "a";
        for (int i = 0; i < high; ++i) made += "\u0301";
        return made;
    };
    EXPECT_TRUE(check_text(tower(30) + tower(30), wide));
    const auto refused = check_text("b" + tower(31), wide);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "text_too_many_marks");
    EXPECT_FALSE(check_line("e" + tower(200), wide));
    for (const auto* good :
         {"שָׁלוֹם", "สวัสดีครับ", "བཀྲ་ཤིས", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "👩🏽‍❤️‍💋‍👩🏿"})
        EXPECT_TRUE(check_text(good, wide)) << good;
}

TEST(text, controls) {
    struct example {
        std::string_view text;
        std::string_view as_text;
        std::string_view as_line;
    };
    constexpr std::string_view ok = "ok";
    constexpr std::string_view no = "text_has_control";
    for (const auto& [text, as_text, as_line] : {
             example{"plain", ok, ok},
             example{"a\nb", ok, no},
             example{"a\tb", ok, no},
             example{"a\0b"sv, no, no},
             example{"a\rb", no, no},
             example{"\x1B[31m", no, no},
             example{"\b", no, no},
             example{"\x7F", no, no},
             example{"\u0085", ok, no},
             example{"\u009B31m", ok, no},
             example{"\u2028", ok, no},
             example{"\u2029", ok, no},
             example{"evil\u202Egpj.exe", ok, no},
             example{"\u202A", ok, no},
             example{"\u2066x\u2069", ok, no},
             // Marks and joiners that scripts and emoji need stay.
             example{"\u200E\u200F", ok, ok},
             example{"\u0646\u200C\u062E", ok, ok},
             example{"\U0001F3F3\uFE0F\u200D\U0001F308", ok, ok},
             example{"<script>alert(1)</script>", ok, ok},
             example{"'; DROP TABLE users; --", ok, ok},
             example{"\uFEFF", ok, ok},
         }) {
        EXPECT_EQ(code_of(check_text(text, roomy)), as_text) << escape_controls(text);
        EXPECT_EQ(code_of(check_line(text, roomy)), as_line) << escape_controls(text);
    }
}

TEST(text, names_have_one_form) {
    const text_limits limits{.max_graphemes = 10, .max_bytes = 80, .field = "name"};
    EXPECT_EQ(normalize_name("  Cafe\u0301 \u3000", limits).value(), "Caf\u00E9");
    EXPECT_EQ(normalize_name("Caf\u00E9", limits).value(), "Caf\u00E9");
    EXPECT_EQ(normalize_name("\u212B", limits).value(), "\u00C5");
    EXPECT_EQ(normalize_name("Fu\u00DF", limits).value(), "Fu\u00DF");
    for (const std::string_view empty : {"", "   ", "\u200B\u200D", "\u00A0", "\u2060", "\uFEFF"}) {
        const auto refused = normalize_name(empty, limits);
        ASSERT_FALSE(refused) << escape_controls(empty);
        EXPECT_EQ(refused.error().code, "text_empty");
    }
    EXPECT_EQ(normalize_name("12345678901", limits).error().code, "text_too_long");
    EXPECT_EQ(normalize_name("a\nb", limits).error().code, "text_has_control");
    EXPECT_EQ(normalize_name("\xFF", limits).error().code, "text_not_utf8");
    EXPECT_EQ(normalize_name("\xFF", limits).error().field, "name");
    EXPECT_EQ(normalize_name(std::string(1'000'000, 'x'), limits).error().code, "text_too_long");
}

TEST(text, usernames) {
    struct example {
        std::string_view text;
        std::string_view name;  // empty: refused
    };
    for (const auto& [text, name] : {
             example{"ann", "ann"},
             example{"Ann", "ann"},
             example{"a.b_c-d9", "a.b_c-d9"},
             example{"x", "x"},
             example{"7", "7"},
             example{"\uFF41\uFF4E\uFF4E", "ann"},  // full width
             example{"a\u200Dnn", "ann"},           // a joiner that nobody sees
             example{"\u212A", "k"},                // Kelvin
             example{"12345678901234567890123456789012", "12345678901234567890123456789012"},
             example{"123456789012345678901234567890123", ""},
             example{"", ""},
             example{"a b", ""},
             example{" ann", ""},
             example{"\u0430nn", ""},  // Cyrillic a
             example{"\u00E9ve", ""},
             example{"a@b", ""},
             example{"a/b", ""},
             example{"..", ""},
             example{".ann", ""},
             example{"ann.", ""},
             example{"-rf", ""},
             example{"ann_", ""},
             example{"a\0n"sv, ""},
             example{"\xFF", ""},
             example{"\u200B", ""},
             example{"ann\n", ""},
             example{"\U0001F600", ""},
         }) {
        const auto parsed = parse_username(text);
        EXPECT_EQ(parsed ? *parsed : "", name) << escape_controls(text);
        if (!parsed) {
            EXPECT_EQ(parsed.error().code, "username_invalid");
        }
    }
    EXPECT_FALSE(parse_username(std::string(10'000'000, 'a')));
}

TEST(text, trim) {
    EXPECT_EQ(trim(""), "");
    EXPECT_EQ(trim(" \t\r\n"), "");
    EXPECT_EQ(trim("\u3000 a b\u00A0\u2003"), "a b");
    EXPECT_EQ(trim("\xFF \xFF"), "\xFF \xFF");
    EXPECT_EQ(trim("\x80\x80\x80\x80\x80"), "\x80\x80\x80\x80\x80");
    EXPECT_EQ(trim("a\xE3\x80"), "a\xE3\x80");
}

TEST(text, escapes_leave_nothing_that_a_terminal_obeys) {
    EXPECT_EQ(escape_controls("a\nb\r\t\\"), "a\\nb\\r\\t\\\\");
    EXPECT_EQ(escape_controls("\0\x1B[2J\x7F"sv), "\\u{0}\\u{1b}[2J\\u{7f}");
    EXPECT_EQ(escape_controls("\u009B\u202E\u2028"), "\\u{9b}\\u{202e}\\u{2028}");
    EXPECT_EQ(escape_controls("\xFF\xC3"), "\\xff\\xc3");
    EXPECT_EQ(escape_controls("\u00E9\U0001F600"), "\u00E9\U0001F600");
}

}  // namespace
}  // namespace parley
