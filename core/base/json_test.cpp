// JSON: what is read, what is refused and where the error points.
#include "base/json.hpp"

#include <gtest/gtest.h>

#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/static_resource.hpp>
#include <random>
#include <string>

namespace parley {
namespace {

using namespace std::string_view_literals;

struct refusal {
    std::string_view text;
    std::string_view code;
    std::string_view where;  // the end of the message
};

void expect_refused(std::initializer_list<refusal> all) {
    for (const auto& [text, code, where] : all) {
        const auto read = parse_object(text);
        ASSERT_FALSE(read) << text;
        EXPECT_EQ(read.error().code, code) << text;
        EXPECT_TRUE(read.error().message.ends_with(where)) << text << ": " << read.error().message;
    }
}

std::string again(std::string_view text) {
    const auto read = parse_object(text);
    return read ? to_text(*read) : read.error().code + ": " + read.error().message;
}

TEST(json, reads_what_is_json) {
    EXPECT_EQ(again("{}"), "{}");
    EXPECT_EQ(again(" \t\r\n{ } \n"), "{}");
    EXPECT_EQ(again(R"({"a":[],"b":{},"c":[1,[2,{"d":null}],true,false]})"),
              R"({"a":[],"b":{},"c":[1,[2,{"d":null}],true,false]})");
    EXPECT_EQ(again(R"({"":"\"\\\/\b\f\n\r\t"})"), R"({"":"\"\\/\b\f\n\r\t"})");
    EXPECT_EQ(again(R"({"a":"\u00e9\u20AC\ud83d\ude00\u007f"})"), "{\"a\":\"é€\U0001F600\x7F\"}");
    EXPECT_EQ(again(R"({"k\u0065y":1})"), R"({"key":1})");
    EXPECT_EQ(again(R"({"a":{"x":1},"b":{"x":1}})"), R"({"a":{"x":1},"b":{"x":1}})");  // the same key, elsewhere
}

TEST(json, numbers_keep_their_value) {
    const auto read = parse_object(
        R"({"a":9223372036854775807,"b":18446744073709551615,"c":-9223372036854775808,"d":0.1,"e":-0,"f":1e2,"g":-1.5E-3})");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->at("a").as_int64(), INT64_MAX);
    EXPECT_EQ(read->at("b").as_uint64(), UINT64_MAX);
    EXPECT_EQ(read->at("c").as_int64(), INT64_MIN);
    EXPECT_EQ(read->at("d").as_double(), 0.1);
    EXPECT_EQ(read->at("e").as_int64(), 0);
    EXPECT_EQ(read->at("f").as_double(), 100.0);
    EXPECT_EQ(read->at("g").as_double(), -0.0015);
}

TEST(json, refuses_huge_numbers) {
    expect_refused({
        {R"({"a":18446744073709551616})", "json_bad_number", "at byte 5."},
        {R"({"a":-9223372036854775809})", "json_bad_number", "at byte 5."},
        {R"({"a":1e400})", "json_bad_number", "at byte 5."},
        {R"({"a":-1e999999999999999999999})", "json_bad_number", "at byte 5."},
    });
    EXPECT_EQ(parse_object("{\"a\":0." + std::string(200'000, '1') + "}").error().code, "json_bad_number");
    EXPECT_EQ(parse_object("{\"a\":" + std::string(200'000, '9') + "}").error().code, "json_bad_number");
}

TEST(json, refuses_duplicate_keys) {
    expect_refused({
        {R"({"a":1,"a":2})", "json_duplicate_key", "at byte 7."},
        {R"({"a":1,"\u0061":2})", "json_duplicate_key", "at byte 7."},
        {R"({"x":[{"b":1,"c":{"b":1},"b":1}]})", "json_duplicate_key", "at byte 25."},
        {R"({"":1,"":1})", "json_duplicate_key", "at byte 6."},
    });
    EXPECT_EQ(parse_object(R"({"role":1,"role":2})").error().field, "role");
}

TEST(json, refuses_duplicate_keys_among_many) {
    std::string text = "{";
    for (int i = 0; i < 30; ++i) text += "\"k" + std::to_string(i) + "\":{\"k0\":1},";
    EXPECT_TRUE(parse_object(text + "\"k30\":1}"));
    for (const auto* again : {"k0", "k11", "k12", "k13", "k29", "\\u006b0", "\\u006b29"})
        EXPECT_EQ(parse_object(text + "\"" + again + "\":1}").error().code, "json_duplicate_key") << again;
    EXPECT_EQ(parse_object(R"({"\u0061":1,"\u0062":2,"a":3})").error().code, "json_duplicate_key");
    EXPECT_TRUE(parse_object(R"({"\u0061":1,"\u0062":2,"c":3})"));
}

TEST(json, lives_in_the_memory_it_is_given) {
    std::array<unsigned char, 4096> room{};
    boost::json::static_resource all(room.data(), room.size());
    const auto read =
        parse_object(R"({"a":"a text that is too long to stand in its value","b":[1,{"c":2}]})", {}, &all);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->storage().get(), &all);
    EXPECT_EQ(read->at("b").storage().get(), &all);
    EXPECT_EQ(to_text(*read), R"({"a":"a text that is too long to stand in its value","b":[1,{"c":2}]})");
}

TEST(json, refuses_bad_text) {
    expect_refused({
        {R"({"a":"\u0000"})", "json_bad_text", "at byte 6."},
        {R"({"\u0000":1})", "json_bad_text", "at byte 2."},
        {R"({"a":"\ud800"})", "json_bad_text", "at byte 6."},
        {R"({"a":"x\udc00"})", "json_bad_text", "at byte 7."},
        {R"({"a":"\ud83dx"})", "json_bad_text", "at byte 6."},
        {R"({"a":"\ud83d\n"})", "json_bad_text", "at byte 6."},
        {R"({"a":"\ud83d\ud83d"})", "json_bad_text", "at byte 6."},
        {R"({"a":"\ud83d\u)", "json_bad_text", "at byte 6."},
        {"{\"a\":\"\xED\xA0\x80\"}", "json_bad_text", "at byte 6."},
        {"{\"a\":\"\xC0\xAF\"}", "json_bad_text", "at byte 6."},
        {"{\"a\":\"\xFF\"}", "json_bad_text", "at byte 6."},
        {"{\"a\":1}\xFF", "json_bad_text", "at byte 7."},
    });
}

TEST(json, refuses_what_is_no_object) {
    for (const std::string_view text :
         {""sv, " "sv, "[]"sv, "1"sv, "null"sv, "\"{}\""sv, "\xEF\xBB\xBF{}"sv, "\0{}"sv, "// {}"sv}) {
        const auto read = parse_object(text);
        ASSERT_FALSE(read) << text;
        EXPECT_EQ(read.error().code, "json_not_object");
    }
}

TEST(json, refuses_bad_syntax_and_says_where) {
    expect_refused({
        {"{", "json_syntax", "at byte 1."},
        {"{}x", "json_syntax", "at byte 2."},
        {"{}{}", "json_syntax", "at byte 2."},
        {"{}\0"sv, "json_syntax", "at byte 2."},
        {"{,}", "json_syntax", "at byte 1."},
        {R"({"a"})", "json_syntax", "at byte 4."},
        {R"({"a":})", "json_syntax", "at byte 5."},
        {R"({"a":1,})", "json_syntax", "at byte 7."},
        {R"({"a":1 "b":2})", "json_syntax", "at byte 7."},
        {R"({"a":[1,]})", "json_syntax", "at byte 8."},
        {R"({"a":[,1]})", "json_syntax", "at byte 6."},
        {R"({"a":[1})", "json_syntax", "at byte 7."},
        {R"({"a":1])", "json_syntax", "at byte 6."},
        {R"({a:1})", "json_syntax", "at byte 1."},
        {R"({'a':1})", "json_syntax", "at byte 1."},
        {R"({"a":"b)", "json_syntax", "at byte 7."},
        {R"({"a":"\)", "json_syntax", "at byte 6."},
        {R"({"a":"\x"})", "json_syntax", "at byte 6."},
        {R"({"a":"\u12g4"})", "json_syntax", "at byte 6."},
        {R"({"a":"\u12)", "json_syntax", "at byte 6."},
        {R"({"a":"\u+123"})", "json_syntax", "at byte 6."},
        {R"({"a":"\u-123"})", "json_syntax", "at byte 6."},
        {"{\"a\":\"\n\"}", "json_syntax", "at byte 6."},
        {"{\"a\":\"\0\"}"sv, "json_syntax", "at byte 6."},
        {R"({"a":tru})", "json_syntax", "at byte 5."},
        {R"({"a":nul)", "json_syntax", "at byte 5."},
        {R"({"a":truex})", "json_syntax", "at byte 9."},
        {R"({"a":NaN})", "json_syntax", "at byte 5."},
        {R"({"a":Infinity})", "json_syntax", "at byte 5."},
        {R"({"a":01})", "json_syntax", "at byte 5."},
        {R"({"a":-})", "json_syntax", "at byte 5."},
        {R"({"a":+1})", "json_syntax", "at byte 5."},
        {R"({"a":.5})", "json_syntax", "at byte 5."},
        {R"({"a":1.})", "json_syntax", "at byte 7."},
        {R"({"a":1e})", "json_syntax", "at byte 7."},
        {R"({"a":1e+})", "json_syntax", "at byte 8."},
        {R"({"a":0x1})", "json_syntax", "at byte 6."},
        {"{\"a\":1/*x*/}", "json_syntax", "at byte 6."},
        {"{\"a\":1,\v\"b\":2}", "json_syntax", "at byte 7."},
    });
}

std::string nested(std::string_view open, std::size_t depth) {
    std::string text = "{\"a\":";
    for (std::size_t i = 1; i < depth; ++i) text += open;
    return text;
}

TEST(json, depth_is_bounded_and_costs_no_stack) {
    const json_limits four{.max_bytes = 10'000'000, .max_depth = 4};
    EXPECT_TRUE(parse_object(R"({"a":[[[]]]})", four));
    const auto refused = parse_object(R"({"a":[[[[]]]]})", four);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "json_too_deep");
    EXPECT_TRUE(refused.error().message.ends_with("at byte 8."));
    const json_limits careless{.max_bytes = 10'000'000, .max_depth = 10'000'000};
    EXPECT_EQ(parse_object(nested("[", 100'000), four).error().code, "json_too_deep");
    EXPECT_EQ(parse_object(nested("[", 100'000), careless).error().code, "json_too_deep");
    EXPECT_EQ(parse_object(nested("{\"a\":", 100'000), careless).error().code, "json_too_deep");
    EXPECT_TRUE(parse_object(nested("[", 100) + std::string(99, ']') + "}", careless));
    EXPECT_FALSE(parse_object(nested("[", 101) + std::string(100, ']') + "}", careless));
}

TEST(json, size_and_members_are_bounded) {
    EXPECT_TRUE(parse_object(R"({"a":1})", {.max_bytes = 7}));
    const auto refused = parse_object(R"({"a":1})", {.max_bytes = 6});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "json_too_large");
    EXPECT_EQ(refused.error().kind, fault::too_large);
    EXPECT_TRUE(parse_object(R"({"a":1,"b":2})", {.max_members = 2}));
    EXPECT_EQ(parse_object(R"({"a":1,"b":2,"c":3})", {.max_members = 2}).error().code, "json_too_many_members");
}

/// Boost's parser is the second opinion: what we read, it reads, and as the same value.
TEST(json, agrees_with_boost_on_random_texts) {
    constexpr std::string_view pieces[] = {"{",           "}", "[",      "]",       ",",    ":", "\"a\"", "\"b\"",
                                           "\"\\u00e9\"", "1", "-2.5e3", "true",    "null", " ", "\"",    "\\",
                                           "\"\\n\"",     "0", "\"c\":", "\"d\":1", "{}",   "[]"};
    std::mt19937 random(7);  // fixed: a failure must come back
    int good = 0;
    for (int round = 0; round < 200'000; ++round) {
        std::string text = "{\"z\":";
        for (auto count = 1 + random() % 8; count > 0; --count) text += pieces[random() % std::size(pieces)];
        text += '}';
        const auto ours = parse_object(text);
        boost::json::error_code problem;
        const auto theirs = boost::json::parse(text, problem);
        if (ours) {
            ++good;
            ASSERT_FALSE(problem) << text;
            ASSERT_EQ(boost::json::value(*ours), theirs) << text;
        } else if (!problem) {
            const bool stricter = ours.error().code == "json_duplicate_key" || ours.error().code == "json_bad_number";
            ASSERT_TRUE(stricter) << text << ": " << ours.error().message;
        }
    }
    EXPECT_GT(good, 1'000);
}

}  // namespace
}  // namespace parley
