// The text is the one that Boost.JSON writes.
#include "base/json_text.hpp"

#include <gtest/gtest.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <limits>

namespace parley {
namespace {

TEST(json_text, puts_commas_where_they_belong) {
    json_text out;
    out.begin_object().key("none").begin_array().end_array().key("one").begin_array().number(1).end_array();
    out.key("more").begin_array().text("a").null().boolean(true).begin_object().end_object().id(7).end_array();
    out.key("last").ready("{\"x\":1}").key("said").value({{"y", 2}}).end_object();
    EXPECT_EQ(out.view(), R"({"none":[],"one":[1],"more":["a",null,true,{},"7"],"last":{"x":1},"said":{"y":2}})");
}

TEST(json_text, escapes_each_character_as_boost_does) {
    std::string all;
    for (int c = 0; c < 128; ++c) all += static_cast<char>(c);
    all += "é漢🙂";
    json_text out;
    out.text(all);
    EXPECT_EQ(out.view(), boost::json::serialize(boost::json::value(all)));
}

TEST(json_text, writes_the_ends_of_the_numbers) {
    json_text out;
    out.begin_array().number(std::numeric_limits<std::int64_t>::min()).id(std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(out.end_array().take(), R"([-9223372036854775808,"9223372036854775807"])");
}

}  // namespace
}  // namespace parley
