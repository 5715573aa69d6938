// Identifiers: their text form, and that they stay unique.
#include "base/id.hpp"

#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

namespace parley {
namespace {

TEST(id, parses_only_what_it_prints) {
    EXPECT_EQ(user_id::parse("42"), user_id{42});
    EXPECT_EQ(user_id::parse(user_id{9'007'199'254'740'993}.text()), user_id{9'007'199'254'740'993});
    for (const auto* bad : {"", "0", "042", "-1", "+1", " 1", "1 ", "1x", "9223372036854775808", "0x10"})
        EXPECT_FALSE(user_id::parse(bad)) << bad;
}

TEST(id_source, is_unique_and_grows_while_the_clock_stands_still) {
    fake_clock time;
    id_source source(time, 3);
    auto last = source.next<message_id>();
    for (int i = 0; i < 10'000; ++i) {
        const auto next = source.next<message_id>();
        ASSERT_LT(last, next);
        last = next;
    }
}

TEST(id_source, never_falls_behind_its_floor) {
    fake_clock time;
    id_source before(time, 7);
    const auto last = before.next<message_id>();
    time.advance(-std::chrono::hours{1});
    id_source after(time, 0, last.value);
    EXPECT_NE(after.next<message_id>(), last);
    EXPECT_GT(after.next<message_id>().value >> 22, (last.value >> 22) - 1);
}

TEST(id_source, gives_each_thread_and_node_its_own) {
    fake_clock time;
    id_source one(time, 1);
    id_source two(time, 2);
    std::vector<std::vector<message_id>> made(4);
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < made.size(); ++i)
            threads.emplace_back([&, i] {
                for (int n = 0; n < 5'000; ++n) made[i].push_back((i % 2 ? one : two).next<message_id>());
            });
    }
    std::set<message_id> all;
    for (const auto& some : made) all.insert(some.begin(), some.end());
    EXPECT_EQ(all.size(), 20'000u);
}

}  // namespace
}  // namespace parley
