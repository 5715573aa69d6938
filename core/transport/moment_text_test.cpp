// Moments as clients write them, right and wrong.
#include "transport/moment_text.hpp"

#include <gtest/gtest.h>

namespace parley::transport {
namespace {

std::string read(std::string_view text) {
    const auto at = parse_moment(text);
    return at ? rfc3339(*at) : "none";
}

TEST(moment_text, reads_what_clients_write) {
    EXPECT_EQ(read("2030-01-31T09:30:00Z"), "2030-01-31T09:30:00.000000Z");
    EXPECT_EQ(read("2030-01-31T09:30:00.5Z"), "2030-01-31T09:30:00.500000Z");
    EXPECT_EQ(read("2030-01-31T09:30:00.123456789Z"), "2030-01-31T09:30:00.123456Z");
    EXPECT_EQ(read("2030-01-31T00:30:00+02:00"), "2030-01-30T22:30:00.000000Z");
    EXPECT_EQ(read("2030-12-31T23:30:00-01:30"), "2031-01-01T01:00:00.000000Z");
    EXPECT_EQ(read("2028-02-29T00:00:00Z"), "2028-02-29T00:00:00.000000Z");
}

TEST(moment_text, reads_its_own_writing) {
    const moment at{std::chrono::microseconds{1'900'000'000'123'456}};
    EXPECT_EQ(parse_moment(rfc3339(at)), at);
}

TEST(moment_text, refuses_everything_else) {
    for (const auto* text : {"",
                             "2030",
                             "2030-01-31",
                             "2030-01-31 09:30:00Z",
                             "2030-01-31T09:30:00",
                             "2030-01-31T09:30:00z",
                             "2030-01-31T09:30Z",
                             "2030-02-30T09:30:00Z",
                             "2029-02-29T00:00:00Z",
                             "2030-13-01T00:00:00Z",
                             "2030-01-00T00:00:00Z",
                             "2030-01-31T24:00:00Z",
                             "2030-01-31T23:60:00Z",
                             "2030-01-31T23:59:60Z",
                             "2030-01-31T09:30:00.Z",
                             "2030-01-31T09:30:00+0200",
                             "2030-01-31T09:30:00+24:00",
                             "2030-01-31T09:30:00+02:60",
                             "2030-01-31T09:30:00ZZ",
                             " 2030-01-31T09:30:00Z",
                             "+030-01-31T09:30:00Z",
                             "2030-01-31T09:30:00Z+02:00"})
        EXPECT_EQ(read(text), "none") << text;
}

}  // namespace
}  // namespace parley::transport
