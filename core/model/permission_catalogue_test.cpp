// The shipped roles and what they grant.
#include "model/permission_catalogue.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace parley {
namespace {

using enum permission;

const permission_catalogue kernels;

bool grants(std::string_view role, permission what) { return kernels.find_role(role)->granted.has(what); }

TEST(shipped_roles_of_parley, each_hold_all_that_the_one_before_holds) {
    const auto& roles = kernels.shipped_roles();
    ASSERT_EQ(roles.size(), 5U);
    for (std::size_t i = 1; i < roles.size(); ++i)
        for (const auto& info : kernels.all())
            if (roles[i - 1].granted.has(info.which))
                EXPECT_TRUE(roles[i].granted.has(info.which)) << roles[i].name << " lacks " << info.name;
}

TEST(shipped_roles_of_parley, give_guests_their_own_words_and_nothing_of_others) {
    for (const auto what : {messages_send, messages_edit_own, messages_delete_own, files_upload})
        EXPECT_TRUE(grants("guest", what)) << kernels.name_of(what);
    for (const auto what : {channels_browse, direct_open, users_see, messages_edit_others, messages_delete_hard,
                            messages_review, authors_see, users_manage})
        EXPECT_FALSE(grants("guest", what)) << kernels.name_of(what);
}

TEST(shipped_roles_of_parley, let_managers_and_admins_alone_remove_for_good_review_and_know_authors) {
    for (const auto what : {messages_delete_hard, messages_review, authors_see, messages_delete_others}) {
        for (const auto* role : {"guest", "member", "staff"}) EXPECT_FALSE(grants(role, what)) << role;
        for (const auto* role : {"manager", "admin"}) EXPECT_TRUE(grants(role, what)) << role;
    }
    EXPECT_FALSE(grants("manager", users_manage));
    EXPECT_TRUE(grants("admin", users_manage));
    EXPECT_EQ(kernels.find_role("emperor"), nullptr);
}

TEST(permissions, have_a_name_and_a_sentence_each) {
    std::set<std::string_view> names;
    for (const auto& info : kernels.all()) {
        EXPECT_TRUE(names.insert(info.name).second) << info.name;
        EXPECT_FALSE(info.sentence.empty());
        EXPECT_EQ(kernels.name_of(info.which), info.name);
        EXPECT_TRUE(grants("admin", info.which)) << info.name;
    }
}

TEST(permissions, of_plugins_come_after_the_kernels_and_belong_to_the_roles_they_name_and_to_admins) {
    permission_catalogue all;
    const auto polls = all.add({"polls.create", "Make polls.", {"staff"}});
    const auto votes = all.add({"polls.vote", "Vote.", {}});
    ASSERT_TRUE(polls && votes);
    EXPECT_EQ(all.find("polls.create"), *polls);
    EXPECT_EQ(all.name_of(*votes), "polls.vote");
    EXPECT_EQ(all.all().back().sentence, "Vote.");
    EXPECT_TRUE(all.find_role("staff")->granted.has(*polls));
    EXPECT_FALSE(all.find_role("manager")->granted.has(*polls)) << "a plugin says each role that has it";
    EXPECT_TRUE(all.is_everything(all.find_role("admin")->granted));
    EXPECT_FALSE(all.is_everything(all.find_role("manager")->granted));
    EXPECT_EQ(kernels.find("polls.create"), std::nullopt) << "each catalogue is its own";
    const std::vector<std::string> names{"polls.vote", "gone.plugin", "users.see"};
    EXPECT_EQ(all.known(names), (permission_set{*votes, users_see}));
    EXPECT_EQ(all.names_of(all.known(names)), (std::vector<std::string_view>{"users.see", "polls.vote"}));
}

TEST(permissions, are_refused_when_they_are_badly_named_taken_or_too_many) {
    permission_catalogue all;
    for (const auto* name : {"", "polls", ".x", "x.", "a..b", "Polls.create", "polls create.x", "p\n.q"})
        EXPECT_EQ(all.add({name, "Something.", {}}).error().code, "permission_name_invalid") << name;
    EXPECT_EQ(all.add({"polls.create", "", {}}).error().code, "permission_sentence_empty");
    EXPECT_EQ(all.add({"messages.send", "Again.", {}}).error().code, "permission_taken");
    EXPECT_EQ(all.add({"polls.create", "Polls.", {"emperor"}}).error().code, "role_unknown");
    while (all.all().size() < max_permissions - 1)
        ASSERT_TRUE(all.add({"p.n" + std::to_string(all.all().size()), "One more.", {}}));
    EXPECT_EQ(all.add({"one.more", "One too many.", {}}).error().code, "permissions_full");
    EXPECT_TRUE(all.is_everything(all.find_role("admin")->granted));
}

}  // namespace
}  // namespace parley
