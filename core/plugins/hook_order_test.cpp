// The order of those who judge.
#include "plugins/hook_order.hpp"

#include <gtest/gtest.h>

namespace parley::plugins {
namespace {

struct node {
    std::string id;
    std::vector<std::string> after{};
    std::vector<std::string> before{};
};

std::string order_of(const std::vector<node>& all) {
    std::vector<ordered> nodes;
    for (const auto& one : all) nodes.push_back({one.id, one.after, one.before});
    const auto solved = solve_order(nodes);
    if (!solved) return "circle: " + solved.error();
    std::string made;
    for (const auto i : *solved) made += all[i].id + " ";
    return made;
}

TEST(hook_order, keeps_the_given_order_where_nobody_says_otherwise) {
    EXPECT_EQ(order_of({{"c"}, {"a"}, {"b"}}), "c a b ");
    EXPECT_EQ(order_of({}), "");
}

TEST(hook_order, follows_after_and_before) {
    EXPECT_EQ(order_of({{"a", {"b"}}, {"b"}, {"c"}}), "b a c ");
    EXPECT_EQ(order_of({{"a"}, {"b", {}, {"a"}}, {"c"}}), "b a c ");
    EXPECT_EQ(order_of({{"a", {"c"}}, {"b"}, {"c", {"b"}}}), "b c a ");
}

TEST(hook_order, ignores_who_is_not_there) { EXPECT_EQ(order_of({{"a", {"x"}, {"y"}}, {"b"}}), "a b "); }

TEST(hook_order, names_a_circle) {
    EXPECT_EQ(order_of({{"a", {"a"}}}), "circle: a, a");
    const auto said = order_of({{"x"}, {"a", {"b"}}, {"b", {"c"}}, {"c", {"a"}}, {"d", {"a"}}});
    EXPECT_TRUE(said == "circle: a, c, b, a" || said == "circle: c, b, a, c" || said == "circle: b, a, c, b") << said;
}

}  // namespace
}  // namespace parley::plugins
