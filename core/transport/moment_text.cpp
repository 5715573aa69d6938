// RFC 3339, read by hand: the library has no std::chrono::parse yet.
#include "transport/moment_text.hpp"

namespace parley::transport {
namespace {

/// Takes pieces off the front; once something does not fit, nothing fits any more.
class pieces {
public:
    explicit pieces(std::string_view text) : rest_(text) {}

    int number(std::size_t digits) {
        if (!good_ || rest_.size() < digits) return fail();
        int value = 0;
        for (const char c : rest_.substr(0, digits)) {
            if (c < '0' || c > '9') return fail();
            value = value * 10 + (c - '0');
        }
        rest_.remove_prefix(digits);
        return value;
    }

    void expect(char wanted) {
        if (!take(wanted)) fail();
    }

    bool take(char wanted) {
        if (!good_ || rest_.empty() || rest_.front() != wanted) return false;
        rest_.remove_prefix(1);
        return true;
    }

    /// At least one digit; those behind the sixth do not count.
    int microseconds() {
        int value = 0;
        int digits = 0;
        for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; rest_.remove_prefix(1))
            if (digits++ < 6) value = value * 10 + (rest_.front() - '0');
        if (digits == 0) return fail();
        for (; digits < 6; ++digits) value *= 10;
        return value;
    }

    void refuse() { good_ = false; }
    [[nodiscard]] bool complete() const { return good_ && rest_.empty(); }

private:
    int fail() {
        good_ = false;
        return 0;
    }

    std::string_view rest_;
    bool good_ = true;
};

std::chrono::minutes take_offset(pieces& from) {
    using namespace std::chrono;
    if (from.take('Z')) return minutes{0};
    const int sign = from.take('-') ? -1 : 1;
    if (sign > 0) from.expect('+');
    const int hours_east = from.number(2);
    from.expect(':');
    const int minutes_east = from.number(2);
    if (hours_east > 23 || minutes_east > 59) from.refuse();
    return sign * (hours{hours_east} + minutes{minutes_east});
}

}  // namespace

std::optional<moment> parse_moment(std::string_view text) {
    using namespace std::chrono;
    pieces from(text);
    const year in_year{from.number(4)};
    from.expect('-');
    const month in_month{static_cast<unsigned>(from.number(2))};
    from.expect('-');
    const year_month_day date{in_year, in_month, day{static_cast<unsigned>(from.number(2))}};
    from.expect('T');
    const int hour_of_day = from.number(2);
    from.expect(':');
    const int minute = from.number(2);
    from.expect(':');
    const int second = from.number(2);
    const int fraction = from.take('.') ? from.microseconds() : 0;
    const auto offset = take_offset(from);
    if (!from.complete() || !date.ok() || hour_of_day > 23 || minute > 59 || second > 59) return std::nullopt;
    return moment{sys_days{date}.time_since_epoch() + hours{hour_of_day} + minutes{minute} + seconds{second} +
                  std::chrono::microseconds{fraction} - offset};
}

}  // namespace parley::transport
