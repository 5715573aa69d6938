// The shipped roles and what they grant.
#include "model/permission.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace parley {
namespace {

using enum permission;

bool grants(std::string_view role, permission what) { return find_role(role)->granted.has(what); }

TEST(shipped_roles_of_parley, each_hold_all_that_the_one_before_holds) {
    const auto roles = shipped_roles();
    ASSERT_EQ(roles.size(), 5U);
    for (std::size_t i = 1; i < roles.size(); ++i)
        for (const auto& info : all_permissions())
            if (roles[i - 1].granted.has(info.which))
                EXPECT_TRUE(roles[i].granted.has(info.which)) << roles[i].name << " lacks " << info.name;
}

TEST(shipped_roles_of_parley, give_guests_their_own_words_and_nothing_of_others) {
    for (const auto what : {messages_send, messages_edit_own, messages_delete_own, files_upload})
        EXPECT_TRUE(grants("guest", what)) << name_of(what);
    for (const auto what : {channels_browse, direct_open, users_see, messages_edit_others, messages_delete_hard,
                            messages_review, authors_see, users_manage})
        EXPECT_FALSE(grants("guest", what)) << name_of(what);
}

TEST(shipped_roles_of_parley, let_managers_and_admins_alone_remove_for_good_review_and_know_authors) {
    for (const auto what : {messages_delete_hard, messages_review, authors_see, messages_delete_others}) {
        for (const auto* role : {"guest", "member", "staff"}) EXPECT_FALSE(grants(role, what)) << role;
        for (const auto* role : {"manager", "admin"}) EXPECT_TRUE(grants(role, what)) << role;
    }
    EXPECT_FALSE(grants("manager", users_manage));
    EXPECT_TRUE(grants("admin", users_manage));
    EXPECT_EQ(find_role("emperor"), nullptr);
}

TEST(permissions, have_a_name_and_a_sentence_each) {
    std::set<std::string_view> names;
    for (const auto& info : all_permissions()) {
        EXPECT_TRUE(names.insert(info.name).second) << info.name;
        EXPECT_FALSE(info.sentence.empty());
        EXPECT_EQ(name_of(info.which), info.name);
        EXPECT_TRUE(grants("admin", info.which)) << info.name;
    }
}

}  // namespace
}  // namespace parley
