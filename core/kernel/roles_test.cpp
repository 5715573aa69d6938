// A tenant's own roles: what they give, to whom, and that nobody reaches beyond itself with them.
#include "kernel/roles.hpp"

#include <gtest/gtest.h>

#include "kernel/accounts.hpp"
#include "kernel/grants.hpp"
#include "kernel/passwords.hpp"
#include "kernel/second_factors.hpp"
#include "kernel/sessions.hpp"
#include "kernel/testing/house.hpp"

namespace parley::kernel {
namespace {

using testing::code_of;
using testing::fault_of;
using names = std::vector<std::string>;

class roles : public ::testing::Test {
protected:
    testing::house inn;
    user_id root = inn.add_user("root", "admin");
    user_id mia = inn.add_user("mia", "manager");
    user_id ann = inn.add_user("ann");

    caller operator_() const { return inn.system(); }
    result<custom_role> create(const caller& by, std::string name, names permissions) {
        return inn.write([&](writing& w) {
            return create_role(inn.env, w, by,
                               {.name = std::move(name), .sentence = "For tests.", .permissions = permissions});
        });
    }
    result<custom_role> change(const caller& by, std::string name, names permissions) {
        return inn.write([&](writing& w) {
            return change_role(inn.env, w, by, {.name = std::move(name), .sentence = {}, .permissions = permissions});
        });
    }
    result<void> remove(const caller& by, const std::string& name, std::optional<std::string> instead = {}) {
        return inn.write([&](writing& w) { return delete_role(inn.env, w, by, name, instead); });
    }
    result<user> give(const caller& by, user_id who, std::string role) {
        return inn.write([&](writing& w) {
            return change_account(inn.env, w, by,
                                  {.user = who, .role = std::move(role), .password_hash = {}, .disabled = {}});
        });
    }
    bool may(user_id who, permission what) {
        return inn.read([&](reading& from) { return access::authorise(inn.env, from, inn.as(who)); })->may(what);
    }
    std::vector<event> rights_since(position since) {
        auto all = inn.log_after(since);
        std::erase_if(all, [](const event& one) { return one.type != "rights.updated"; });
        return all;
    }
    std::string last_action() { return inn.rows().audit.rbegin()->second.action; }
    boost::json::object last_details() { return inn.rows().audit.rbegin()->second.details; }
};

TEST_F(roles, of_a_tenant_give_exactly_what_they_list) {
    ASSERT_TRUE(create(inn.as(root), "reviewer", {"messages.send", "messages.review", "messages.send"}));
    EXPECT_EQ(last_action(), "role.created");
    ASSERT_TRUE(give(inn.as(root), ann, "reviewer"));
    EXPECT_TRUE(may(ann, permission::messages_review));
    EXPECT_FALSE(may(ann, permission::users_see)) << "it is not built on member";
    const auto all = inn.read([&](reading& from) { return list_roles(inn.env, from, inn.as(ann)); });
    ASSERT_EQ(all->size(), 1U);
    EXPECT_EQ(all->front().permissions, (names{"messages.send", "messages.review"}));
}

TEST_F(roles, take_effect_when_they_change_and_whoever_has_them_is_told) {
    const auto made = create(inn.as(root), "reviewer", {"messages.send"});
    ASSERT_TRUE(made && give(inn.as(root), ann, "reviewer"));
    const auto since = inn.log_end();
    ASSERT_TRUE(change(inn.as(root), "reviewer", {"messages.review"}));
    EXPECT_TRUE(may(ann, permission::messages_review));
    EXPECT_FALSE(may(ann, permission::messages_send));
    const auto told = rights_since(since);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].user, ann);
    EXPECT_EQ(told[0].data.at("permissions").as_array().at(0), "messages.review");
    EXPECT_EQ(last_action(), "role.redefined");
    EXPECT_EQ(last_details().at("added").as_array().at(0), "messages.review");
    EXPECT_EQ(last_details().at("removed").as_array().at(0), "messages.send");
    const auto quiet = inn.log_end();
    ASSERT_TRUE(inn.write([&](writing& w) {
        return change_role(inn.env, w, inn.as(root), {.name = "reviewer", .sentence = "Looks.", .permissions = {}});
    }));
    EXPECT_EQ(inn.log_end(), quiet) << "a sentence is nobody's right";
}

