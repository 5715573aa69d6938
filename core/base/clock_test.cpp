// Moments as texts.
#include "base/clock.hpp"

#include <gtest/gtest.h>

namespace parley {
namespace {

using namespace std::chrono;

moment at(sys_days day, microseconds later) { return day + later; }

TEST(clock, a_moment_as_a_text) {
    EXPECT_EQ(rfc3339(moment{}), "1970-01-01T00:00:00.000000Z");
    EXPECT_EQ(rfc3339(at(2030y / January / 31, 9h + 30min)), "2030-01-31T09:30:00.000000Z");
    EXPECT_EQ(rfc3339(at(2024y / February / 29, 23h + 59min + 58s + 7us)), "2024-02-29T23:59:58.000007Z");
    EXPECT_EQ(rfc3339(at(1969y / December / 31, 23h + 59min + 59s + 999'999us)), "1969-12-31T23:59:59.999999Z");
    EXPECT_EQ(rfc3339(at(9999y / December / 31, 123'456us)), "9999-12-31T00:00:00.123456Z");
    EXPECT_EQ(rfc3339(at(year{12345} / June / 7, 1us)), "12345-06-07T00:00:00.000001Z");
}

}  // namespace
}  // namespace parley
