// Pages of history in both directions and around a message.
#include "kernel/read_messages.hpp"

#include <gtest/gtest.h>

#include "kernel/delete_message.hpp"
#include "kernel/testing/house.hpp"

namespace parley::kernel {
namespace {

using testing::code_of;

class history_pages : public ::testing::Test {
protected:
    testing::house inn;
    user_id mia = inn.add_user("mia", "manager");
    conversation_id room = inn.add_channel(mia, {});

    void say(int count) {
        for (int i = 0; i < count; ++i) inn.send(mia, room, "hello");
    }
    static std::vector<sequence> seqs(const result<message_page>& page) {
        std::vector<sequence> out;
        for (const auto& one : page->messages) out.push_back(one.body->seq);
        return out;
    }
    result<message_page> page(page_range::direction toward, sequence from, int limit) {
        const page_range range{.toward = toward, .from = from, .limit = limit};
        return inn.read([&](reading& r) { return read_history(inn.env, r, inn.as(mia), room, range); });
    }
    result<message_page> around(sequence middle, int limit) {
        return inn.read([&](reading& r) { return read_around(inn.env, r, inn.as(mia), room, middle, limit); });
    }
};

using enum page_range::direction;
using list = std::vector<sequence>;

TEST_F(history_pages, go_back_from_the_newest_and_say_whether_there_is_more) {
    say(5);
    const auto newest = page(before, 0, 2);
    EXPECT_EQ(seqs(newest), (list{4, 5}));
    EXPECT_TRUE(newest->more_before);
    EXPECT_FALSE(newest->more_after);
    EXPECT_EQ(newest->last_sequence, 5);
    EXPECT_EQ(seqs(page(before, 4, 2)), (list{2, 3}));
    const auto oldest = page(before, 2, 2);
    EXPECT_EQ(seqs(oldest), (list{1}));
    EXPECT_FALSE(oldest->more_before);
}

TEST_F(history_pages, go_forward_in_growing_order) {
    say(5);
    EXPECT_EQ(seqs(page(after, 0, 2)), (list{1, 2}));
    const auto last = page(after, 3, 10);
    EXPECT_EQ(seqs(last), (list{4, 5}));
    EXPECT_FALSE(last->more_after);
    EXPECT_TRUE(seqs(page(after, 5, 10)).empty());
}

TEST_F(history_pages, say_what_is_around_an_empty_one) {
    EXPECT_FALSE(page(after, 0, 10)->more_before);
    say(5);
    EXPECT_TRUE(page(after, 5, 10)->more_before);
    EXPECT_FALSE(page(after, 5, 10)->more_after);
    EXPECT_TRUE(page(before, 1, 10)->more_after);
    EXPECT_FALSE(page(before, 1, 10)->more_before);
}

TEST_F(history_pages, surround_a_message) {
    say(9);
    EXPECT_EQ(seqs(around(5, 4)), (list{3, 4, 5, 6}));
    EXPECT_EQ(seqs(around(1, 4)), (list{1, 2}));
    EXPECT_EQ(seqs(around(9, 4)), (list{7, 8, 9}));
    EXPECT_EQ(seqs(around(5, 1)), (list{5}));
}

TEST_F(history_pages, keep_the_place_of_deleted_messages_and_close_over_purged_ones) {
    say(2);
    const auto third = inn.send(mia, room, "third");
    const auto fourth = inn.send(mia, room, "fourth");
    say(1);
    ASSERT_TRUE(
        inn.write([&](writing& w) { return delete_message(inn.env, w, inn.as(mia), third.id, deletion::soft); }));
    ASSERT_TRUE(
        inn.write([&](writing& w) { return delete_message(inn.env, w, inn.as(mia), fourth.id, deletion::hard); }));
    EXPECT_EQ(seqs(page(before, 0, 10)), (list{1, 2, 3, 5}));
    EXPECT_TRUE(page(before, 0, 10)->messages[2].body->text.empty());
}

TEST_F(history_pages, of_a_thread_hold_its_replies) {
    say(1);
    const auto root = inn.send(mia, room, "root");
    for (int i = 0; i < 3; ++i) inn.reply(mia, root, "reply");
    const auto thread = [&](sequence after_it, int limit) {
        return inn.read([&](reading& r) { return read_thread(inn.env, r, inn.as(mia), root.id, after_it, limit); });
    };
    const auto first = thread(0, 2);
    EXPECT_EQ(seqs(first), (list{3, 4}));
    EXPECT_TRUE(first->more_after);
    EXPECT_EQ(first->messages[0].replied->id, root.id);
    EXPECT_EQ(seqs(thread(4, 2)), (list{5}));
    EXPECT_FALSE(thread(4, 2)->more_after);
}

TEST_F(history_pages, have_a_sensible_size) {
    for (const int limit : {-1, 0, max_page + 1}) {
        EXPECT_EQ(code_of(page(before, 0, limit)), "limit_invalid");
        EXPECT_EQ(code_of(around(1, limit)), "limit_invalid");
    }
    EXPECT_TRUE(page(before, 0, max_page)->messages.empty());
}

}  // namespace
}  // namespace parley::kernel
