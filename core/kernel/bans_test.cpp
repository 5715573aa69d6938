// Who is kept out, from what, by whom, and until when.
#include "kernel/bans.hpp"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "kernel/membership.hpp"
#include "kernel/read_conversations.hpp"
#include "kernel/read_messages.hpp"
#include "kernel/testing/house.hpp"

namespace parley::kernel {
namespace {

using testing::code_of;

class bans_of : public testing::staffed_house {
protected:
    std::string ban(user_id by, conversation_id in, user_id whom, std::optional<moment> until = {},
                    std::string reason = {}) {
        return code_of(
            inn.write([&](writing& w) { return ban_member(inn.env, w, inn.as(by), {in, whom, until, reason}); }));
    }
    std::string unban(user_id by, conversation_id in, user_id whom) {
        return code_of(inn.write([&](writing& w) { return unban_member(inn.env, w, inn.as(by), in, whom); }));
    }
    std::string join(user_id who, conversation_id in) {
        return code_of(inn.write([&](writing& w) { return join_conversation(inn.env, w, inn.as(who), in); }));
    }
    std::string add(user_id by, conversation_id in, user_id who) {
        return code_of(inn.write([&](writing& w) { return add_member(inn.env, w, inn.as(by), in, who); }));
    }
    std::string look(user_id who, conversation_id in) {
        return code_of(inn.read([&](reading& from) { return read_conversation(inn.env, from, inn.as(who), in); }));
    }
    std::vector<conversation_id> browse(user_id who, int limit = 50) {
        const auto page =
            inn.read([&](reading& from) { return browse_conversations(inn.env, from, inn.as(who), {.limit = limit}); });
        std::vector<conversation_id> ids;
        for (const auto& one : *page) ids.push_back(one.row.id);
        return ids;
    }
    auto list(user_id by, conversation_id in) {
        return inn.read([&](reading& from) { return list_bans(inn.env, from, inn.as(by), in, {}, 50); });
    }
};

TEST_F(bans_of, a_banned_member_is_removed_and_told_and_finds_nothing_there_any_more) {
    const auto room = inn.add_channel(sam, {ann, bob}, visibility::open);
    const auto said = inn.send(bob, room, "hello");
    const auto end = inn.log_end();
    EXPECT_EQ(ban(sam, room, bob, {}, "Advertised."), "ok");
    const auto log = inn.log_after(end);
    ASSERT_EQ(log.size(), 2U);
    EXPECT_EQ(log[0].type, "conversation.left");
    EXPECT_EQ(log[0].user, bob);
    EXPECT_EQ(log[0].data.at("reason"), "banned");
    EXPECT_EQ(log[1].type, "member.removed");
    EXPECT_EQ(log[1].data.at("reason"), "banned");
    EXPECT_EQ(inn.rows().conversations.at(room).member_count, 2);
    EXPECT_EQ(look(bob, room), "not_found") << "although it is open";
    EXPECT_EQ(join(bob, room), "not_found");
    EXPECT_EQ(code_of(inn.read([&](reading& from) { return read_message(inn.env, from, inn.as(bob), said.id); })),
              "not_found");
    EXPECT_FALSE(inn.rows().members.contains({room, bob})) << "and with the row its read position and counts";
    EXPECT_EQ(look(ann, room), "ok");
}

TEST_F(bans_of, who_was_never_in_is_kept_out_too) {
    const auto room = inn.add_channel(sam, {}, visibility::open);
    const auto end = inn.log_end();
    EXPECT_EQ(look(ann, room), "ok");
    EXPECT_EQ(ban(sam, room, ann), "ok");
    EXPECT_EQ(inn.log_end(), end) << "there is nothing to tell";
    EXPECT_EQ(look(ann, room), "not_found");
    EXPECT_EQ(join(ann, room), "not_found");
}

TEST_F(bans_of, nobody_can_add_who_is_banned_and_is_told_why) {
    const auto room = inn.add_channel(sam, {ann});
    EXPECT_EQ(ban(sam, room, bob), "ok");
    EXPECT_EQ(add(ann, room, bob), "user_banned");
    EXPECT_EQ(add(sam, room, bob), "user_banned");
    EXPECT_EQ(unban(sam, room, bob), "ok");
    EXPECT_EQ(add(ann, room, bob), "ok");
}

TEST_F(bans_of, a_private_channel_is_not_entered_past_a_ban) {
    const auto room = inn.add_channel(ann, {bob});
    const auto eve = inn.add_user("eve", "admin");
    EXPECT_EQ(ban(ann, room, eve), "not_allowed") << "who governs all channels";
    auto row = inn.rows().users.at(bob);
    EXPECT_EQ(ban(ann, room, bob), "ok");
    // Whoever comes by channels.enter_private later is still banned.
    row.role = "admin";
    ASSERT_TRUE(inn.write([&](writing& w) -> result<void> {
        w.update(row);
        return {};
    }));
    EXPECT_EQ(join(bob, room), "not_found");
}

TEST_F(bans_of, the_list_to_browse_leaves_out_what_is_barred_and_is_still_full) {
    std::vector<conversation_id> rooms;
    for (int i = 0; i < 6; ++i) rooms.push_back(inn.add_channel(sam, {}, visibility::open));
    const auto all = browse(ann);
    ASSERT_EQ(all.size(), 6U);
    EXPECT_EQ(ban(sam, all[0], ann), "ok");
    EXPECT_EQ(ban(sam, all[2], ann), "ok");
    EXPECT_EQ(browse(ann), (std::vector{all[1], all[3], all[4], all[5]}));
    EXPECT_EQ(browse(ann, 2), (std::vector{all[1], all[3]}));
    EXPECT_EQ(browse(bob), all);
}

TEST_F(bans_of, a_ban_is_over_when_its_time_is) {
    const auto room = inn.add_channel(sam, {bob}, visibility::open);
    EXPECT_EQ(ban(sam, room, bob, inn.time.now()), "until_past");
    EXPECT_EQ(ban(sam, room, bob, inn.time.now() + std::chrono::hours{1}), "ok");
    inn.time.advance(std::chrono::minutes{59});
    EXPECT_EQ(look(bob, room), "not_found");
    EXPECT_EQ(list(sam, room)->size(), 1U);
    inn.time.advance(std::chrono::minutes{1});
    EXPECT_EQ(look(bob, room), "ok");
    EXPECT_EQ(browse(bob).size(), 1U);
    EXPECT_TRUE(list(sam, room)->empty());
    EXPECT_EQ(unban(sam, room, bob), "not_found");
    EXPECT_EQ(join(bob, room), "ok");
    EXPECT_EQ(ban(sam, room, bob), "ok") << "and may come again";
    EXPECT_EQ(look(bob, room), "not_found");
}

TEST_F(bans_of, a_second_ban_changes_the_first) {
    const auto room = inn.add_channel(sam, {bob});
    EXPECT_EQ(ban(sam, room, bob, inn.time.now() + std::chrono::hours{1}, "rude"), "ok");
    EXPECT_EQ(ban(sam, room, bob, {}, "rude again"), "ok");
    const auto found = list(sam, room);
    ASSERT_EQ(found->size(), 1U);
    EXPECT_EQ(found->front().what.reason, "rude again");
    EXPECT_FALSE(found->front().what.until);
    EXPECT_EQ(found->front().what.by, sam);
    EXPECT_EQ(found->front().who.username, "bob");
}

TEST_F(bans_of, who_governs_bans_and_nobody_else) {
    const auto room = inn.add_channel(sam, {ann, bob, gus}, visibility::open);
    EXPECT_EQ(ban(ann, room, bob), "not_allowed");
    EXPECT_EQ(unban(ann, room, bob), "not_allowed");
    EXPECT_EQ(code_of(list(ann, room)), "not_allowed");
    EXPECT_EQ(ban(mia, room, bob), "ok") << "by channels.manage";
    EXPECT_EQ(ban(sam, room, sam), "own_ban");
    EXPECT_EQ(ban(sam, room, mia), "not_allowed") << "who governs all channels is not locked out of one";
    ASSERT_TRUE(
        inn.write([&](writing& w) { return set_member_role(inn.env, w, inn.as(sam), room, ann, member_role::admin); }));
    EXPECT_EQ(ban(ann, room, sam), "not_allowed") << "an owner by owners only";
    EXPECT_EQ(ban(ann, room, gus), "ok");
    EXPECT_EQ(ban(sam, room, user_id{404}), "user_unknown");
    EXPECT_EQ(ban(sam, room, ann, {}, std::string(501, 'x')), "text_too_long");
    const auto talk = inn.add_conversation(ann, "direct", {bob});
    EXPECT_EQ(ban(ann, talk, bob), "not_allowed") << "two people's conversation has no admins";
    EXPECT_EQ(ban(mia, talk, bob), "not_found");
}

TEST_F(bans_of, a_ban_is_no_way_to_look_people_up) {
    const auto room = inn.add_channel(gus, {});
    EXPECT_EQ(ban(gus, room, bob), "user_unknown") << "a guest knows only those it shares a conversation with";
    EXPECT_EQ(ban(gus, room, user_id{404}), "user_unknown");
}

TEST_F(bans_of, the_audit_log_tells_who_whom_why_and_until_when) {
    const auto room = inn.add_channel(sam, {bob});
    const auto end = inn.time.now() + std::chrono::hours{1};
    EXPECT_EQ(ban(sam, room, bob, end, "rude"), "ok");
    EXPECT_EQ(unban(mia, room, bob), "not_found") << "a manager does not see a private channel it is not in";
    EXPECT_EQ(unban(sam, room, bob), "ok");
    std::vector<audit_entry> all;
    for (const auto& [id, one] : inn.rows().audit)
        if (one.subject == bob.value && one.action.starts_with("member.")) all.push_back(one);
    ASSERT_EQ(all.size(), 2U);
    const auto& banned = all.front();
    EXPECT_EQ(banned.action, "member.banned");
    EXPECT_EQ(banned.actor, sam);
    EXPECT_EQ(banned.subject, bob.value);
    EXPECT_EQ(boost::json::serialize(banned.details),
              boost::json::serialize(
                  boost::json::object{{"conversation", room.text()}, {"until", rfc3339(end)}, {"reason", "rude"}}));
    EXPECT_EQ(all.back().action, "member.unbanned");
    EXPECT_EQ(all.back().actor, sam);
}

}  // namespace
}  // namespace parley::kernel
