// Time as the kernel sees it: handed in, so that tests own it.
#pragma once

#include <chrono>
#include <string>

namespace parley {

/// A moment in UTC, in microseconds since 1970; stored and compared as such.
using moment = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;

/// Where "now" comes from. Safe to call from any thread.
class clock {
public:
    virtual ~clock() = default;
    [[nodiscard]] virtual moment now() const = 0;
};

/// The machine's clock.
class system_clock final : public clock {
public:
    [[nodiscard]] moment now() const override {
        return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
    }
};

/// A clock that stands still until a test moves it.
class fake_clock final : public clock {
public:
    explicit fake_clock(moment start = moment{std::chrono::seconds{1'800'000'000}}) : now_(start) {}
    [[nodiscard]] moment now() const override { return now_; }
    void advance(std::chrono::microseconds by) { now_ += by; }

private:
    moment now_;
};

/// RFC 3339 in UTC with microseconds: "2030-01-31T09:30:00.000000Z".
[[nodiscard]] std::string rfc3339(moment at);

}  // namespace parley
