// Sessions, links and second factors, on both databases.
#include <gmock/gmock.h>

#include "storage/testing/store_test_base.hpp"

namespace parley::storage {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const tenant_id other_tenant{2};

class rows_sessions_test : public store_test {
protected:
    access_token make_token(std::int64_t id, moment ends) {
        access_token made;
        made.id = token_id{id};
        made.tenant = acme;
        made.user = user_id{11};
        made.name = "phone";
        made.digest = "d" + std::to_string(id);
        made.created_at = noon;
        made.expires_at = noon + std::chrono::hours(1);
        made.ends_at = ends;
        return made;
    }
};

TEST_P(rows_sessions_test, sessions_keep_all_they_are) {
    auto one = make_token(21, noon + std::chrono::days(30));
    one.kind = token_kind::vouched;
    one.stage = token_stage::enrol_only;
    one.scope = "";
    one.user_agent = "Mozilla";
    one.address = "10.0.0.1";
    one.family = "f1";
    one.refresh_digest = "r1";
    auto two = make_token(22, noon);
    must_write([&](kernel::writing& w) {
        w.insert(one);
        w.insert(two);
        EXPECT_EQ(w.find_family("f1")->id, one.id);
    });
    one.digest = "fresh";
    one.refresh_digest = "r2";
    one.used_at = noon + std::chrono::seconds(5);
    one.stage = token_stage::full;
    one.ends_at = noon + std::chrono::days(31);
    must_write([&](kernel::writing& w) { w.update(one); });
    must_read([&](kernel::reading& r) {
        const auto found = r.find_token(one.id);
        ASSERT_TRUE(found);
        EXPECT_EQ(found->kind, token_kind::vouched);
        EXPECT_EQ(found->stage, token_stage::full);
        EXPECT_EQ(found->scope, "") << "nothing at all, which is not everything";
        EXPECT_EQ(found->user_agent, "Mozilla");
        EXPECT_EQ(found->address, "10.0.0.1");
        EXPECT_EQ(found->digest, "fresh");
        EXPECT_EQ(found->family, "f1");
        EXPECT_EQ(found->refresh_digest, "r2");
        EXPECT_EQ(found->used_at, one.used_at);
        EXPECT_EQ(found->ends_at, one.ends_at);
        const auto plain = r.find_token(two.id);
        EXPECT_FALSE(plain->scope);
        EXPECT_FALSE(plain->used_at);
        EXPECT_EQ(plain->family, "");
        EXPECT_FALSE(r.find_family(""));
        EXPECT_FALSE(r.find_token(token_id{99}));
    });
    must_read(
        [&](kernel::reading& r) {
            EXPECT_FALSE(r.find_token(one.id));
            EXPECT_FALSE(r.find_family("f1"));
        },
        other_tenant);
    with_directory(*store_, [&](kernel::directory& all) {
        EXPECT_EQ(all.find_token("fresh")->id, one.id);
        EXPECT_FALSE(all.find_token("d21"));
    });
}

TEST_P(rows_sessions_test, those_long_over_are_forgotten) {
    auto revoked = make_token(23, noon + std::chrono::days(30));
    revoked.revoked_at = noon;
    must_write([&](kernel::writing& w) {
        w.insert(make_token(21, noon + std::chrono::hours(1)));
        w.insert(make_token(22, noon + std::chrono::days(30)));
        w.insert(revoked);
        EXPECT_EQ(w.erase_tokens(noon), 0);
    });
    must_write([&](kernel::writing& w) {
        EXPECT_EQ(w.erase_tokens(noon + std::chrono::hours(2)), 2);
        EXPECT_THAT(w.tokens_of(user_id{11}), SizeIs(1));
    });
}

TEST_P(rows_sessions_test, accounts_end_and_are_known_outside) {
    auto guest = make_user(11, "guest-1");
    guest.kind = user_kind::guest;
    guest.expires_at = noon;
    guest.external_id = "customer-7";
    must_write([&](kernel::writing& w) {
        w.insert(guest);
        w.insert(make_user(12, "bob"));
        EXPECT_EQ(w.find_external("customer-7")->id, guest.id);
    });
    must_read([&](kernel::reading& r) {
        EXPECT_EQ(r.find_user(guest.id)->kind, user_kind::guest);
        EXPECT_EQ(r.find_user(user_id{12})->kind, user_kind::person);
        EXPECT_FALSE(r.find_external(""));
        EXPECT_THAT(r.ended_users(noon - std::chrono::microseconds(1), 10), IsEmpty());
        ASSERT_THAT(r.ended_users(noon, 10), SizeIs(1));
        EXPECT_EQ(r.ended_users(noon, 10)[0].expires_at, noon);
    });
    must_read([&](kernel::reading& r) { EXPECT_FALSE(r.find_external("customer-7")); }, other_tenant);
    guest.disabled_at = noon;
    must_write([&](kernel::writing& w) {
        w.update(guest);
        EXPECT_THAT(w.ended_users(noon, 10), IsEmpty());
    });
}

TEST_P(rows_sessions_test, links_and_second_factors_come_and_go) {
    one_time_link link{.digest = "l1",
                       .tenant = acme,
                       .user = user_id{11},
                       .purpose = link_purpose::vouch,
                       .created_at = noon,
                       .expires_at = noon + std::chrono::hours(1),
                       .used_at = {}};
    second_factor factor{.user = user_id{11},
                         .tenant = acme,
                         .secret = "MZXW",
                         .created_at = noon,
                         .confirmed_at = {},
                         .last_step = 0,
                         .recovery = {}};
    must_write([&](kernel::writing& w) {
        w.insert(link);
        w.insert(factor);
    });
    link.used_at = noon;
    factor.confirmed_at = noon;
    factor.last_step = 37;
    factor.recovery = {"r1", "r2"};
    must_write([&](kernel::writing& w) {
        w.update(link);
        w.update(factor);
    });
    must_read([&](kernel::reading& r) {
        const auto found = r.find_link("l1");
        ASSERT_TRUE(found);
        EXPECT_EQ(found->purpose, link_purpose::vouch);
        EXPECT_EQ(found->user, user_id{11});
        EXPECT_EQ(found->used_at, noon);
        const auto second = r.find_second_factor(user_id{11});
        ASSERT_TRUE(second);
        EXPECT_EQ(second->secret, "MZXW");
        EXPECT_EQ(second->confirmed_at, noon);
        EXPECT_EQ(second->last_step, 37);
        EXPECT_THAT(second->recovery, ElementsAre("r1", "r2"));
    });
    must_read(
        [&](kernel::reading& r) {
            EXPECT_FALSE(r.find_link("l1"));
            EXPECT_FALSE(r.find_second_factor(user_id{11}));
        },
        other_tenant);
    must_write([&](kernel::writing& w) {
        EXPECT_EQ(w.erase_links(noon), 0);
        EXPECT_EQ(w.erase_links(noon + std::chrono::hours(2)), 1);
        EXPECT_FALSE(w.find_link("l1"));
        w.erase(factor);
        EXPECT_FALSE(w.find_second_factor(user_id{11}));
    });
}

INSTANTIATE_TEST_SUITE_P(on, rows_sessions_test, ::testing::Values(engine::sqlite, engine::postgresql), name_of);

TEST_P(rows_sessions_test, started_sign_ins_are_finished_or_forgotten) {
    const started_sign_in made{.digest = "s1",
                               .tenant = acme,
                               .provider = "corp",
                               .browser = "b1",
                               .nonce = "n1",
                               .verifier = "v1",
                               .redirect_uri = "https://chat.example/callback",
                               .return_to = "/rooms?a=b",
                               .created_at = noon,
                               .expires_at = noon + std::chrono::minutes(10)};
    auto other = made;
    other.digest = "s2";
    must_write([&](kernel::writing& w) {
        w.insert(made);
        w.insert(other);
    });
    must_write([&](kernel::writing& w) {
        const auto found = w.find_started("s1");
        ASSERT_TRUE(found);
        EXPECT_EQ(found->provider, "corp");
        EXPECT_EQ(found->browser, "b1");
        EXPECT_EQ(found->nonce, "n1");
        EXPECT_EQ(found->verifier, "v1");
        EXPECT_EQ(found->redirect_uri, "https://chat.example/callback");
        EXPECT_EQ(found->return_to, "/rooms?a=b");
        EXPECT_EQ(found->created_at, noon);
        EXPECT_EQ(found->expires_at, noon + std::chrono::minutes(10));
        w.erase(*found);
        EXPECT_FALSE(w.find_started("s1"));
        EXPECT_EQ(w.erase_started(noon), 0);
        EXPECT_EQ(w.erase_started(noon + std::chrono::hours(1)), 1);
        EXPECT_FALSE(w.find_started("s2"));
    });
}

}  // namespace
}  // namespace parley::storage
