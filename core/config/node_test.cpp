// Trees of values: finding, setting, merging, showing.
#include "config/node.hpp"

#include <gtest/gtest.h>

namespace parley::config {
namespace {

node tree(std::initializer_list<std::pair<std::string_view, std::string>> values) {
    node made = node::object();
    for (const auto& [path, text] : values) made.set(path, plain_scalar(text));
    return made;
}

TEST(node, finds_what_was_set) {
    const node made = tree({{"a.b.c", "1"}, {"a.b.d", "2"}, {"e", "x"}});
    EXPECT_EQ(made.find("a.b.c")->integer, 1);
    EXPECT_EQ(made.find("a.b.d")->integer, 2);
    EXPECT_EQ(made.find("e")->text, "x");
    EXPECT_EQ(made.find("a.b.x"), nullptr);
    EXPECT_EQ(made.find("e.f"), nullptr);
}

TEST(node, erases_one_value_only) {
    node made = tree({{"a.b", "1"}, {"a.c", "2"}});
    made.erase("a.b");
    made.erase("x.y");
    EXPECT_EQ(made.find("a.b"), nullptr);
    EXPECT_EQ(made.find("a.c")->integer, 2);
}

TEST(node, merges_objects_and_replaces_lists) {
    node lower = tree({{"a.b", "1"}, {"a.c", "2"}});
    node upper = tree({{"a.c", "3"}, {"d", "4"}});
    node two, one;
    two.kind = one.kind = node_kind::list;
    two.items = {plain_scalar("x"), plain_scalar("y")};
    one.items = {plain_scalar("z")};
    lower.set("l", two);
    upper.set("l", one);
    const node made = merge(lower, upper);
    EXPECT_EQ(made.find("a.b")->integer, 1);
    EXPECT_EQ(made.find("a.c")->integer, 3);
    EXPECT_EQ(made.find("d")->integer, 4);
    EXPECT_EQ(made.find("l")->shown(), "[\"z\"]");
}

TEST(node, shows_a_secret_by_its_source_only) {
    node made = node::string("hunter2");
    made.secret = "file /etc/parley/db";
    EXPECT_EQ(made.shown(), "<secret from file /etc/parley/db>");
}

TEST(node, shows_nothing_that_a_terminal_would_obey) {
    EXPECT_EQ(node::string("a\x1b[2Jb\xff").shown(), "\"a\\u{1b}[2Jb\\xff\"");
}

TEST(node, takes_numbers_too_large_for_whole_ones_as_real) {
    EXPECT_EQ(plain_scalar("9223372036854775807").kind, node_kind::integer);
    EXPECT_EQ(plain_scalar("9223372036854775808").kind, node_kind::real);
    EXPECT_EQ(plain_scalar("-").kind, node_kind::text);
    EXPECT_EQ(plain_scalar("").kind, node_kind::text);
    EXPECT_EQ(plain_scalar("1.2.3").kind, node_kind::text);
    EXPECT_EQ(plain_scalar("127.0.0.1").kind, node_kind::text);
}

}  // namespace
}  // namespace parley::config
