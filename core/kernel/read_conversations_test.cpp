// Lists of conversations and people.
#include "kernel/read_conversations.hpp"

#include <gtest/gtest.h>

#include "kernel/change_conversation.hpp"
#include "kernel/testing/house.hpp"

namespace parley::kernel {
namespace {

using testing::code_of;
using testing::fault_of;

class lists : public ::testing::Test {
protected:
    testing::house inn;
    user_id mia = inn.add_user("mia", "manager");
    user_id ann = inn.add_user("ann");
    user_id bob = inn.add_user("bob");
    user_id gus = inn.add_user("gus", "guest");

    conversation_id channel(std::string name, visibility seen) {
        create_conversation_command command;
        command.name = std::move(name);
        command.who_finds = seen;
        return inn.write([&](writing& w) { return create_conversation(inn.env, w, inn.as(mia), command); })->row.id;
    }
    result<std::vector<listed_conversation>> browse(user_id who, browse_query query = {}) {
        return inn.read([&](reading& from) { return browse_conversations(inn.env, from, inn.as(who), query); });
    }
    static std::vector<std::string> names(const result<std::vector<listed_conversation>>& all) {
        std::vector<std::string> out;
        for (const auto& one : *all) out.push_back(one.row.name);
        return out;
    }
};

TEST_F(lists, of_channels_show_public_ones_by_name_a_page_at_a_time) {
    channel("Garden", visibility::open);
    const auto bar = channel("Bar", visibility::open);
    channel("Hidden", visibility::unlisted);
    channel("Secret", visibility::closed);
    const auto old = channel("Attic", visibility::open);
    ASSERT_TRUE(
        inn.write([&](writing& w) { return archive_conversation(inn.env, w, inn.as(mia), old, archival::archive); }));
    EXPECT_EQ(names(browse(ann)), (std::vector<std::string>{"Bar", "Garden"}));
    EXPECT_EQ(names(browse(ann, {.contains = {}, .after_name = {}, .after_id = {}, .limit = 1})),
              (std::vector<std::string>{"Bar"}));
    EXPECT_EQ(names(browse(ann, {.contains = {}, .after_name = "Bar", .after_id = bar, .limit = 1})),
              (std::vector<std::string>{"Garden"}));
    EXPECT_EQ(names(browse(ann, {.contains = "ard", .after_name = {}, .after_id = {}, .limit = 9})),
              (std::vector<std::string>{"Garden"}));
    EXPECT_FALSE(browse(ann)->front().as) << "not a member";
    EXPECT_TRUE(browse(mia)->front().as);
    EXPECT_EQ(fault_of(browse(gus)), fault::forbidden);
}

TEST_F(lists, of_ones_own_conversations_hold_those_and_no_others) {
    const auto room = inn.add_channel(mia, {ann});
    inn.add_channel(mia, {}, visibility::open);
    inn.send(mia, room, "@ann");
    const auto mine = inn.read([&](reading& from) { return my_conversations(inn.env, from, inn.as(ann)); });
    ASSERT_TRUE(mine);
    ASSERT_EQ(mine->size(), 2U) << "the room and the personal one";
    const auto& one = mine->front().row.id == room ? mine->front() : mine->back();
    EXPECT_EQ(one.row.id, room);
    EXPECT_EQ(one.as->counts, (unread_counts{1, 1}));
}

TEST_F(lists, of_people_are_for_who_may_look_people_up) {
    const auto find = [&](user_id who, std::string_view prefix) {
        return inn.read([&](reading& from) { return list_users(inn.env, from, inn.as(who), prefix, "", 10); });
    };
    EXPECT_EQ(fault_of(find(gus, "")), fault::forbidden);
    EXPECT_EQ(find(ann, "")->size(), 4U);
    ASSERT_EQ(find(ann, "b")->size(), 1U);
    EXPECT_EQ(find(ann, "b")->front().username, "bob");
}

TEST_F(lists, a_guest_knows_only_those_with_whom_it_talks) {
    const auto look = [&](user_id who, user_id whom) {
        return inn.read([&](reading& from) { return read_user(inn.env, from, inn.as(who), whom); });
    };
    inn.add_channel(mia, {gus});
    EXPECT_TRUE(look(gus, mia));
    EXPECT_TRUE(look(gus, gus));
    EXPECT_EQ(look(gus, bob).error().message, look(gus, user_id{4711}).error().message);
    EXPECT_EQ(code_of(look(gus, bob)), "not_found");
    EXPECT_TRUE(look(ann, gus));
}

TEST_F(lists, of_members_come_in_pages) {
    const auto room = inn.add_channel(mia, {ann, bob});
    const auto members = [&](user_id after, int limit) {
        return inn.read([&](reading& from) { return read_members(inn.env, from, inn.as(ann), room, after, limit); });
    };
    EXPECT_EQ(members({}, 2)->size(), 2U);
    EXPECT_EQ(members(members({}, 2)->back().who.id, 2)->size(), 1U);
    EXPECT_EQ(code_of(members({}, 0)), "limit_invalid");
}

}  // namespace
}  // namespace parley::kernel
