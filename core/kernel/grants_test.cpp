// A role in one conversation: what it opens there, nowhere else, and who may give it.
#include "kernel/grants.hpp"

#include <gtest/gtest.h>

#include "kernel/accounts.hpp"
#include "kernel/change_conversation.hpp"
#include "kernel/delete_message.hpp"
#include "kernel/edit_message.hpp"
#include "kernel/follow_log.hpp"
#include "kernel/membership.hpp"
#include "kernel/read_messages.hpp"
#include "kernel/review_message.hpp"
#include "kernel/roles.hpp"
#include "kernel/testing/house.hpp"

namespace parley::kernel {
namespace {

using testing::code_of;

class grants : public ::testing::Test {
protected:
    testing::house inn;
    user_id root = inn.add_user("root", "admin");
    user_id mia = inn.add_user("mia", "manager");
    user_id ann = inn.add_user("ann");
    user_id bob = inn.add_user("bob");
    user_id gus = inn.add_user("gus", "guest");
    conversation_id room = inn.add_channel(mia, {ann, bob, gus});
    conversation_id other = inn.add_channel(mia, {ann, bob, gus});

    result<member_entry> grant(const caller& by, user_id whom, std::string role) {
        return inn.write([&](writing& w) { return grant_role(inn.env, w, by, room, whom, role); });
    }
    result<member_entry> withdraw(const caller& by, user_id whom) {
        return inn.write([&](writing& w) { return withdraw_role(inn.env, w, by, room, whom); });
    }
    std::size_t withheld(user_id who, conversation_id in) {
        return inn.read([&](reading& from) { return read_withheld(inn.env, from, inn.as(who), in, {}, 100); })
            ->messages.size();
    }
    bool sees(user_id who, message_id which) {
        return inn.read([&](reading& from) { return read_message(inn.env, from, inn.as(who), which); }).has_value();
    }
    bool knows_author(user_id who, const message& which) {
        const auto found = inn.read([&](reading& from) { return read_message(inn.env, from, inn.as(who), which.id); });
        return present(found->view, found->reader).contains("author");
    }
    ear listen(const caller& who) {
        return *inn.read([&](reading& from) { return open_ear(inn.env, from, who); });
    }
};

TEST_F(grants, open_in_their_conversation_what_the_role_grants_and_nothing_elsewhere) {
    ASSERT_TRUE(grant(inn.as(mia), ann, "manager"));
    const auto here = inn.send(bob, room, "here");
    const auto there = inn.send(bob, other, "there");
    const auto held_here = inn.send(bob, room, "(hold)");
    const auto held_there = inn.send(bob, other, "(hold)");
    const auto try_to = [&](auto what) { return code_of(inn.write(what)); };
    const auto edit = [&](message_id which) {
        return try_to([&](writing& w) {
            return edit_message(inn.env, w, inn.as(ann), {.message = which, .text = "x", .data = {}});
        });
    };
    EXPECT_EQ(edit(here.id), "ok");
    EXPECT_EQ(edit(there.id), "permission_missing");
    EXPECT_EQ(withheld(ann, room), 1U);
    EXPECT_EQ(withheld(ann, other), 0U);
    EXPECT_TRUE(sees(ann, held_here.id));
    EXPECT_FALSE(sees(ann, held_there.id));
    EXPECT_EQ(try_to([&](writing& w) { return release_message(inn.env, w, inn.as(ann), held_here.id); }), "ok");
    EXPECT_EQ(try_to([&](writing& w) { return release_message(inn.env, w, inn.as(ann), held_there.id); }), "not_found");
    const auto purge = [&](message_id which) {
        return try_to([&](writing& w) { return delete_message(inn.env, w, inn.as(ann), which, deletion::hard); });
    };
    EXPECT_EQ(purge(here.id), "ok");
    EXPECT_EQ(purge(there.id), "permission_missing");
    const auto rename = [&](conversation_id which) {
        change_conversation_command command;
        command.conversation = which;
        command.topic = "x";
        return try_to([&](writing& w) { return change_conversation(inn.env, w, inn.as(ann), command); });
    };
    EXPECT_EQ(rename(room), "ok");
    EXPECT_EQ(rename(other), "not_allowed");
    // In the tenant she is who she was.
    const auto who = inn.read([&](reading& from) { return access::authorise(inn.env, from, inn.as(ann)); });
    EXPECT_FALSE(who->may(permission::groups_manage));
}

TEST_F(grants, show_who_really_wrote_there_and_only_there) {
    const auto here = inn.send_as(mia, room, "hello", testing::persona(7, "Concierge"));
    const auto there = inn.send_as(mia, other, "hello", testing::persona(7, "Concierge"));
    EXPECT_FALSE(knows_author(ann, here));
    ASSERT_TRUE(grant(inn.as(mia), ann, "manager"));
    EXPECT_TRUE(knows_author(ann, here));
    EXPECT_FALSE(knows_author(ann, there));
    auto ears = listen(inn.as(ann));
    EXPECT_TRUE(ears.hears.reader_in(room).sees_authors);
    EXPECT_FALSE(ears.hears.reader_in(other).sees_authors);
    ASSERT_TRUE(withdraw(inn.as(mia), ann));
    EXPECT_FALSE(knows_author(ann, here));
}

TEST_F(grants, are_heard_of_by_the_connection_that_is_open_from_their_event_on) {
    auto ears = listen(inn.as(ann));
    const auto hears_held = [&](conversation_id in) {
        const auto since = inn.log_end();
        inn.send(bob, in, "(hold)");
        const auto said = inn.log_after(since);
        return ears.hears.hears(said.at(0), [](user_id) { return false; });
    };
    const auto follow = [&](auto change) {
        const auto since = inn.log_end();
        change();
        for (const auto& one : inn.log_after(since)) ears.hears.follow(one);
    };
    EXPECT_FALSE(hears_held(room));
    follow([&] { ASSERT_TRUE(grant(inn.as(mia), ann, "manager")); });
    EXPECT_TRUE(hears_held(room));
    EXPECT_FALSE(hears_held(other));
    follow([&] { ASSERT_TRUE(withdraw(inn.as(mia), ann)); });
    EXPECT_FALSE(hears_held(room));
    // A role that is granted here and changed for all.
    ASSERT_TRUE(inn.write([&](writing& w) {
        return create_role(inn.env, w, inn.system(), {.name = "helper", .sentence = {}, .permissions = {}});
    }));
    follow([&] { ASSERT_TRUE(grant(inn.as(mia), ann, "helper")); });
    EXPECT_FALSE(hears_held(room));
    const auto redefine = [&](std::vector<std::string> to) {
        follow([&] {
            ASSERT_TRUE(inn.write([&](writing& w) {
                return change_role(inn.env, w, inn.system(), {.name = "helper", .sentence = {}, .permissions = to});
            }));
        });
    };
    redefine({"messages.review", "authors.see"});
    EXPECT_TRUE(hears_held(room));
    EXPECT_TRUE(ears.hears.reader_in(room).sees_authors);
    redefine({});
    EXPECT_FALSE(hears_held(room));
    // A look that is older than what was followed changes nothing.
    const auto old = listen(inn.as(ann));
    redefine({"messages.review"});
    ears.hears.take_rights(old);
    EXPECT_TRUE(hears_held(room));
}

TEST_F(grants, are_narrowed_by_the_tokens_scope_like_everything_else) {
    ASSERT_TRUE(grant(inn.as(mia), ann, "manager"));
    inn.send(bob, room, "(hold)");
    auto narrow = inn.as(ann);
    narrow.only = permission_set{permission::messages_send, permission::authors_see};
    EXPECT_TRUE(
        inn.read([&](reading& from) { return read_withheld(inn.env, from, narrow, room, {}, 100); })->messages.empty());
    auto ears = listen(narrow);
    EXPECT_TRUE(ears.hears.reader_in(room).sees_authors);
    const auto since = inn.log_end();
    ASSERT_TRUE(withdraw(inn.as(mia), ann));
    ASSERT_TRUE(grant(inn.as(mia), ann, "manager"));
    for (const auto& one : inn.log_after(since)) ears.hears.follow(one);
    const auto before = inn.log_end();
    inn.send(bob, room, "(hold)");
    EXPECT_FALSE(ears.hears.hears(inn.log_after(before).at(0), [](user_id) { return false; }));
    EXPECT_TRUE(ears.hears.reader_in(room).sees_authors);
}

TEST_F(grants, are_given_by_who_governs_there_and_only_as_far_as_that_reaches) {
    EXPECT_EQ(code_of(grant(inn.as(ann), bob, "guest")), "not_allowed") << "she does not govern it";
    EXPECT_EQ(code_of(grant(inn.as(root), bob, "guest")), "not_found") << "nor does he see it";
    EXPECT_EQ(code_of(grant(inn.as(mia), bob, "admin")), "role_too_high");
    EXPECT_EQ(code_of(grant(inn.as(mia), bob, "nothing")), "role_unknown");
    EXPECT_EQ(code_of(grant(inn.as(mia), root, "guest")), "not_found") << "he is no member";
    // The owner of a channel who is a plain member has that to give and no more.
    const auto own = inn.add_channel(ann, {bob, gus});
    const auto in_own = [&](user_id by, user_id whom, std::string role) {
        return code_of(inn.write([&](writing& w) { return grant_role(inn.env, w, inn.as(by), own, whom, role); }));
    };
    EXPECT_EQ(in_own(ann, gus, "member"), "ok");
    EXPECT_EQ(in_own(ann, gus, "staff"), "role_too_high");
    EXPECT_EQ(in_own(ann, ann, "manager"), "role_too_high");
    // Whom a manager was granted to be there may hand on what that is, and not undo what is above.
    ASSERT_TRUE(grant(inn.as(mia), ann, "manager"));
    EXPECT_EQ(code_of(grant(inn.as(ann), bob, "manager")), "ok");
    ASSERT_TRUE(inn.write([&](writing& w) { return add_member(inn.env, w, inn.as(mia), room, root); }));
    ASSERT_TRUE(grant(inn.as(root), gus, "admin"));
    EXPECT_EQ(code_of(withdraw(inn.as(ann), gus)), "role_too_high");
    EXPECT_EQ(code_of(grant(inn.as(mia), gus, "guest")), "role_too_high");
    EXPECT_EQ(code_of(withdraw(inn.as(root), gus)), "ok");
    EXPECT_EQ(code_of(withdraw(inn.as(root), gus)), "ok") << "saying it twice changes nothing";
}

TEST_F(grants, are_shown_written_down_and_gone_with_the_membership) {
    const auto since = inn.log_end();
    ASSERT_TRUE(grant(inn.as(mia), ann, "staff"));
    const auto said = inn.log_after(since);
    ASSERT_EQ(said.size(), 2U);
    EXPECT_EQ(said[0].type, "member.updated");
    EXPECT_EQ(said[0].data.at("member").at("granted_role"), "staff");
    EXPECT_EQ(said[1].type, "rights.updated");
    EXPECT_EQ(said[1].conversation, room);
    EXPECT_EQ(said[1].data.at("role"), "staff");
    const auto& entry = inn.rows().audit.rbegin()->second;
    EXPECT_EQ(entry.action, "grant.added");
    EXPECT_EQ(entry.subject, ann.value);
    EXPECT_EQ(entry.details.at("role"), "staff");
    const auto again = inn.log_end();
    ASSERT_TRUE(grant(inn.as(mia), ann, "staff"));
    EXPECT_EQ(inn.log_end(), again);
    ASSERT_TRUE(withdraw(inn.as(mia), ann));
    EXPECT_EQ(inn.rows().audit.rbegin()->second.action, "grant.removed");
    EXPECT_TRUE(inn.log_after(inn.log_end() - 1).at(0).data.at("role").is_null());
    ASSERT_TRUE(grant(inn.as(mia), ann, "manager"));
    ASSERT_TRUE(inn.write([&](writing& w) { return remove_member(inn.env, w, inn.as(mia), room, ann); }));
    ASSERT_TRUE(inn.write([&](writing& w) { return add_member(inn.env, w, inn.as(mia), room, ann); }));
    EXPECT_EQ(inn.rows().members.at({room, ann}).granted_role, "");
    inn.send(bob, room, "(hold)");
    EXPECT_EQ(withheld(ann, room), 0U);
}

}  // namespace
}  // namespace parley::kernel
