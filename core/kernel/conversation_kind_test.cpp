// Kinds are open: plugins add theirs.
#include "kernel/conversation_kind.hpp"

#include <gtest/gtest.h>

namespace parley::kernel {
namespace {

TEST(kinds_of_conversation, are_there_from_the_start) {
    const kind_registry kinds;
    for (const auto* name : {"channel", "group", "direct", "group_direct", "support", "contact", "personal", "ticket"})
        EXPECT_NE(kinds.find(name), nullptr) << name;
    EXPECT_EQ(kinds.find("parlour"), nullptr);
}

TEST(kinds_of_conversation, can_be_added_once_under_each_name) {
    kind_registry kinds;
    const auto* channel = kinds.find("channel");
    EXPECT_TRUE(kinds.add({.name = "parlour", .sentence = "A room for guests.", .view_hints = {}}));
    EXPECT_EQ(kinds.find("parlour")->sentence, "A room for guests.");
    EXPECT_EQ(kinds.find("channel"), channel) << "addresses stay";
    const auto again = kinds.add({.name = "parlour", .sentence = {}, .view_hints = {}});
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, "kind_taken");
}

}  // namespace
}  // namespace parley::kernel
