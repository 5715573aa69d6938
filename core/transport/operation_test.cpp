// What is taken from a client and what is not.
#include "transport/operation.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "transport/operations.hpp"

namespace parley::transport {
namespace {
namespace json = boost::json;

/// One field of each type.
operation everything() {
    return {.name = "test.everything",
            .method = "POST",
            .path = "/api/v1/test/{room}",
            .group = "test",
            .sentence = "For the test.",
            .fields = {path_id("room", "A room."), required(text_field("text", 8, "A text.")),
                       text_field("free", 0, "A text without a limit."), ids_field("people", 2, "People."),
                       integer_field("limit", 1, 200, "A limit."), field_of(field_type::boolean, "hard", "A switch."),
                       field_of(field_type::object, "data", "Data."), field_of(field_type::moment, "at", "A moment."),
                       choice_field("colour", {"red", "green"}, "A colour.")},
            .problems = {},
            .run = {}};
}

/// "ok", or the code and the field at fault. Room and text are given unless `text` says so itself.
std::string check(std::string_view more) {
    auto given = json::parse({more.data(), more.size()}).as_object();
    if (!given.contains("room")) given["room"] = "12";
    if (!given.contains("text")) given["text"] = "words";
    std::vector<std::string> ignored;
    const auto checked = check_input(everything(), given, ignored);
    return checked ? "ok" : checked.error().code + " " + checked.error().field;
}

TEST(check_input, takes_what_fits) {
    for (const auto* given :
         {R"({})", R"({"text": ""})", R"({"text": "12345678"})", R"({"text": "grün"})", R"({"room": "1"})",
          R"({"room": "9223372036854775807"})", R"({"people": []})", R"({"people": ["1", "2"]})", R"({"limit": 1})",
          R"({"limit": 200})", R"({"hard": false})", R"({"data": {}})", R"({"data": {"a": [1]}})",
          R"({"at": "2030-01-31T09:30:00Z"})", R"({"colour": "green"})"})
        EXPECT_EQ(check(given), "ok") << given;
}

TEST(check_input, refuses_what_does_not_fit) {
    const std::vector<std::pair<const char*, const char*>> table{
        {R"({"room": 12})", "id_invalid room"},
        {R"({"room": ""})", "id_invalid room"},
        {R"({"room": "0"})", "id_invalid room"},
        {R"({"room": "012"})", "id_invalid room"},
        {R"({"room": "-1"})", "id_invalid room"},
        {R"({"room": "1 "})", "id_invalid room"},
        {R"({"room": "9223372036854775808"})", "id_invalid room"},
        {R"({"text": 5})", "field_type text"},
        {R"({"text": null})", "field_type text"},
        {R"({"text": "123456789"})", "text_too_long text"},
        {R"({"text": "1234567ü"})", "text_too_long text"},
        {R"({"free": "a\u0000b"})", "text_invalid free"},
        {R"({"people": "1"})", "field_type people"},
        {R"({"people": [1]})", "id_invalid people"},
        {R"({"people": ["1", "x"]})", "id_invalid people"},
        {R"({"people": ["1", "2", "3"]})", "field_range people"},
        {R"({"limit": "5"})", "field_type limit"},
        {R"({"limit": 5.0})", "field_type limit"},
        {R"({"limit": 0})", "field_range limit"},
        {R"({"limit": 201})", "field_range limit"},
        {R"({"limit": -1})", "field_range limit"},
        {R"({"limit": 18446744073709551615})", "field_range limit"},
        {R"({"hard": "true"})", "field_type hard"},
        {R"({"hard": 1})", "field_type hard"},
        {R"({"data": []})", "field_type data"},
        {R"({"data": null})", "field_type data"},
        {R"({"at": "tomorrow"})", "field_type at"},
        {R"({"at": 5})", "field_type at"},
        {R"({"colour": "blue"})", "field_choice colour"},
        {R"({"colour": 1})", "field_type colour"},
    };
    for (const auto& [given, expected] : table) EXPECT_EQ(check(given), expected) << given;
}

TEST(check_input, refuses_bytes_that_are_no_text) {
    std::vector<std::string> ignored;
    const auto checked = check_input(everything(), {{"room", "12"}, {"text", "\xff"}}, ignored);
    ASSERT_FALSE(checked.has_value());
    EXPECT_EQ(checked.error().code, "text_invalid");
}

TEST(check_input, asks_for_what_is_missing) {
    std::vector<std::string> ignored;
    const auto checked = check_input(everything(), {{"room", "12"}}, ignored);
    ASSERT_FALSE(checked.has_value());
    EXPECT_EQ(checked.error().kind, fault::invalid);
    EXPECT_EQ(checked.error().code, "field_missing");
    EXPECT_EQ(checked.error().field, "text");
}

TEST(check_input, reports_what_nobody_knows_and_drops_it) {
    std::vector<std::string> ignored;
    const auto checked =
        check_input(everything(), {{"room", "12"}, {"txet", 1}, {"text", "a"}, {"Text", "b"}}, ignored);
    ASSERT_TRUE(checked.has_value());
    EXPECT_EQ(ignored, (std::vector<std::string>{"txet", "Text"}));
    EXPECT_FALSE(checked->has("txet"));
    EXPECT_EQ(checked->text("text"), "a");
}

TEST(input, gives_values_and_what_stands_for_none) {
    std::vector<std::string> ignored;
    const auto full = check_input(everything(),
                                  json::parse(R"({"room": "12", "text": "a", "people": ["3", "4"], "limit": 7,
                                      "hard": true, "data": {"x": 1}, "at": "2030-01-31T09:30:00Z", "colour": "red"})")
                                      .as_object(),
                                  ignored);
    ASSERT_TRUE(full.has_value());
    EXPECT_EQ(full->id<conversation_id>("room"), conversation_id{12});
    EXPECT_EQ(full->ids<user_id>("people"), (std::vector<user_id>{user_id{3}, user_id{4}}));
    EXPECT_EQ(full->integer("limit", 50), 7);
    EXPECT_EQ(full->boolean("hard"), true);
    EXPECT_EQ(full->object("data"), (json::object{{"x", 1}}));
    EXPECT_EQ(rfc3339(full->moment("at").value()), "2030-01-31T09:30:00.000000Z");
    EXPECT_EQ(full->text("colour"), "red");

