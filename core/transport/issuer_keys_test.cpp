// Keys of issuers: kept, renewed, rotated, and what happens while the issuer is away.
#include "transport/issuer_keys.hpp"

#include <gtest/gtest.h>

#include <deque>

#include "base/testing/jwt_issuer.hpp"

namespace parley::transport {
namespace json = boost::json;
namespace {

using jwt::algorithm;
using jwt::testing::issuer;
using namespace std::chrono_literals;

class issuer_keys_run : public ::testing::Test {
protected:
    fake_clock time;
    std::deque<std::pair<web_request, web_answered>> asked;
    issuer_keys keys{time, [this](web_request wanted, web_answered answer) {
                         asked.emplace_back(std::move(wanted), std::move(answer));
                     }};
    issuer first{algorithm::eddsa, "first"}, second{algorithm::es256, "second"};
    const issuer_keys::place where{"https://issuer.example/keys"};
    std::vector<std::string> said;

    /// Asks for a token's keys; what is said in the end goes into `said`: a key's name or a code.
    void want(const issuer& whose, issuer_keys::place from) {
        const auto token = jwt::read(whose.token({{"iss", "i"}, {"aud", "a"}})).value();
        keys.find(from, token, [this, token](result<issuer_keys::keys> had) {
            if (!had) return said.push_back(had.error().code);
            std::string fits = "none";
            for (const auto& one : **had)
                if (jwt::may_fit(token, one)) fits = one.id();
            said.push_back(fits);
        });
    }
    void want(const issuer& whose) { want(whose, where); }
    void come(std::initializer_list<const issuer*> of, std::string cache_control = {}) {
        json::array all;
        for (const auto* one : of) all.push_back(one->jwk());
        come(web_answer{200, json::serialize(json::object{{"keys", std::move(all)}}), std::move(cache_control)});
    }
    void come(result<web_answer> with) {
        ASSERT_FALSE(asked.empty());
        auto answer = std::move(asked.front().second);
        asked.pop_front();
        answer(std::move(with));
    }
    void fail() { come(failure(fault::unavailable, "web_away", "Away.")); }
    std::vector<std::string> take() { return std::exchange(said, {}); }
    using words = std::vector<std::string>;
};

TEST_F(issuer_keys_run, one_fetch_serves_all_who_wait_and_those_after) {
    want(first);
    want(first);
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_EQ(asked[0].first.url, where.url);
    EXPECT_EQ(asked[0].first.may, reach::open_internet);
    EXPECT_EQ(take(), words{});
    come({&first});
    EXPECT_EQ(take(), (words{"first", "first"}));
    time.advance(59min);
    want(first);
    EXPECT_EQ(take(), words{"first"});
    EXPECT_TRUE(asked.empty());
    time.advance(1min);
    want(first);
    EXPECT_EQ(asked.size(), 1U) << "an hour when nobody says";
}

TEST_F(issuer_keys_run, are_kept_as_long_as_the_issuer_says_within_bounds) {
    EXPECT_EQ(kept_for(""), 1h);
    EXPECT_EQ(kept_for("no-store"), 1h);
    EXPECT_EQ(kept_for(" public, max-age=600"), 10min);
    EXPECT_EQ(kept_for("Max-Age=600, must-revalidate"), 10min);
    EXPECT_EQ(kept_for("s-maxage=9, max-age=600"), 10min);
    EXPECT_EQ(kept_for("max-age=0"), 5min);
    EXPECT_EQ(kept_for("max-age=-5"), 5min);
    EXPECT_EQ(kept_for("max-age=99999999"), 24h);
    EXPECT_EQ(kept_for("max-age=99999999999999999999999"), 24h);
    EXPECT_EQ(kept_for("max-age=x"), 1h);
    want(first);
    come({&first}, "max-age=1");
    time.advance(5min - 1s);
    want(first);
    EXPECT_TRUE(asked.empty());
    time.advance(1s);
    want(first);
    EXPECT_EQ(asked.size(), 1U);
}

TEST_F(issuer_keys_run, a_new_name_makes_them_fetched_once_a_minute_at_most) {
    want(first);
    come({&first});
    want(second);
    EXPECT_EQ(take(), (words{"first", "none"})) << "asked a moment ago";
    EXPECT_TRUE(asked.empty());
    time.advance(1min);
    want(second);
    ASSERT_EQ(asked.size(), 1U);
    want(first);
    EXPECT_EQ(take(), words{"first"}) << "who is known does not wait for who is not";
    come({&second});
    EXPECT_EQ(take(), words{"second"});
    for (int i = 0; i < 1000; ++i) want(first);  // rotated out
    EXPECT_TRUE(asked.empty());
    EXPECT_EQ(take(), words(1000, "none"));
}

TEST_F(issuer_keys_run, while_the_issuer_is_away_the_old_ones_stay) {
    want(first);
    fail();
    EXPECT_EQ(take(), words{"issuer_away"});
    want(first);
    EXPECT_EQ(take(), words{"issuer_away"}) << "not asked again at once";
    EXPECT_TRUE(asked.empty());
    time.advance(1min);
    want(first);
    come({&first});
    EXPECT_EQ(take(), words{"first"});
    for (const auto& bad : {web_answer{500, "{}", ""}, web_answer{302, "", ""}, web_answer{200, "<html>", ""},
                            web_answer{200, R"({"keys":[]})", ""}}) {
        time.advance(25h);
        want(first);
        come(bad);
        EXPECT_EQ(take(), words{"first"});
    }
    time.advance(1min);
    want(first);
    come({&first, &second});
    want(second);
    EXPECT_EQ(take(), (words{"first", "second"}));
}

TEST_F(issuer_keys_run, places_and_reaches_are_apart) {
    want(first);
    want(first, {where.url, reach::also_private});
    want(second, {"https://other.example/keys"});
    ASSERT_EQ(asked.size(), 3U);
    EXPECT_EQ(asked[1].first.may, reach::also_private);
    come({&first});
    EXPECT_EQ(take(), words{"first"});
}

TEST_F(issuer_keys_run, a_clock_that_is_put_back_does_not_stop_it) {
    want(first);
    fail();
    time.advance(-1h);
    want(first);
    EXPECT_EQ(asked.size(), 1U);
}

}  // namespace
}  // namespace parley::transport
