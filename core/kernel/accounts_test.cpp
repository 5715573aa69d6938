// Accounts and tokens.
#include "kernel/accounts.hpp"

#include <gtest/gtest.h>

#include "base/secret.hpp"
#include "kernel/testing/house.hpp"

namespace parley::kernel {
namespace {

using testing::code_of;
using testing::fault_of;

class accounts : public ::testing::Test {
protected:
    testing::house inn;
    user_id root = inn.add_user("root", "admin");
    user_id mia = inn.add_user("mia", "manager");
    user_id ann = inn.add_user("ann");

    result<user> create(user_id by, std::string username, std::string role = "member") {
        const create_user_command command{
            .username = std::move(username), .display_name = {}, .role = std::move(role), .password_hash = {}};
        return inn.write([&](writing& w) { return create_user(inn.env, w, inn.as(by), command); });
    }
    result<issued_token> issue(user_id by, user_id owner, std::optional<moment> expires = {}) {
        return inn.write([&](writing& w) { return issue_token(inn.env, w, inn.as(by), owner, "laptop", expires); });
    }
};

TEST_F(accounts, are_made_by_the_system_and_by_admins) {
    EXPECT_TRUE(create({}, "eve"));
    EXPECT_TRUE(create(root, "fay"));
    EXPECT_EQ(fault_of(create(mia, "gil")), fault::forbidden);
    EXPECT_EQ(fault_of(create(ann, "gil")), fault::forbidden);
}

TEST_F(accounts, have_a_name_of_their_own_in_one_form) {
    EXPECT_EQ(code_of(create(root, "ANN")), "username_taken");
    EXPECT_EQ(code_of(create(root, "an n")), "username_invalid");
    EXPECT_EQ(code_of(create(root, "eve", "emperor")), "role_unknown");
    const auto made = create(root, "Eve");
    ASSERT_TRUE(made);
    EXPECT_EQ(made->username, "eve");
}

TEST_F(accounts, change_their_own_profile_and_say_so) {
    change_profile_command command;
    command.display_name = "  Ann  ";
    command.status_text = "in a meeting";
    command.status_expires_at = inn.time.now() + std::chrono::hours{1};
    const auto change = [&] {
        return inn.write([&](writing& w) { return change_profile(inn.env, w, inn.as(ann), command); });
    };
    const auto changed = change();
    ASSERT_TRUE(changed);
    EXPECT_EQ(changed->display_name, "Ann");
    EXPECT_EQ(changed->status_text, "in a meeting");
    EXPECT_EQ(inn.log_after(inn.log_end() - 1).front().type, "user.updated");
    command.status_expires_at = inn.time.now();
    EXPECT_EQ(code_of(change()), "expiry_past");
    command = {};
    command.status_text = "";
    EXPECT_FALSE(change()->status_expires_at);
}

TEST_F(accounts, of_others_are_changed_by_admins_only) {
    const change_account_command disable{.user = mia, .role = {}, .password_hash = {}, .disabled = true};
    const auto by = [&](user_id who) {
        return inn.write([&](writing& w) { return change_account(inn.env, w, inn.as(who), disable); });
    };
    EXPECT_EQ(fault_of(by(ann)), fault::forbidden);
    const change_account_command promote{.user = ann, .role = "admin", .password_hash = {}, .disabled = {}};
    EXPECT_EQ(fault_of(inn.write([&](writing& w) { return change_account(inn.env, w, inn.as(ann), promote); })),
              fault::forbidden);
    EXPECT_TRUE(by(root));
    EXPECT_EQ(fault_of(by(mia)), fault::unauthenticated);
}

TEST_F(accounts, hold_tokens_that_only_their_owner_makes_sees_and_revokes) {
    EXPECT_EQ(fault_of(issue(root, ann)), fault::forbidden);
    const auto made = issue(ann, ann);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->row.digest, token_digest(made->secret));
    EXPECT_NE(made->row.digest, made->secret);
    EXPECT_EQ(inn.store.find_token(made->row.digest)->user, ann);
    const auto revoke = [&](user_id who) {
        return inn.write([&](writing& w) { return revoke_token(inn.env, w, inn.as(who), made->row.id); });
    };
    const auto listed = [&](user_id who) {
        return inn.read([&](reading& from) { return list_tokens(inn.env, from, inn.as(who), who); })->size();
    };
    EXPECT_EQ(fault_of(revoke(root)), fault::not_found);
    EXPECT_EQ(listed(root), 0U);
    EXPECT_EQ(listed(ann), 1U);
    EXPECT_TRUE(revoke(ann));
    EXPECT_TRUE(revoke(ann));
    EXPECT_EQ(listed(ann), 0U);
    EXPECT_FALSE(is_good(*inn.store.find_token(made->row.digest), inn.time.now()));
}

TEST_F(accounts, of_bots_hold_tokens_that_admins_make) {
    const auto bot = inn.write([&](writing& w) {
        return create_user(inn.env, w, inn.as(root),
                           {.username = "helper", .display_name = {}, .password_hash = {}, .kind = user_kind::bot});
    });
    ASSERT_TRUE(bot);
    EXPECT_EQ(fault_of(issue(mia, bot->id)), fault::not_found) << "there or not is none of her business";
    EXPECT_EQ(fault_of(issue(mia, user_id{1234})), fault::not_found);
    EXPECT_EQ(fault_of(issue(mia, ann)), fault::not_found);
    EXPECT_EQ(fault_of(issue(root, ann)), fault::forbidden);
    const auto made = issue(root, bot->id);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->row.kind, token_kind::service);
    const auto listed = [&](user_id who) {
        return inn.read([&](reading& from) { return list_tokens(inn.env, from, inn.as(who), bot->id); });
    };
    EXPECT_EQ(fault_of(listed(mia)), fault::not_found);
    EXPECT_EQ(listed(root)->size(), 1U);
    const auto revoke = [&](user_id who) {
        return inn.write([&](writing& w) { return revoke_token(inn.env, w, inn.as(who), made->row.id); });
    };
    EXPECT_EQ(fault_of(revoke(mia)), fault::not_found) << "whose it is, is none of her business";
    EXPECT_TRUE(revoke(root));
    EXPECT_EQ(inn.log_after(inn.log_end() - 1).front().type, "session.ended");
}