    const auto bare = check_input(everything(), {{"room", "12"}, {"text", ""}}, ignored);
    ASSERT_TRUE(bare.has_value());
    EXPECT_EQ(bare->optional_text("text"), "");
    EXPECT_EQ(bare->optional_text("free"), std::nullopt);
    EXPECT_EQ(bare->text("free"), "");
    EXPECT_TRUE(bare->ids<user_id>("people").empty());
    EXPECT_EQ(bare->integer("limit", 50), 50);
    EXPECT_EQ(bare->boolean("hard"), std::nullopt);
    EXPECT_EQ(bare->object("data"), std::nullopt);
    EXPECT_EQ(bare->moment("at"), std::nullopt);
    EXPECT_EQ(bare->id<message_id>("free"), message_id{});
}

/// The value as JSON text, or the code of what is wrong.
std::string from_query(std::string_view name, std::string_view text) {
    const auto all = everything();
    const auto value = from_query_text(*find_field(all, name), text);
    return value ? json::serialize(*value) : value.error().code;
}

TEST(from_query_text, reads_each_type_strictly) {
    const std::vector<std::array<const char*, 3>> table{
        {"limit", "5", "5"},
        {"limit", "0", "field_range"},
        {"limit", "-5", "field_range"},
        {"limit", "05", "field_type"},
        {"limit", "+5", "field_type"},
        {"limit", "5.0", "field_type"},
        {"limit", "", "field_type"},
        {"limit", " 5", "field_type"},
        {"limit", "-0", "field_type"},
        {"limit", "9223372036854775808", "field_type"},
        {"hard", "true", "true"},
        {"hard", "false", "false"},
        {"hard", "1", "field_type"},
        {"hard", "", "field_type"},
        {"hard", "True", "field_type"},
        {"people", "1,2", R"(["1","2"])"},
        {"people", "1", R"(["1"])"},
        {"people", "", "id_invalid"},
        {"people", "1,", "id_invalid"},
        {"people", "1,2,3", "field_range"},
        {"text", "5", R"("5")"},
        {"text", "", R"("")"},
        {"room", "12", R"("12")"},
        {"room", "x", "id_invalid"},
        {"room", "012", "id_invalid"},
        {"colour", "blue", "field_choice"},
        {"data", "{}", "field_type"},
        {"text", "123456789", "text_too_long"},
        {"at", "2030-01-31T09:30:00Z", R"("2030-01-31T09:30:00Z")"},
        {"colour", "red", R"("red")"},
        {"at", "x", "field_type"},
    };
    for (const auto& [name, text, expected] : table) EXPECT_EQ(from_query(name, text), expected) << name << "=" << text;
}

}  // namespace
}  // namespace parley::transport
