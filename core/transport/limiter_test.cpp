// Who is counted together, what is given back, and that the time told is the time needed.
#include "transport/limiter.hpp"

#include <gtest/gtest.h>

#include "kernel/testing/house.hpp"

namespace parley::transport {
namespace {

using namespace std::chrono_literals;

class limits : public ::testing::Test {
protected:
    limits() {
        settings.now.limits.message = {.per_minute = 60, .burst = 3};
        settings.now.limits.read = {.per_minute = 60, .burst = 5};
        settings.now.limits.sign_in = {.per_minute = 6, .burst = 2};
        settings.now.limits.tenant = {.per_minute = 0, .burst = 1};
    }
    ip_address at(std::string_view text) { return ip_address::parse(text).value(); }
    asking who(std::int64_t user, std::string_view from = "192.0.2.1", std::int64_t tenant = 1) {
        return {.tenant_name = "inn", .tenant = tenant_id{tenant}, .user = user_id{user}, .from = at(from)};
    }
    /// How many of them pass before the first refusal.
    int passing(const asking& one, route_class what) {
        int count = 0;
        while (count < 1000 && limiting.admit(one, what)) ++count;
        return count;
    }

    kernel::testing::fixed_settings settings;
    ticks now = 1h;
    limiter limiting{{.address = {.per_minute = 600, .burst = 10}, .keys = 4096}, settings, [this] { return now; }};
};

TEST_F(limits, EachUserHasABucketForEachKindOfRequest) {
    EXPECT_EQ(passing(who(1), route_class::message), 3);
    EXPECT_EQ(passing(who(1), route_class::read), 5);
    EXPECT_EQ(passing(who(2), route_class::message), 3);
    EXPECT_EQ(passing(who(1, "192.0.2.1", 2), route_class::message), 3) << "another tenant";
    EXPECT_EQ(passing(who(1, "192.0.2.77"), route_class::message), 0) << "another address is the same user";
    EXPECT_EQ(limiting.refused().by_user, 5U);
}

TEST_F(limits, WaitingAsLongAsToldIsEnoughAndASecondLessIsNot) {
    for (const auto what : {route_class::message, route_class::sign_in}) {
        passing(who(1), what);
        now += 300ms;
        const auto refused = limiting.admit(who(1), what);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, fault::too_many);
        EXPECT_EQ(refused.error().code, "rate_limited");
        const auto told = refused.error().retry_after;
        EXPECT_GE(told, 1s);
        now += told - 1s;
        EXPECT_FALSE(limiting.admit(who(1), what));
        now += 1s;
        EXPECT_TRUE(limiting.admit(who(1), what));
    }
}

TEST_F(limits, WhoIsNotSignedInIsCountedByAddress) {
    EXPECT_EQ(passing(who(0, "2001:db8:1:2::1"), route_class::sign_in), 2);
    EXPECT_EQ(passing(who(0, "2001:DB8:1:2:ffff::9"), route_class::sign_in), 0) << "a neighbour in the same /64";
    EXPECT_EQ(passing(who(0, "2001:db8:1:3::1"), route_class::sign_in), 2);
    EXPECT_EQ(passing(who(0, "192.0.2.1"), route_class::sign_in), 2);
    EXPECT_EQ(passing(who(0, "::ffff:192.0.2.1"), route_class::sign_in), 0);
    EXPECT_EQ(passing(who(0, "::FFFF:c000:0201"), route_class::sign_in), 0);
    EXPECT_EQ(passing(who(0, "192.0.2.1", 2), route_class::sign_in), 2) << "tries at another tenant";
}

TEST_F(limits, TriesToSignInAreTheAddresssWhoeverIsSignedInThere) {
    EXPECT_EQ(passing(who(0), route_class::sign_in), 2);
    EXPECT_EQ(passing(who(1), route_class::sign_in), 0);
    EXPECT_EQ(passing(who(2), route_class::sign_in), 0);
    EXPECT_EQ(passing(who(2, "192.0.2.2"), route_class::sign_in), 2);
}

TEST_F(limits, AnAddressHasABucketForEverythingTogether) {
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(limiting.knock(at("192.0.2.1")));
    const auto refused = limiting.knock(at("::ffff:192.0.2.1"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().retry_after, 1s);
    EXPECT_TRUE(limiting.knock(at("192.0.2.2")));
    now += 1s;
    EXPECT_TRUE(limiting.knock(at("192.0.2.1")));
    EXPECT_EQ(limiting.refused().by_address, 1U);
}

TEST_F(limits, WhoIsRefusedTakesNothingFromOthersAtTheSameAddress) {
    int passed = 0;
    for (int i = 0; i < 1000; ++i) {
        ASSERT_TRUE(limiting.knock(at("192.0.2.1")));
        if (limiting.admit(who(1), route_class::message)) ++passed;
    }
    EXPECT_EQ(passed, 3);
    EXPECT_TRUE(limiting.knock(at("192.0.2.1")));
    EXPECT_TRUE(limiting.admit(who(2), route_class::message));
}

TEST_F(limits, ATenantHasABucketForAllItsPeople) {
    settings.now.limits.tenant = {.per_minute = 60, .burst = 4};
    EXPECT_EQ(passing(who(1), route_class::message), 3);
    EXPECT_EQ(passing(who(2), route_class::message), 1) << "those that user 1 was refused do not count";
    EXPECT_EQ(limiting.refused().by_tenant, 1U);
    EXPECT_EQ(passing(who(1, "192.0.2.1", 2), route_class::message), 3) << "the neighbour does not notice";
    now += 3s;
    EXPECT_EQ(passing(who(2), route_class::message), 3) << "what the tenant refused was not counted against the user";
}

TEST_F(limits, ZeroIsNoLimitAndTheServerMayHaveNone) {
    settings.now.limits.message.per_minute = 0;
    EXPECT_EQ(passing(who(1), route_class::message), 1000);
    limiter off({.limits = limiter_options::state::off, .address = {.per_minute = 1, .burst = 1}, .keys = 1}, settings,
                [this] { return now; });
    for (int i = 0; i < 100; ++i) {
        EXPECT_TRUE(off.knock(at("192.0.2.1")));
        EXPECT_TRUE(off.admit(who(1), route_class::read));
    }
}

TEST_F(limits, ALimitThatIsChangedHoldsAtOnce) {
    EXPECT_EQ(passing(who(1), route_class::message), 3);
    settings.now.limits.message = {.per_minute = 60, .burst = 10};
    EXPECT_EQ(passing(who(1), route_class::message), 7);
    settings.now.limits.message = {.per_minute = 60, .burst = 1};
    const auto refused = limiting.admit(who(1), route_class::message);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().retry_after, 1s) << "and not the ten that the higher burst would take";
    now += 1s;
    EXPECT_EQ(passing(who(1), route_class::message), 1);
}

}  // namespace
}  // namespace parley::transport
