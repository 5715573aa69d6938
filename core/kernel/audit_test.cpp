// The audit log: what is told, by whom it is read, and what never stands in it.
#include "kernel/audit.hpp"

#include <gmock/gmock.h>

#include <boost/json/serialize.hpp>

#include "kernel/accounts.hpp"
#include "kernel/delete_message.hpp"
#include "kernel/membership.hpp"
#include "kernel/passwords.hpp"
#include "kernel/present.hpp"
#include "kernel/second_factors.hpp"
#include "kernel/testing/house.hpp"

namespace parley::kernel {
namespace {

using namespace std::chrono_literals;
using testing::code_of;
using ::testing::ElementsAre;
using testing::fault_of;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class audit : public ::testing::Test {
protected:
    testing::house inn;
    user_id root = inn.add_user("root", "admin");
    user_id ann = inn.add_user("ann");
    user_id bob = inn.add_user("bob");
    audit_id begun = inn.ids.next<audit_id>();

    result<std::vector<audit_entry>> list(const caller& by, audit_query wanted = {}) {
        return inn.read([&](reading& from) { return list_audit(inn.env, from, by, wanted); });
    }
    /// Those of this test, the oldest first.
    std::vector<audit_entry> told() {
        auto all = list(inn.as(root)).value();
        std::erase_if(all, [&](const audit_entry& one) { return one.id < begun; });
        std::ranges::reverse(all);
        return all;
    }
    std::vector<std::string> actions() {
        std::vector<std::string> all;
        for (const auto& one : told()) all.push_back(one.action);
        return all;
    }
    opened_session open(user_id owner) {
        auto by = inn.system();
        by.address = "10.0.0.7";
        by.user_agent = "curl/8";
        return inn
            .write([&](writing& w) {
                return open_session(inn.env, w, by,
                                    {.owner = owner, .kind = token_kind::password, .name = "Phone", .ends_at = {}});
            })
            .value();
    }
    result<user> change(user_id by, change_account_command command) {
        return inn.write([&](writing& w) { return change_account(inn.env, w, inn.as(by), command); });
    }
};

TEST_F(audit, tells_who_came_in_and_from_where_and_who_ended_it) {
    const auto phone = open(ann);
    auto by = inn.as(ann);
    by.session = phone.row.id;
    by.address = "10.0.0.8";
    ASSERT_TRUE(inn.write([&](writing& w) { return end_session(inn.env, w, by, phone.row.id); }).has_value());
    const auto all = told();
    ASSERT_THAT(all, SizeIs(2));
    EXPECT_EQ(all[0].action, "session.opened");
    EXPECT_EQ(all[0].actor, ann);
    EXPECT_EQ(all[0].session, phone.row.id);
    EXPECT_EQ(all[0].subject_kind, "session");
    EXPECT_EQ(all[0].subject, phone.row.id.value);
    EXPECT_EQ(all[0].address, "10.0.0.7");
    EXPECT_EQ(all[0].request_id, "r1");
    EXPECT_EQ(all[0].at, inn.time.now());
    EXPECT_EQ(all[0].details.at("kind"), "password");
    EXPECT_EQ(all[0].details.at("user_agent"), "curl/8");
    EXPECT_EQ(all[1].action, "session.ended");
    EXPECT_EQ(all[1].actor, ann);
    EXPECT_EQ(all[1].address, "10.0.0.8");
    EXPECT_EQ(all[1].details.at("reason"), "signed_out");
}

TEST_F(audit, tells_what_happened_to_an_account_once_for_each_thing) {
    ASSERT_TRUE(change(root, {.user = ann, .role = "staff", .password_hash = {}, .disabled = {}}));
    ASSERT_TRUE(change(root, {.user = ann, .role = "staff", .password_hash = {}, .disabled = false}));
    EXPECT_THAT(actions(), ElementsAre("role.changed")) << "what stays as it is, is not told";
    const auto changed = told().at(0);
    EXPECT_EQ(changed.actor, root);
    EXPECT_EQ(changed.subject, ann.value);
    EXPECT_EQ(boost::json::serialize(changed.details), R"({"from":"member","to":"staff"})");
    (void)open(ann);
    ASSERT_TRUE(change(root, {.user = ann, .role = "guest", .password_hash = "argon", .disabled = true}));
    ASSERT_TRUE(change(root, {.user = ann, .role = {}, .password_hash = {}, .disabled = false}));
    EXPECT_THAT(actions(), ElementsAre("role.changed", "session.opened", "session.ended", "role.changed",
                                       "password.changed", "user.disabled", "user.enabled"));
}

TEST_F(audit, tells_of_tokens_links_second_factors_roles_and_removals) {
    const auto lobby = inn.add_channel(ann, {bob});
    const auto said = inn.send(bob, lobby, "The words themselves");
    const auto token = inn.write([&](writing& w) {
                              return issue_token(inn.env, w, inn.as(ann), ann, "Backup", {},
                                                 std::vector<std::string>{"messages.send"});
                          })
                           .value();
    ASSERT_TRUE(inn.write([&](writing& w) { return revoke_token(inn.env, w, inn.as(ann), token.row.id); }).has_value());
    ASSERT_TRUE(inn.write(
        [&](writing& w) { return set_member_role(inn.env, w, inn.as(ann), lobby, bob, member_role::admin); }));
    const auto remove = [&](deletion how) {
        return code_of(inn.write([&](writing& w) { return delete_message(inn.env, w, inn.as(root), said.id, how); }));
    };
    ASSERT_TRUE(inn.write([&](writing& w) { return join_conversation(inn.env, w, inn.as(root), lobby); }));
    EXPECT_EQ(remove(deletion::soft), "ok");
    EXPECT_EQ(remove(deletion::hard), "ok");
    const auto link = inn.write([&](writing& w) { return make_reset_link(inn.env, w, inn.as(root), ann); }).value();
    ASSERT_TRUE(inn.write([&](writing& w) { return use_reset_link(inn.env, w, inn.system(), link.token, "argon"); }));
    const auto factor = inn.write([&](writing& w) { return begin_second_factor(inn.env, w, inn.as(ann)); }).value();
    ASSERT_TRUE(inn.write([&](writing& w) { return reset_second_factor(inn.env, w, inn.as(root), ann); }).has_value());
    EXPECT_THAT(actions(), ElementsAre("token.created", "token.revoked", "member.role_changed", "message.purged",
                                       "password.link_made", "password.changed", "second_factor.removed"));
    std::string all;
    for (const auto& one : told()) all += boost::json::serialize(present(one)) + "\n";
    EXPECT_THAT(all, HasSubstr("Backup"));
    EXPECT_THAT(all, HasSubstr(R"("from":"member","to":"admin")"));
    for (const auto& secret :
         {token.secret, token.row.digest, link.token, factor.secret, std::string("argon"), said.text})
        EXPECT_THAT(all, Not(HasSubstr(secret)));
}

TEST_F(audit, is_read_in_pages_with_the_permission_and_in_its_own_tenant) {
    for (int i = 0; i < 3; ++i) (void)open(ann);
    (void)open(bob);
    EXPECT_EQ(fault_of(list(inn.as(ann))), fault::forbidden);
    EXPECT_EQ(code_of(list(inn.as(bob))), "permission_missing");
    auto narrowed = inn.as(root);
    narrowed.only = permission_set{permission::messages_send};
    EXPECT_EQ(code_of(list(narrowed)), "permission_missing");
    EXPECT_THAT(list(inn.as(root), {.action = "session.opened"}).value(), SizeIs(4));
    EXPECT_THAT(list(inn.as(root), {.action = "session.opened", .actor = bob}).value(), SizeIs(1));
    EXPECT_THAT(list(inn.as(root), {.action = "session"}).value(), IsEmpty());
    const auto first = list(inn.as(root), {.actor = ann, .limit = 2}).value();
    ASSERT_THAT(first, SizeIs(2));
    EXPECT_GT(first[0].id, first[1].id);
    const auto second = list(inn.as(root), {.before = first[1].id, .actor = ann, .limit = 2}).value();
    ASSERT_THAT(second, SizeIs(1));
    EXPECT_LT(second[0].id, first[1].id);

    const auto mill = inn.ids.next<tenant_id>();
    inn.store.insert(tenant{mill, "mill", inn.time.now()});
    inn.tenant = mill;
    const auto eve = inn.add_user("eve", "admin");
    const auto theirs = list(inn.as(eve)).value();
    ASSERT_THAT(theirs, SizeIs(1));
    EXPECT_EQ(theirs[0].subject, eve.value);
    EXPECT_EQ(fault_of(list(inn.as(root))), fault::unauthenticated);
}

TEST_F(audit, a_use_case_that_refuses_tells_nothing) {
    EXPECT_EQ(fault_of(change(bob, {.user = ann, .role = "admin", .password_hash = {}, .disabled = {}})),
              fault::forbidden);
    EXPECT_EQ(fault_of(change(root, {.user = ann, .role = "king", .password_hash = {}, .disabled = {}})),
              fault::invalid);
    EXPECT_THAT(actions(), IsEmpty());
}

TEST(audit_pace, lets_one_through_in_a_minute_and_no_new_ones_over_its_bound) {
    fake_clock time;
    audit_pace pace(time, 2);
    EXPECT_TRUE(pace.admit("a"));
    EXPECT_FALSE(pace.admit("a"));
    EXPECT_TRUE(pace.admit("b"));
    EXPECT_FALSE(pace.admit("c")) << "full";
    time.advance(59s);
    EXPECT_FALSE(pace.admit("a"));
    time.advance(1s);
    EXPECT_TRUE(pace.admit("a"));
    EXPECT_TRUE(pace.admit("c")) << "b is over";
    EXPECT_FALSE(pace.admit("d"));
}

TEST(audit_text, is_escaped_and_cut_where_a_character_ends) {
    EXPECT_EQ(shown_in_audit("ann"), "ann");
    EXPECT_EQ(shown_in_audit("a\nb"), "a\\nb");
    EXPECT_EQ(shown_in_audit(std::string(500, 'x')), std::string(96, 'x'));
    std::string wide;
    for (int i = 0; i < 100; ++i) wide += "\xe2\x82\xac";
    EXPECT_EQ(shown_in_audit(wide).size(), 96U);
    EXPECT_LE(shown_in_audit(std::string(96, '\n')).size(), 96U);
}

}  // namespace
}  // namespace parley::kernel