TEST_F(accounts, hold_tokens_that_give_no_more_than_their_scope) {
    const auto narrow = inn.write([&](writing& w) {
        return issue_token(inn.env, w, inn.as(root), root, "CI", {}, std::vector<std::string>{"users.see"});
    });
    ASSERT_TRUE(narrow);
    EXPECT_EQ(narrow->row.scope, "users.see");
    auto by = inn.as(root);
    by.only = permissions_of(inn.permissions, narrow->row.scope);
    const auto who = inn.read([&](reading& from) { return access::authorise(inn.env, from, by); });
    EXPECT_TRUE(who->may(permission::users_see));
    EXPECT_FALSE(who->may(permission::users_manage));
    const auto try_to = [&](auto what) { return code_of(inn.write(what)); };
    EXPECT_EQ(try_to([&](writing& w) {
                  return create_user(inn.env, w, by, {.username = "x", .display_name = {}, .password_hash = {}});
              }),
              "permission_missing");
    EXPECT_EQ(try_to([&](writing& w) { return issue_token(inn.env, w, by, root, "more", {}); }), "scope_too_narrow");
    EXPECT_EQ(try_to([&](writing& w) { return end_all_sessions(inn.env, w, by, root); }), "scope_too_narrow");
    // What the role does not give, a scope does not add; and none at all is not everything.
    by = inn.as(ann);
    by.only = permissions_of(inn.permissions, "users.manage users.see");
    EXPECT_FALSE(
        inn.read([&](reading& from) { return access::authorise(inn.env, from, by); })->may(permission::users_manage));
    EXPECT_EQ(permissions_of(inn.permissions, ""), permission_set{});
    EXPECT_FALSE(permissions_of(inn.permissions, std::nullopt));
    EXPECT_EQ(try_to([&](writing& w) {
                  return issue_token(inn.env, w, inn.as(ann), ann, "typo", {}, std::vector<std::string>{"users.se"});
              }),
              "permission_unknown");
}

TEST_F(accounts, that_are_disabled_have_no_session_left) {
    const auto made = issue(ann, ann);
    const change_account_command disable{.user = ann, .role = {}, .password_hash = {}, .disabled = true};
    ASSERT_TRUE(inn.write([&](writing& w) { return change_account(inn.env, w, inn.as(root), disable); }));
    EXPECT_FALSE(is_good(*inn.store.find_token(made->row.digest), inn.time.now()));
    EXPECT_EQ(inn.log_after(inn.log_end() - 1).front().data.at("reason"), "disabled");
}

TEST_F(accounts, hold_tokens_that_end_by_themselves) {
    inn.settings.now.sessions.token_days = 2;
    const auto made = issue(ann, ann, inn.time.now() + std::chrono::days{900});
    ASSERT_TRUE(made);
    EXPECT_EQ(made->row.expires_at, inn.time.now() + std::chrono::days{2});
    EXPECT_TRUE(is_good(made->row, inn.time.now()));
    EXPECT_FALSE(is_good(made->row, made->row.expires_at));
    EXPECT_TRUE(is_good(made->row, inn.time.now() - std::chrono::hours{1})) << "the clock was set back";
    EXPECT_EQ(code_of(issue(ann, ann, inn.time.now())), "expiry_past");
}

}  // namespace
}  // namespace parley::kernel
