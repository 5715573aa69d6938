// YAML text into a tree: what is read, what is refused, and where it says so.
#include "config/read_yaml.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace parley::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct reading {
    std::optional<node> tree;
    std::vector<std::string> problems;
};

reading read(std::string_view text) {
    problem_list problems;
    reading made{read_yaml(text, std::make_shared<const std::string>("a.yaml"), problems), {}};
    for (const auto& each : problems.take()) made.problems.push_back(each.text());
    return made;
}

std::string repeated(std::string_view text, int times) {
    std::string made;
    for (int i = 0; i < times; ++i) made += text;
    return made;
}

TEST(read_yaml, keeps_values_with_their_places) {
    const auto [tree, problems] = read("server:\n  port: 8080\n  hosts: [a, 'b']\n");
    ASSERT_TRUE(tree);
    EXPECT_TRUE(problems.empty());
    const node* port = tree->find("server.port");
    ASSERT_NE(port, nullptr);
    EXPECT_EQ(port->integer, 8080);
    EXPECT_EQ(*port->where.name, "a.yaml");
    EXPECT_EQ(port->where.line, 2);
    EXPECT_EQ(port->where.column, 9);
    EXPECT_EQ(tree->find("server.hosts")->items.at(1).text, "b");
    EXPECT_EQ(tree->find("server.hosts")->where.column, 3) << "a list is found by its key";
}

TEST(read_yaml, knows_few_kinds_of_scalars_and_guesses_nothing) {
    const auto tree =
        read("a: true\nb: yes\nc: 010\nd: 0x10\ne: -3\nf: 1.5\ng: ''\nh:\ni: '7'\nj: 1e3\nk: .inf\n").tree;
    ASSERT_TRUE(tree);
    const auto kind = [&](std::string_view key) { return tree->child(key)->kind; };
    EXPECT_EQ(kind("a"), node_kind::boolean);
    EXPECT_EQ(kind("b"), node_kind::text);
    EXPECT_EQ(kind("c"), node_kind::text);
    EXPECT_EQ(kind("d"), node_kind::text);
    EXPECT_EQ(kind("e"), node_kind::integer);
    EXPECT_EQ(kind("f"), node_kind::real);
    EXPECT_EQ(kind("g"), node_kind::text);
    EXPECT_EQ(kind("h"), node_kind::nothing);
    EXPECT_EQ(kind("i"), node_kind::text);
    EXPECT_EQ(kind("j"), node_kind::real);
    EXPECT_EQ(kind("k"), node_kind::text);
}

TEST(read_yaml, takes_nothing_for_an_empty_object) {
    for (const std::string_view text : {"", "# only a comment\n", "---\n", "{}"}) {
        const auto [tree, problems] = read(text);
        ASSERT_TRUE(tree) << text;
        EXPECT_EQ(tree->kind, node_kind::object);
        EXPECT_TRUE(problems.empty()) << text;
    }
}

TEST(read_yaml, refuses_anchors_aliases_and_tags_all_at_once) {
    const auto problems = read("a: &x 1\nb: *x\nc: !!str 2\nd: !mine {e: 1}\n").problems;
    EXPECT_THAT(
        problems,
        ElementsAre("a.yaml:1:4: anchors (&name) are not allowed", "a.yaml:2:4: aliases (*name) are not allowed",
                    "a.yaml:3:4: tags (!name) are not allowed", "a.yaml:4:4: tags (!name) are not allowed"));
}

TEST(read_yaml, refuses_a_bomb_of_aliases_quickly) {
    std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 20; ++i) {
        const std::string below = "*a" + std::to_string(i - 1);
        text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + below + repeated(", " + below, 8) + "]\n";
    }
    const auto begin = std::chrono::steady_clock::now();
    const auto problems = read(text).problems;
    EXPECT_GE(problems.size(), 20U);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