TEST_F(roles, are_refused_when_they_are_badly_named_taken_or_grant_what_is_not_there) {
    for (const auto* name : {"", "A", "1st", "a b", "-x", "rôle", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"})
        EXPECT_EQ(code_of(create(inn.as(root), name, {})), "role_name_invalid") << name;
    EXPECT_EQ(code_of(create(inn.as(root), "guest", {})), "role_fixed");
    EXPECT_EQ(code_of(create(inn.as(root), "x", {"messages.sing"})), "permission_unknown");
    ASSERT_TRUE(create(inn.as(root), "x", {}));
    EXPECT_EQ(code_of(create(inn.as(root), "x", {})), "role_taken");
    EXPECT_EQ(code_of(change(inn.as(root), "admin", {})), "role_fixed");
    EXPECT_EQ(code_of(remove(inn.as(root), "admin")), "role_fixed");
    EXPECT_EQ(code_of(change(inn.as(root), "y", {})), "not_found");
    EXPECT_EQ(code_of(give(inn.as(root), ann, "y")), "role_unknown");
    for (std::size_t i = 1; i < most_custom_roles; ++i) ASSERT_TRUE(create(inn.system(), "r" + std::to_string(i), {}));
    EXPECT_EQ(code_of(create(inn.system(), "more", {})), "roles_full");
}

TEST_F(roles, are_made_by_who_may_and_never_with_more_than_that) {
    EXPECT_EQ(code_of(create(inn.as(mia), "x", {})), "permission_missing");
    ASSERT_TRUE(create(inn.system(), "keeper", {"roles.manage", "users.manage", "messages.send"}));
    ASSERT_TRUE(create(inn.system(), "spy", {"authors.see"}));
    const auto kay = inn.add_user("kay", "keeper");
    EXPECT_TRUE(create(inn.as(kay), "talker", {"messages.send"}));
    EXPECT_EQ(code_of(create(inn.as(kay), "x", {"authors.see"})), "role_too_high");
    EXPECT_EQ(code_of(change(inn.as(kay), "talker", {"authors.see"})), "role_too_high");
    EXPECT_EQ(code_of(change(inn.as(kay), "spy", {"messages.send"})), "role_too_high") << "nor take from above";
    EXPECT_EQ(code_of(remove(inn.as(kay), "spy")), "role_too_high");
    // Not by a token that was given less, either.
    auto narrow = inn.as(root);
    narrow.only = permission_set{permission::roles_manage};
    EXPECT_EQ(code_of(create(narrow, "x", {"authors.see"})), "role_too_high");
    EXPECT_TRUE(create(narrow, "x", {"roles.manage"}));
}

TEST_F(roles, are_given_by_who_holds_as_much_to_who_holds_no_more) {
    ASSERT_TRUE(create(inn.system(), "doorman", {"users.manage", "messages.send"}));
    ASSERT_TRUE(create(inn.system(), "talker", {"messages.send"}));
    const auto dan = inn.add_user("dan", "doorman");
    const auto tom = inn.add_user("tom", "talker");
    const auto create_as = [&](std::string role) {
        return inn.write([&](writing& w) {
            return create_user(inn.env, w, inn.as(dan),
                               {.username = "new", .display_name = {}, .role = std::move(role), .password_hash = {}});
        });
    };
    EXPECT_EQ(code_of(create_as("admin")), "role_too_high");
    EXPECT_EQ(code_of(create_as("member")), "role_too_high");
    EXPECT_EQ(code_of(create_as("nothing")), "role_unknown");
    EXPECT_TRUE(create_as("talker"));
    EXPECT_EQ(code_of(give(inn.as(dan), tom, "admin")), "role_too_high");
    EXPECT_EQ(code_of(give(inn.as(dan), dan, "admin")), "role_too_high");
    EXPECT_TRUE(give(inn.as(dan), tom, "doorman"));
    // Whoever stands above is out of reach, on every way.
    EXPECT_EQ(code_of(give(inn.as(dan), root, "talker")), "role_too_high");
    EXPECT_EQ(code_of(inn.write([&](writing& w) {
                  return change_account(inn.env, w, inn.as(dan),
                                        {.user = root, .role = {}, .password_hash = {}, .disabled = true});
              })),
              "role_too_high");
    EXPECT_EQ(code_of(inn.write([&](writing& w) { return make_reset_link(inn.env, w, inn.as(dan), root); })),
              "role_too_high");
    EXPECT_EQ(code_of(inn.write([&](writing& w) { return end_all_sessions(inn.env, w, inn.as(dan), root); })),
              "role_too_high");
    EXPECT_EQ(code_of(inn.write([&](writing& w) { return reset_second_factor(inn.env, w, inn.as(dan), root); })),
              "role_too_high");
    EXPECT_TRUE(inn.write([&](writing& w) { return make_reset_link(inn.env, w, inn.as(dan), tom); }));
    const auto bot = inn.write([&](writing& w) {
        return create_user(
            inn.env, w, inn.as(root),
            {.username = "b", .display_name = {}, .role = "admin", .password_hash = {}, .kind = user_kind::bot});
    });
    EXPECT_EQ(
        code_of(inn.write([&](writing& w) { return issue_token(inn.env, w, inn.as(dan), bot->id, "mine now", {}); })),
        "role_too_high");
}

TEST_F(roles, in_use_go_only_with_one_to_have_instead) {
    const auto room = inn.add_channel(mia, {ann});
    ASSERT_TRUE(create(inn.as(root), "reviewer", {"messages.send", "messages.review"}));
    ASSERT_TRUE(create(inn.as(root), "talker", {"messages.send"}));
    const auto rob = inn.add_user("rob", "reviewer");
    ASSERT_TRUE(inn.write([&](writing& w) { return grant_role(inn.env, w, inn.as(mia), room, ann, "reviewer"); }));
    const auto refused = remove(inn.as(root), "reviewer");
    EXPECT_EQ(code_of(refused), "role_in_use");
    EXPECT_NE(refused.error().message.find("1 accounts have this role, and 1 members"), std::string::npos);
    EXPECT_EQ(code_of(remove(inn.as(root), "reviewer", "reviewer")), "role_unknown");
    EXPECT_EQ(code_of(remove(inn.as(root), "reviewer", "nothing")), "role_unknown");
    const auto since = inn.log_end();
    ASSERT_TRUE(remove(inn.as(root), "reviewer", "talker"));
    EXPECT_EQ(inn.rows().users.at(rob).role, "talker");
    EXPECT_EQ(inn.rows().members.at({room, ann}).granted_role, "talker");
    EXPECT_EQ(rights_since(since).size(), 2U);
    EXPECT_EQ(last_details().at("accounts"), 1);
    EXPECT_EQ(last_details().at("replaced_with"), "talker");
    EXPECT_EQ(code_of(remove(inn.as(root), "reviewer")), "not_found");
    EXPECT_EQ(code_of(remove(inn.as(root), "talker", "admin")), "ok");
    EXPECT_TRUE(may(rob, permission::roles_manage));
}

TEST_F(roles, replace_no_accounts_role_without_the_right_to_users_nor_with_more_than_is_held) {
    ASSERT_TRUE(create(inn.system(), "keeper", {"roles.manage", "messages.send"}));
    ASSERT_TRUE(create(inn.system(), "talker", {"messages.send"}));
    const auto kay = inn.add_user("kay", "keeper");
    inn.add_user("tom", "talker");
    EXPECT_EQ(code_of(remove(inn.as(kay), "talker", "admin")), "role_too_high");
    EXPECT_EQ(code_of(remove(inn.as(kay), "talker", "keeper")), "permission_missing");
}

TEST_F(roles, keep_a_plugins_permission_that_nobody_declares_now) {
    testing::house other;
    const auto polls = other.permissions.add({"polls.create", "Make polls.", {}});
    ASSERT_TRUE(polls);
    EXPECT_TRUE(other.permissions.find_role("admin")->granted.has(*polls));
    // As it was stored while the plugin was on.
    inn.write([&](writing& w) -> result<void> {
        w.insert(custom_role{.id = inn.ids.next<role_id>(),
                             .tenant = inn.tenant,
                             .name = "pollster",
                             .sentence = {},
                             .permissions = {"messages.send", "polls.create"}});
        return {};
    });
    ASSERT_TRUE(give(inn.as(root), ann, "pollster"));
    EXPECT_TRUE(may(ann, permission::messages_send));
    EXPECT_EQ(change(inn.as(root), "pollster", {"polls.create"})->permissions, names{"polls.create"});
    // It could come back as anything, so only who holds everything hands it on.
    ASSERT_TRUE(create(inn.system(), "keeper", {"roles.manage", "users.manage", "messages.send"}));
    const auto kay = inn.add_user("kay", "keeper");
    EXPECT_EQ(code_of(give(inn.as(kay), kay, "pollster")), "role_too_high");
    EXPECT_EQ(code_of(create(inn.as(root), "other", {"polls.create"})), "permission_unknown")
        << "it may stay, not come";
}

}  // namespace
}  // namespace parley::kernel
