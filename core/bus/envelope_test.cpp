// What is sealed is opened as it was; what anybody changed, sent again or sent elsewhere is not.
#include "bus/envelope.hpp"

#include <gtest/gtest.h>

namespace parley::bus {
namespace {

using namespace kernel;
using namespace std::chrono_literals;

const std::string key = "a key of thirty-two bytes, or more";

class envelope : public ::testing::Test {
protected:
    envelopes ann{"parley", key, 1};
    envelopes bob{"parley", key, 2};

    [[nodiscard]] std::string refused(const sealed& one) {
        const auto read = bob.open(one.subject, one.payload);
        return read ? "taken" : read.error().code;
    }
};

TEST_F(envelope, everything_comes_out_as_it_went_in) {
    const presence_share share{.user = user_id{7},
                               .devices = 2,
                               .idle = true,
                               .active_ago = 1'500ms,
                               .chosen = presence::busy,
                               .chosen_ago = 20ms,
                               .in = {conversation_id{21}, conversation_id{22}}};
    const presence_share gone{.user = user_id{8}};
    const std::vector<bus_news> all{
        log_moved{.end = 41},
        typing_news{.in = conversation_id{21}, .user = user_id{7}, .lasts = 6s},
        presence_news{.people = {share, gone}},
        sign_of_life{.asks = true, .leaves = false},
    };
    for (const auto& what : all) {
        const bool is_of_servers = std::holds_alternative<sign_of_life>(what);
        const auto letter = ann.seal(is_of_servers ? tenant_id{} : tenant_id{5}, what);
        const auto read = bob.open(letter.subject, letter.payload);
        ASSERT_TRUE(read) << read.error().code << " " << letter.payload;
        EXPECT_EQ(read->from, 1);
        EXPECT_EQ(read->tenant, is_of_servers ? tenant_id{} : tenant_id{5});
        EXPECT_TRUE(read->what == what) << letter.payload;
    }
}

TEST_F(envelope, each_tenant_has_a_subject_of_its_own) {
    EXPECT_EQ(ann.seal(tenant_id{5}, log_moved{1}).subject, "parley.v1.t.5.log");
    EXPECT_EQ(ann.seal(tenant_id{6}, typing_news{}).subject, "parley.v1.t.6.typing");
    EXPECT_EQ(ann.seal({}, sign_of_life{}).subject, "parley.v1.servers");
    EXPECT_EQ(ann.everything(), "parley.v1.>");
}

TEST_F(envelope, what_was_said_of_one_tenant_is_not_taken_for_another) {
    auto letter = ann.seal(tenant_id{5}, log_moved{41});
    letter.subject = "parley.v1.t.6.log";
    EXPECT_EQ(refused(letter), "bus_stranger");
}

TEST_F(envelope, what_is_not_signed_with_the_key_is_not_taken) {
    const auto good = ann.seal(tenant_id{5}, log_moved{41});
    for (std::size_t i = 0; i < good.payload.size(); ++i) {
        auto changed = good;
        changed.payload[i] = changed.payload[i] == '1' ? '2' : '1';
        EXPECT_NE(refused(changed), "taken") << i;
    }
    for (std::size_t length = 0; length < good.payload.size(); ++length) {
        auto cut = good;
        cut.payload.resize(length);
        EXPECT_NE(refused(cut), "taken") << length;
    }
    envelopes stranger{"parley", "another key of thirty-two bytes, too", 3};
    EXPECT_EQ(refused(stranger.seal(tenant_id{5}, log_moved{41})), "bus_stranger");
    EXPECT_EQ(refused(good), "taken") << "and none of these tries spoiled it";
}

TEST_F(envelope, nothing_is_taken_twice_or_after_what_came_later) {
    const auto first = ann.seal(tenant_id{5}, typing_news{.in = {}, .user = {}, .lasts = 6s});
    const auto second = ann.seal(tenant_id{5}, typing_news{});
    const auto third = ann.seal(tenant_id{5}, log_moved{3});
    EXPECT_EQ(refused(second), "taken");
    EXPECT_EQ(refused(first), "bus_old");
    EXPECT_EQ(refused(second), "bus_old");
    EXPECT_EQ(refused(third), "taken");
}

TEST_F(envelope, nobody_hears_itself) {
    const auto letter = ann.seal(tenant_id{5}, log_moved{1});
    EXPECT_EQ(ann.open(letter.subject, letter.payload).error().code, "bus_own");
}

TEST_F(envelope, other_installations_and_versions_are_not_listened_to) {
    auto letter = ann.seal(tenant_id{5}, log_moved{1});
    letter.subject = "parley.v2.t.5.log";
    EXPECT_EQ(refused(letter), "bus_unknown");
    envelopes other{"chat", key, 3};
    EXPECT_EQ(refused(other.seal(tenant_id{5}, log_moved{1})), "bus_unknown");
}

TEST(bus_peer, no_two_are_the_same) {
    const auto one = new_peer();
    EXPECT_GT(one, 0);
    EXPECT_NE(one, new_peer());
}

}  // namespace
}  // namespace parley::bus
