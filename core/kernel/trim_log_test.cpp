// The log lets go of what is too old or too much.
#include "kernel/trim_log.hpp"

#include <gtest/gtest.h>

#include "kernel/testing/house.hpp"

namespace parley::kernel {
namespace {

class retention : public ::testing::Test {
protected:
    testing::house inn;
    user_id mia = inn.add_user("mia", "manager");
    conversation_id room = inn.add_channel(mia, {});

    bool trim() {
        bool trimmed = false;
        inn.write([&](writing& w) -> result<void> {
            trimmed = trim_log(inn.env, w, "inn");
            if (!trimmed) return std::unexpected(error{});
            return {};
        });
        return trimmed;
    }
};

TEST_F(retention, keeps_the_newest_of_too_many_events) {
    for (int i = 0; i < 10; ++i) inn.send(mia, room, "hello");
    inn.settings.now.events.retention_count = 3;
    const auto end = inn.log_end();
    EXPECT_TRUE(trim());
    EXPECT_EQ(inn.rows().trimmed, end - 3);
    EXPECT_EQ(inn.rows().log.size(), 3U);
    EXPECT_EQ(inn.log_end(), end) << "positions go on";
    EXPECT_FALSE(trim());
}

TEST_F(retention, keeps_what_is_young_enough) {
    inn.settings.now.events.retention_days = 2;
    inn.time.advance(std::chrono::days{3});
    const auto old = inn.log_end();
    inn.send(mia, room, "young");
    EXPECT_TRUE(trim());
    EXPECT_EQ(inn.rows().trimmed, old);
    EXPECT_FALSE(trim());
    inn.time.advance(-std::chrono::days{30});
    EXPECT_FALSE(trim()) << "a clock set back forgets nothing";
    inn.time.advance(std::chrono::days{90});
    EXPECT_TRUE(trim());
    EXPECT_TRUE(inn.rows().log.empty());
    EXPECT_EQ(inn.rows().trimmed, inn.log_end());
}

}  // namespace
}  // namespace parley::kernel
