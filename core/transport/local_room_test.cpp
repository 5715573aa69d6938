// Who hears what in one thread's room, and how a listener joins without a gap.
#include "transport/local_room.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <new>

#include "base/testing/scarce_memory.hpp"

namespace parley::transport {
namespace {

constexpr tenant_id hotel{1};
constexpr user_id ann{10};
constexpr user_id bob{11};
constexpr conversation_id lobby{100};

/// Keeps the positions of what it was given.
struct ear final : listener {
    void deliver(const shared_frame& frame) override {
        const auto said = boost::json::parse(frame->payload()).as_object();
        heard.push_back(said.contains("position") ? said.at("position").to_number<position>() : 0);
        if (leaves_at != heard.back()) return;
        room->leave(hotel, *this);
        left = true;
    }
    void deliver(const shared_run& frames) override {
        ++runs;
        for (const auto& one : frames->frames())
            if (!left) deliver(one);
    }
    void account_changed() override { ++account_changes; }
    void memberships_changed() override { ++moves; }
    void lost_the_thread() override { lost = true; }
    void token_ended(token_id) override {}
    void time_passed(moment) override {}

    std::vector<position> heard;
    int account_changes = 0;
    int moves = 0;
    int runs = 0;
    bool lost = false;
    bool left = false;
    position leaves_at = -1;
    local_room* room = nullptr;
};

std::shared_ptr<const encoded_event> said(position at, std::string type, audience who, user_id user = {}) {
    auto one = std::make_shared<event>();
    one->at = at;
    one->type = std::move(type);
    one->heard_by = who;
    one->conversation = lobby;
    one->user = user;
    return std::make_shared<const encoded_event>(std::move(one));
}

std::shared_ptr<const encoded_event> message(position at) { return said(at, "message.created", audience::members); }

kernel::hearing hearing_of(user_id who, std::vector<conversation_id> in, position since = 0) {
    return kernel::hearing(kernel::viewer{.id = who}, kernel::hears_held::no, [&] {
        std::vector<kernel::membership> all;
        for (const auto one : in) all.push_back({{.id = one}, {.conversation = one, .joined_position = since}});
        return all;
    }());
}

using positions = std::vector<position>;

TEST(local_room, gives_members_what_is_said_after_they_joined) {
    local_room room;
    ear listening;
    room.hear(hotel, {message(1), message(2)});
    ASSERT_TRUE(room.join(hotel, listening, hearing_of(ann, {lobby}), 2));
    room.hear(hotel, {message(3), message(4)});
    EXPECT_EQ(listening.heard, (positions{3, 4}));
}

TEST(local_room, bridges_what_was_said_between_the_log_and_the_seat) {
    local_room room;
    ear listening;
    room.hear(hotel, {message(1)});
    room.expect(hotel);
    room.hear(hotel, {message(2), message(3), message(4)});
    ASSERT_TRUE(room.join(hotel, listening, hearing_of(ann, {lobby}), 2));
    EXPECT_EQ(listening.heard, (positions{3, 4}));
}

TEST(local_room, who_joins_stays_where_others_have_left_meanwhile) {
    local_room room;
    ear listening;
    room.hear(hotel, {message(1)});
    room.expect(hotel);
    room.hear(hotel, {said(2, "conversation.left", audience::user, bob)});
    ASSERT_TRUE(room.join(hotel, listening, hearing_of(ann, {lobby}), 1));
    room.hear(hotel, {message(3)});
    EXPECT_EQ(listening.heard, positions{3});
    EXPECT_EQ(listening.moves, 0);
}

TEST(local_room, sends_who_asks_too_late_back_to_the_log) {
    local_room room;
    ear listening;
    room.hear(hotel, {message(1), message(2)});
    EXPECT_FALSE(room.join(hotel, listening, hearing_of(ann, {lobby}), 1));
    room.hear(hotel, {message(3)});
    EXPECT_TRUE(listening.heard.empty());
}

TEST(local_room, skips_what_the_log_has_already_shown) {
    local_room room;
    ear listening;
    ASSERT_TRUE(room.join(hotel, listening, hearing_of(ann, {lobby}), 5));
    room.hear(hotel, {message(4), message(5), message(6)});
    EXPECT_EQ(listening.heard, (positions{6}));
}

TEST(local_room, notices_a_gap_before_the_first_event_that_it_hears) {
    for (const position at : {0, 5}) {
        local_room room;
        ear listening;
        ASSERT_TRUE(room.join(hotel, listening, hearing_of(ann, {lobby}), at));
        room.hear(hotel, {message(at + 1)});
        EXPECT_FALSE(listening.lost);
        local_room another;
        ear missing;
        ASSERT_TRUE(another.join(hotel, missing, hearing_of(ann, {lobby}), at));
        another.hear(hotel, {message(at + 2)});
        EXPECT_TRUE(missing.lost) << "another process has written " << at + 1;
    }
}

TEST(local_room, gives_what_belongs_together_at_once_and_parts_of_it_one_by_one) {
    local_room room;
    ear all;
    ear late;
    ear other;
    ASSERT_TRUE(room.join(hotel, all, hearing_of(ann, {lobby}), 0));
    ASSERT_TRUE(room.join(hotel, late, hearing_of(bob, {lobby}, 2), 0));
    ASSERT_TRUE(room.join(hotel, other, hearing_of(user_id{12}, {conversation_id{101}}), 0));
    room.hear(hotel, {message(1), message(2), message(3)});
    EXPECT_EQ(all.heard, (positions{1, 2, 3}));
    EXPECT_EQ(all.runs, 1);
    EXPECT_EQ(late.heard, (positions{2, 3}));
    EXPECT_EQ(late.runs, 0);
    EXPECT_TRUE(other.heard.empty());
}

TEST(local_room, ends_a_run_where_hearers_may_differ_or_something_is_missing) {
    local_room room;
    ear listening;
    ASSERT_TRUE(room.join(hotel, listening, hearing_of(ann, {lobby}), 0));
    room.hear(hotel, {message(1), said(2, "read.updated", audience::user, ann), message(3),
                      said(4, "conversation.deleted", audience::members)});
    EXPECT_EQ(listening.heard, (positions{1, 2, 3, 4}));
    EXPECT_EQ(listening.runs, 0);
    room.hear(hotel, {message(4), message(5), message(7)});
    EXPECT_TRUE(listening.lost);
    EXPECT_EQ(listening.runs, 0);
}

TEST(local_room, bounds_what_it_gives_at_once) {
    local_room room;
    ear listening;
    ASSERT_TRUE(room.join(hotel, listening, hearing_of(ann, {lobby}), 0));
    local_room::batch many;
    positions wanted;
    for (position at = 1; at <= 100; ++at) {
        many.push_back(message(at));
        wanted.push_back(at);
    }
    room.hear(hotel, many);
    EXPECT_EQ(listening.heard, wanted);
    EXPECT_EQ(listening.runs, 4);
}

TEST(local_room, follows_joining_and_leaving) {
    local_room room;
    ear listening;
    ASSERT_TRUE(room.join(hotel, listening, hearing_of(ann, {}), 0));
    room.hear(hotel, {message(1), said(2, "conversation.joined", audience::user, ann), message(3),
                      said(4, "conversation.left", audience::user, ann), message(5)});
    EXPECT_EQ(listening.heard, (positions{2, 3, 4}));
    EXPECT_EQ(listening.moves, 2);
}

TEST(local_room, keeps_one_users_events_from_others) {
    local_room room;
    ear hers;
    ear his;
    ASSERT_TRUE(room.join(hotel, hers, hearing_of(ann, {lobby}), 0));
    ASSERT_TRUE(room.join(hotel, his, hearing_of(bob, {lobby}), 0));
    room.hear(hotel, {said(1, "read.updated", audience::user, ann), said(2, "message.held", audience::reviewers, bob)});
    EXPECT_EQ(hers.heard, (positions{1}));
    EXPECT_EQ(his.heard, (positions{2}));
}

TEST(local_room, tells_of_a_person_those_who_were_named_and_the_person) {
    local_room room;
    ear hers;
    ear his;
    ear strangers;
    ASSERT_TRUE(room.join(hotel, hers, hearing_of(ann, {lobby}), 0));
    ASSERT_TRUE(room.join(hotel, his, hearing_of(bob, {lobby}), 0));
    ASSERT_TRUE(room.join(hotel, strangers, hearing_of(user_id{12}, {lobby}), 0));
    auto renamed = std::make_shared<event>(said(1, "user.updated", audience::contacts, ann)->what());
    renamed->hearers = {ann, bob};
    room.hear(hotel, {std::make_shared<const encoded_event>(std::move(renamed))});
    EXPECT_EQ(hers.heard, (positions{1}));
    EXPECT_EQ(hers.account_changes, 1);
    EXPECT_EQ(his.heard, (positions{1}));
    EXPECT_EQ(his.account_changes, 0);
    EXPECT_TRUE(strangers.heard.empty());
}

TEST(local_room, tells_the_author_of_a_held_message_once_even_if_that_ends_its_listening) {
    local_room room;
    ear hers;
    hers.room = &room;
    hers.leaves_at = 1;
    ASSERT_TRUE(room.join(hotel, hers, hearing_of(ann, {lobby}), 0));
    room.hear(hotel, {said(1, "message.held", audience::reviewers, ann)});
    EXPECT_EQ(hers.heard, (positions{1}));
    EXPECT_EQ(room.listeners(), 0U);
}

TEST(local_room, keeps_what_is_said_for_who_is_about_to_join_when_the_last_one_leaves) {
    local_room room;
    ear leaving;
    ear coming;
    ASSERT_TRUE(room.join(hotel, leaving, hearing_of(ann, {lobby}), 0));
    room.expect(hotel);
    room.hear(hotel, {message(1), message(2)});
    room.leave(hotel, leaving);
    ASSERT_TRUE(room.join(hotel, coming, hearing_of(bob, {lobby}), 1));
    EXPECT_EQ(coming.heard, (positions{2}));
}

TEST(local_room, keeps_tenants_apart) {
    local_room room;
    ear listening;
    ASSERT_TRUE(room.join(hotel, listening, hearing_of(ann, {lobby}), 0));
    room.hear(tenant_id{2}, {message(1)});
    EXPECT_TRUE(listening.heard.empty());
}

TEST(local_room, notices_a_hole_and_sends_everybody_to_the_log) {
    local_room room;
    ear listening;
    room.hear(hotel, {message(1)});
    ASSERT_TRUE(room.join(hotel, listening, hearing_of(ann, {lobby}), 1));
    room.hear(hotel, {message(3)});
    EXPECT_TRUE(listening.lost);
}

TEST(local_room, bears_a_listener_that_leaves_while_it_is_told) {
    local_room room;
    ear first;
    ear second;
    first.room = &room;
    first.leaves_at = 1;
    ASSERT_TRUE(room.join(hotel, first, hearing_of(ann, {lobby}), 0));
    ASSERT_TRUE(room.join(hotel, second, hearing_of(bob, {lobby}), 0));
    room.hear(hotel, {message(1), message(2)});
    EXPECT_EQ(first.heard, (positions{1}));
    EXPECT_EQ(second.heard, (positions{1, 2}));
    EXPECT_EQ(room.listeners(), 1U);
}

class without_memory : public ::testing::TestWithParam<parley::testing::want> {};
INSTANTIATE_TEST_SUITE_P(local_room, without_memory,
                         ::testing::Values(parley::testing::want::once, parley::testing::want::lasting));

TEST_P(without_memory, everybody_hears_everything_or_is_told_that_it_lost_the_thread) {
    if (!parley::testing::memory_can_end) GTEST_SKIP() << "a sanitizer has the memory";
    bool was_missing = true;
    for (std::size_t finds = 0; was_missing; ++finds) {
        const local_room::batch news{message(1), message(2),
                                     message(3), said(4, "conversation.joined", audience::user, bob),
                                     message(5), said(6, "message.held", audience::reviewers, ann)};
        local_room room;
        std::array<ear, 3> ears;
        ASSERT_TRUE(room.join(hotel, ears[0], hearing_of(ann, {lobby}), 0));
        ASSERT_TRUE(room.join(hotel, ears[1], hearing_of(bob, {}), 0));
        ASSERT_TRUE(room.join(hotel, ears[2], hearing_of(user_id{12}, {lobby}, 2), 0));
        room.expect(hotel);
        parley::testing::memory_ends_after(finds, GetParam());
        try {
            room.hear(hotel, news);
        } catch (const std::bad_alloc&) {
            EXPECT_TRUE(was_missing);
        }
        was_missing = parley::testing::memory_is_back();
        const std::array<positions, 3> all{positions{1, 2, 3, 5, 6}, positions{4, 5}, positions{2, 3, 5}};
        ear late;
        EXPECT_EQ(room.join(hotel, late, hearing_of(ann, {lobby}), 1), !was_missing) << "from what is known here";
        room.mend();
        for (std::size_t i = 0; i < ears.size(); ++i) {
            EXPECT_EQ(ears[i].lost, was_missing) << finds;
            auto known = all[i];
            if (was_missing) known.resize(std::min(known.size(), ears[i].heard.size()));
            EXPECT_EQ(ears[i].heard, known) << "a hole, at " << finds;
        }
    }
}

TEST_P(without_memory, nobody_joins_halfway) {
    if (!parley::testing::memory_can_end) GTEST_SKIP() << "a sanitizer has the memory";
    bool was_missing = true;
    for (std::size_t finds = 0; was_missing; ++finds) {
        local_room room;
        ear coming;
        room.hear(hotel, {message(1)});
        room.expect(hotel);
        room.hear(hotel, {message(2), message(3)});
        auto hears = hearing_of(ann, {lobby});
        bool is_in = false;
        parley::testing::memory_ends_after(finds, GetParam());
        try {
            is_in = room.join(hotel, coming, std::move(hears), 1);
        } catch (const std::bad_alloc&) {
            EXPECT_TRUE(was_missing);
        }
        was_missing = parley::testing::memory_is_back();
        EXPECT_EQ(is_in, !was_missing);
        EXPECT_EQ(room.listeners(), is_in ? 1U : 0U);
        coming.heard.clear();
        room.hear(hotel, {message(4)});
        EXPECT_EQ(coming.heard, is_in ? positions{4} : positions{});
    }
}

passing_news passing(std::vector<conversation_id> in, user_id except, std::int64_t number = 1) {
    return {.tenant = hotel,
            .in = std::make_shared<const std::vector<conversation_id>>(std::move(in)),
            .except = except,
            .frame = make_frame("{}"),
            .number = number};
}

TEST(local_room, tells_passing_things_once_and_not_to_their_maker) {
    local_room room;
    ear hers;
    ear his;
    const conversation_id bar{101};
    ASSERT_TRUE(room.join(hotel, hers, hearing_of(ann, {lobby, bar}), 0));
    ASSERT_TRUE(room.join(hotel, his, hearing_of(bob, {lobby, bar}), 0));
    room.tell(passing({lobby, bar}, ann));
    EXPECT_TRUE(hers.heard.empty());
    EXPECT_EQ(his.heard.size(), 1U);
}

TEST(local_room, knows_for_a_while_what_it_told_for_those_who_come_back) {
    local_room room;
    EXPECT_EQ(room.told_last(), 0);
    const conversation_id bar{101};
    const auto since = [&](std::int64_t number, user_id who, std::vector<conversation_id> in) {
        return room.told_since(number, hotel, who, in).size();
    };
    room.tell(passing({lobby}, ann, 10));
    room.tell(passing({bar}, bob, 11));
    room.tell(passing({lobby, bar}, bob, 12));
    EXPECT_EQ(room.told_last(), 12);
    EXPECT_EQ(since(0, ann, {lobby, bar}), 2U) << "nothing of her own, and each once";
    EXPECT_EQ(since(10, ann, {lobby}), 1U);
    EXPECT_EQ(since(12, ann, {lobby, bar}), 0U);
    EXPECT_EQ(since(0, bob, {lobby, bar}), 1U);
    EXPECT_EQ(since(0, ann, {}), 0U);
    EXPECT_EQ(room.told_since(0, tenant_id{2}, ann, std::vector{lobby, bar}).size(), 0U);

    auto crowded = passing({lobby}, bob, 13);
    crowded.most = 0;
    room.tell(crowded);
    EXPECT_EQ(since(12, ann, {lobby}), 1U) << "nobody listens";
    ear hers;
    ASSERT_TRUE(room.join(hotel, hers, hearing_of(ann, {lobby}), 0));
    EXPECT_EQ(since(12, ann, {lobby}), 0U);

    constexpr std::int64_t much_later = 60'000'000;
    room.tell(passing({bar}, {}, much_later));
    EXPECT_EQ(since(0, ann, {lobby, bar}), 1U) << "what is old is forgotten";
    for (std::int64_t i = 1; i <= 5000; ++i) room.tell(passing({bar}, {}, much_later + i));
    EXPECT_EQ(since(0, ann, {lobby, bar}), 1024U) << "and there is an end to how much";
}

std::shared_ptr<const encoded_event> rights(position at, user_id of, conversation_id in, std::string_view granted) {
    auto one = std::make_shared<event>();
    one->at = at;
    one->type = "rights.updated";
    one->heard_by = audience::user;
    one->conversation = in;
    one->user = of;
    one->data["permissions"] = granted.empty() ? boost::json::array{} : boost::json::array{granted};
    return std::make_shared<const encoded_event>(std::move(one));
}

TEST(local_room, lets_held_messages_through_from_the_event_that_grants_it_to_the_one_that_takes_it) {
    local_room room;
    ear listening;
    const conversation_id bar{101};
    ASSERT_TRUE(room.join(hotel, listening, hearing_of(ann, {lobby, bar}), 0));
    const auto held = [](position at) { return said(at, "message.held", audience::reviewers, bob); };
    room.hear(hotel, {held(1), rights(2, ann, lobby, "messages.review"), held(3)});
    EXPECT_EQ(listening.heard, (positions{2, 3}));
    room.hear(hotel, {rights(4, ann, bar, "messages.review"), rights(5, ann, lobby, {}), held(6)});
    EXPECT_EQ(listening.heard, (positions{2, 3, 4, 5})) << "of the lobby, not of the bar";
    room.hear(hotel, {rights(7, ann, {}, "messages.review"), held(8), rights(9, ann, {}, {}), held(10)});
    EXPECT_EQ(listening.heard, (positions{2, 3, 4, 5, 7, 8, 9})) << "by the account's role, everywhere";
    room.hear(hotel, {rights(11, bob, lobby, "messages.review"), held(12)});
    EXPECT_EQ(listening.heard.back(), 9) << "somebody else's";
}

TEST(local_room, passes_over_crowds_when_asked_to) {
    local_room room;
    ear hers;
    ear his;
    ASSERT_TRUE(room.join(hotel, hers, hearing_of(ann, {lobby}), 0));
    ASSERT_TRUE(room.join(hotel, his, hearing_of(bob, {lobby}), 0));
    auto said = passing({lobby}, {});
    said.most = 1;
    room.tell(said);
    EXPECT_TRUE(his.heard.empty());
    said.most = 2;
    room.tell(said);
    EXPECT_EQ(his.heard.size(), 1U);
}

}  // namespace
}  // namespace parley::transport
