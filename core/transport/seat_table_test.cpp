// Seats are counted by key, come back, and leave nothing behind.
#include "transport/seat_table.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace parley::transport {
namespace {

TEST(SeatTable, CountsByKeyAndTakesBack) {
    seat_table table;
    auto first = table.take("ann", 2);
    auto second = table.take("ann", 2);
    ASSERT_TRUE(first && second);
    EXPECT_FALSE(table.take("ann", 2));
    EXPECT_TRUE(table.take("bob", 2)) << "free again at once";
    EXPECT_EQ(table.taken(), 2U);
    first.reset();
    EXPECT_EQ(table.taken(), 1U);
    EXPECT_TRUE(table.take("ann", 2));
    auto moved = std::move(*second);
    second.reset();
    EXPECT_EQ(table.taken(), 1U) << "a seat that was moved is still taken";
    moved = {};
    EXPECT_EQ(table.taken(), 0U);
}

TEST(SeatTable, NoLimitStillCounts) {
    seat_table table;
    std::vector<seat_table::seat> all;
    for (int i = 0; i < 1000; ++i) all.push_back(table.take("ann", 0).value());
    EXPECT_EQ(table.taken(), 1000U);
    EXPECT_FALSE(table.take("ann", 1000));
}

TEST(SeatTable, ASeatMayOutliveItsTable) {
    std::optional<seat_table::seat> last;
    {
        seat_table table;
        last = table.take("ann", 1);
    }
    last.reset();
}

}  // namespace
}  // namespace parley::transport