TEST(read_yaml, refuses_a_key_that_stands_twice) {
    EXPECT_THAT(read("a: 1\nb: 2\na: 3\n").problems, ElementsAre("a.yaml:3:1: the key 'a' stands here twice"));
    EXPECT_THAT(read("a: {b: 1, 'b': 2}\n").problems, ElementsAre("a.yaml:1:11: the key 'b' stands here twice"));
}

TEST(read_yaml, refuses_keys_that_are_no_words) {
    EXPECT_THAT(read("{a: 1}: 2\nb: 3\n").problems, ElementsAre("a.yaml:1:1: a key has to be a word"));
    EXPECT_THAT(read("? [a]\n: 2\n").problems, ElementsAre("a.yaml:1:3: a key has to be a word"));
    EXPECT_THAT(read("~: 2\n").problems, ElementsAre("a.yaml:1:1: a key has to be a word"));
}

TEST(read_yaml, refuses_what_is_no_object_or_more_than_one) {
    EXPECT_THAT(read("[a]").problems, ElementsAre(HasSubstr("has to consist of settings")));
    EXPECT_THAT(read("hello").problems, ElementsAre(HasSubstr("has to consist of settings")));
    EXPECT_THAT(read("a: 1\n---\nb: 1\n").problems, ElementsAre(HasSubstr("a second document")));
}

TEST(read_yaml, says_where_the_syntax_breaks) {
    const auto [tree, problems] = read("server:\n  port: [1, 2\nlog: x\n");
    EXPECT_FALSE(tree);
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_TRUE(problems[0].starts_with("a.yaml:3:")) << problems[0];
}

TEST(read_yaml, refuses_what_is_not_text) {
    EXPECT_THAT(read(std::string_view("a: b\nc: \0d\n", 11)).problems,
                ElementsAre("a.yaml:2:4: not UTF-8, or a control character"));
    EXPECT_THAT(read("a: \xff\xfe\n").problems, ElementsAre("a.yaml:1:4: not UTF-8, or a control character"));
    EXPECT_THAT(read("a: \x1b[31m\n").problems, ElementsAre("a.yaml:1:4: not UTF-8, or a control character"));
    EXPECT_THAT(read("a: \"\\e[31m\"\n").problems, ElementsAre("a.yaml:1:4: a text with a control character in it"));
    EXPECT_THAT(read("a: \"\\0\"\n").problems, ElementsAre("a.yaml:1:4: a text with a control character in it"));
}

TEST(read_yaml, keeps_its_limits) {
    EXPECT_THAT(read(std::string(yaml_limits::bytes + 1, '#')).problems, ElementsAre(HasSubstr("longer than")));
    EXPECT_THAT(read("a: " + repeated("[", 40) + repeated("]", 40)).problems, ElementsAre(HasSubstr("nested deeper")));
    EXPECT_TRUE(read("a: " + repeated("[", 31) + repeated("]", 31)).problems.empty());
    EXPECT_THAT(read("a: [" + repeated("1,", 20000) + "]").problems, ElementsAre(HasSubstr("more than 20000 values")));
}

TEST(read_yaml, answers_a_megabyte_of_anything_in_time) {
    for (const std::string_view piece :
         {"[",   "{",    "- ",   "? ",   "a: ", "a: {", "&a ", "*a ",        "!a ",   "\"",  "'", "|\n",
          "#\n", "- - ", "[a, ", "{a: ", "\n",  " ",    "\t",  "%TAG ! x\n", "---\n", "a\n", "&", "x,"}) {
        const auto text = repeated(piece, static_cast<int>(yaml_limits::bytes / piece.size()));
        const auto begin = std::chrono::steady_clock::now();
        (void)read(text);
        EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10)) << piece;
    }
    std::string keys;
    for (int i = 0; keys.size() < yaml_limits::bytes - 20; ++i) keys += "k" + std::to_string(i) + ": 1\n";
    EXPECT_THAT(read(keys).problems, ElementsAre(HasSubstr("more than 20000 values")));
}

}  // namespace
}  // namespace parley::config
