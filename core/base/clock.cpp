// RFC 3339 without the locale machinery of <chrono>'s formatters, digit by digit: each message says it three times.
#include "base/clock.hpp"

#include <fmt/format.h>

namespace parley {
namespace {

/// Decimal, so that its last digit stands before `end`.
void put(std::string& into, std::size_t end, unsigned digits, std::int64_t value) {
    for (; digits > 0; --digits, value /= 10) into[--end] = static_cast<char>('0' + value % 10);
}

}  // namespace

std::string rfc3339(moment at) {
    using namespace std::chrono;
    const auto day = floor<days>(at);
    const year_month_day date{day};
    const hh_mm_ss time{at - day};
    const auto year = static_cast<int>(date.year());
    std::string text = "0000-00-00T00:00:00.000000Z";
    put(text, 7, 2, static_cast<unsigned>(date.month()));
    put(text, 10, 2, static_cast<unsigned>(date.day()));
    put(text, 13, 2, time.hours().count());
    put(text, 16, 2, time.minutes().count());
    put(text, 19, 2, time.seconds().count());
    put(text, 26, 6, time.subseconds().count());
    if (year < 0 || year > 9999) return text.replace(0, 4, fmt::format("{:04}", year));
    put(text, 4, 4, year);
    return text;
}

}  // namespace parley
