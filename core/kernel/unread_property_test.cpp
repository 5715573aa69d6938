// Unread and mention counts against a naive account, after every operation.
#include <gtest/gtest.h>

#include "kernel/testing/random_life.hpp"

namespace parley::kernel {
namespace {

using testing::random_life;

class unread_counts_of_a_random_life : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(unread_counts_of_a_random_life, are_those_of_the_naive_account_after_every_operation) {
    random_life life(GetParam());
    position before = life.inn.log_end();
    for (int i = 0; i < 1'500; ++i) {
        life.step();
        SCOPED_TRACE("seed " + std::to_string(GetParam()) + ", step " + std::to_string(i) + ", " + life.last_done());
        for (const auto& event : life.inn.log_after(before)) ASSERT_EQ(event.at, ++before) << "positions have no holes";
        for (const auto& [in, members] : life.read) {
            ASSERT_EQ(life.inn.rows().conversations.at(in).member_count, std::ssize(members));
            for (const auto& [who, upto] : members) ASSERT_EQ(life.inn.unread(who, in), life.expected_unread(who, in));
        }
        if (HasFailure()) return;
    }
    for (const auto* what : {"send",   "hold",      "resend",      "edit",    "delete", "purge",      "release",
                             "reject", "mark_read", "mark_unread", "join",    "leave",  "add_member", "remove_member",
                             "ban",    "unban",     "set_role",    "archive", "grant",  "withdraw",   "redefine"})
        EXPECT_TRUE(life.done().contains(what)) << what << " never took effect";
}

INSTANTIATE_TEST_SUITE_P(seeds, unread_counts_of_a_random_life, ::testing::Values(1, 2, 3, 4));

}  // namespace
}  // namespace parley::kernel
