// Every question of the kernel's ports, asked by another tenant with the ids of what is there: each knows nothing.
#include <gmock/gmock.h>

#include "storage/testing/store_test_base.hpp"

namespace parley::storage {
namespace {

using namespace testing;
using ::testing::IsEmpty;

const auto key = kernel::rows;
const tenant_id globex{2};

class rows_tenants_test : public store_test {
protected:
    void SetUp() override {
        store_test::SetUp();
        add_tenant(globex, "globex");
        must_write([](kernel::writing& w) { fill(w); });
    }

    /// One of everything, in acme.
    static void fill(kernel::writing& w) {
        auto ann = make_user(11, "ann");
        ann.external_id = "outside";
        ann.expires_at = noon;
        w.insert(ann);
        w.insert(make_user(12, "bob"));
        auto lobby = make_conversation(31, "Lobby");
        lobby.who_finds = visibility::open;
        lobby.last_sequence = 2;
        w.insert(key(), lobby);
        auto direct = make_conversation(32, "");
        direct.direct_key = "11-12";
        w.insert(key(), direct);
        auto owner = make_member(31, 11);
        owner.role = member_role::owner;
        w.insert(key(), owner);
        w.insert(key(), make_member(31, 12));
        auto root = make_message(101, 31, 1, 11, "World domination");
        root.client_key = "k";
        root.mentions = {user_id{12}};
        w.insert(key(), root);
        auto reply = make_message(102, 31, 2, 12, "When?");
        reply.thread_root = root.id;
        w.insert(key(), reply);
        auto held = make_message(103, 31, 0, 11, "Held");
        held.state = message_state::held;
        w.insert(key(), held);
        w.insert(key(), revision{.message = root.id, .number = 1, .text = "World", .data = {}, .replaced_at = noon});
        access_token token;
        token.id = token_id{21};
        token.tenant = acme;
        token.user = ann.id;
        token.digest = "d1";
        token.family = "f1";
        token.created_at = token.expires_at = token.ends_at = noon;
        w.insert(token);
        w.insert(one_time_link{.digest = "l1",
                               .tenant = acme,
                               .user = ann.id,
                               .purpose = link_purpose::password_reset,
                               .created_at = noon,
                               .expires_at = noon});
        second_factor factor;
        factor.user = ann.id;
        factor.tenant = acme;
        factor.secret = "S";
        factor.created_at = noon;
        w.insert(factor);
        w.insert(audit_entry{.id = audit_id{41}, .tenant = acme, .at = noon, .action = "user.created"});
        w.keep({.plugin = "polls", .heard = 1, .relayed = 1});
        w.insert(plugin_job{.id = plugin_job_id{61},
                            .tenant = acme,
                            .plugin = "polls",
                            .job = "close",
                            .key = "=k",
                            .due = noon,
                            .input = "{}",
                            .leased_until = {},
                            .leased_by = {}});
        w.append(make_event("message.created"));
    }
};

TEST_P(rows_tenants_test, people_and_what_they_come_with_are_nobody) {
    const std::vector<user_id> ids{user_id{11}, user_id{12}};
    const std::vector<std::string> names{"ann", "bob"};
    must_read(
        [&](kernel::reading& r) {
            EXPECT_FALSE(r.find_user(user_id{11}));
            EXPECT_FALSE(r.find_user("ann"));
            EXPECT_THAT(r.users(ids), IsEmpty());
            EXPECT_THAT(r.users(names), IsEmpty());
            EXPECT_THAT(r.list_users("", "", 10), IsEmpty());
            EXPECT_THAT(r.tokens_of(user_id{11}), IsEmpty());
            EXPECT_FALSE(r.find_token(token_id{21}));
            EXPECT_FALSE(r.find_family("f1"));
            EXPECT_FALSE(r.find_external("outside"));
            EXPECT_THAT(r.ended_users(noon + std::chrono::hours(1), 10), IsEmpty());
            EXPECT_FALSE(r.find_link("l1"));
            EXPECT_FALSE(r.find_second_factor(user_id{11}));
            EXPECT_THAT(r.audit(key(), {.action = {}, .limit = 10}), IsEmpty());
        },
        globex);
    must_read([&](kernel::reading& r) {
        EXPECT_EQ(r.users(ids).size(), 2U);
        EXPECT_TRUE(r.find_second_factor(user_id{11}) && r.find_link("l1") && r.find_external("outside"));
        EXPECT_EQ(r.audit(key(), {.action = {}, .limit = 10}).size(), 1U);
    });
}

TEST_P(rows_tenants_test, plugins_are_nowhere_and_have_nothing_to_do) {
    must_read(
        [](kernel::reading& r) {
            EXPECT_THAT(r.plugin_cursors(), IsEmpty());
            EXPECT_FALSE(r.find_plugin_job(plugin_job_id{61}));
            EXPECT_FALSE(r.find_plugin_job("polls", "close", "=k"));
        },
        globex);
    must_read([](kernel::reading& r) {
        EXPECT_EQ(r.plugin_cursors().size(), 1U);
        EXPECT_TRUE(r.find_plugin_job(plugin_job_id{61}) && r.find_plugin_job("polls", "close", "=k"));
    });
}

TEST_P(rows_tenants_test, a_sign_in_that_was_begun_is_nobodys) {
    must_write([](kernel::writing& w) {
        w.insert(started_sign_in{.digest = "s1",
                                 .tenant = acme,
                                 .provider = "corp",
                                 .browser = "b",
                                 .nonce = "n",
                                 .verifier = "v",
                                 .redirect_uri = "r",
                                 .return_to = "/",
                                 .created_at = noon,
                                 .expires_at = noon});
    });
    must_write(
        [](kernel::writing& w) {
            EXPECT_FALSE(w.find_started("s1"));
            EXPECT_EQ(w.erase_started(noon + std::chrono::hours(1)), 0);
        },
        globex);
    must_write([](kernel::writing& w) { EXPECT_TRUE(w.find_started("s1")); });
}

TEST_P(rows_tenants_test, conversations_and_members_are_none) {
    must_read(
        [&](kernel::reading& r) {
            EXPECT_FALSE(r.find_conversation(key(), conversation_id{31}));
            EXPECT_FALSE(r.find_direct(key(), "11-12"));
            EXPECT_THAT(r.list_open(key(), "", "", {}, 10), IsEmpty());
            EXPECT_FALSE(r.find_member(key(), conversation_id{31}, user_id{11}));
            EXPECT_THAT(r.memberships_of(key(), user_id{11}), IsEmpty());
            EXPECT_THAT(r.members(key(), conversation_id{31}, {}, 10), IsEmpty());
            EXPECT_EQ(r.count_owners(key(), conversation_id{31}), 0);
            EXPECT_THAT(r.contacts_of(key(), user_id{11}), IsEmpty());
            EXPECT_EQ(r.log_end(), 0);
            EXPECT_THAT(r.events_after(0, 10), IsEmpty());
        },
        globex);
    must_read([&](kernel::reading& r) {
        EXPECT_EQ(r.members(key(), conversation_id{31}, {}, 10).size(), 2U);
        EXPECT_EQ(r.count_owners(key(), conversation_id{31}), 1);
        EXPECT_EQ(r.events_after(0, 10).size(), 1U);
    });
}

TEST_P(rows_tenants_test, messages_are_none) {
    const conversation_id lobby{31};
    const message_id root{101};
    const std::vector<message_id> ids{root, message_id{102}, message_id{103}};
    must_read(
        [&](kernel::reading& r) {
            EXPECT_FALSE(r.find_message(key(), root));
            EXPECT_THAT(r.messages(key(), ids), IsEmpty());
            EXPECT_FALSE(r.find_by_client_key(key(), user_id{11}, "k"));
            EXPECT_THAT(r.history(key(), lobby, {.limit = 10}), IsEmpty());
            EXPECT_THAT(r.replies(key(), root, 0, 10), IsEmpty());
            EXPECT_THAT(r.withheld(key(), lobby, {}, {}, 10), IsEmpty());
            EXPECT_THAT(r.revisions(key(), root), IsEmpty());
            EXPECT_EQ(r.count_unread(key(), lobby, user_id{12}, 0).messages, 0);
            EXPECT_EQ(r.count_unread(key(), lobby, user_id{12}, 0).mentions, 0);
            EXPECT_EQ(r.summarise_thread(key(), root).replies, 0);
        },
        globex);
    must_read([&](kernel::reading& r) {
        EXPECT_EQ(r.messages(key(), ids).size(), 3U);
        EXPECT_EQ(r.count_unread(key(), lobby, user_id{12}, 0).mentions, 1);
        EXPECT_EQ(r.summarise_thread(key(), root).replies, 1);
        EXPECT_EQ(r.withheld(key(), lobby, {}, {}, 10).size(), 1U);
    });
}

TEST_P(rows_tenants_test, each_is_counted_with_what_it_has) {
    must_write(
        [](kernel::writing& w) {
            auto eve = make_user(13, "eve");
            eve.tenant = globex;
            w.insert(eve);
        },
        globex);
    must_write([](kernel::writing& w) {
        auto gone = make_conversation(33, "Gone");
        gone.last_sequence = 7;
        gone.deleted_at = noon;
        w.insert(key(), gone);
    });
    std::map<tenant_id, kernel::tenant_sizes> sizes;
    ASSERT_FALSE(with_directory(*store_, [&](kernel::directory& all) { sizes = all.sizes(); }));
    ASSERT_EQ(sizes.size(), 2U);
    EXPECT_EQ(sizes[acme].users, 2);
    EXPECT_EQ(sizes[acme].conversations, 2) << "without the deleted one";
    EXPECT_EQ(sizes[acme].messages, 2);
    EXPECT_EQ(sizes[globex].users, 1);
    EXPECT_EQ(sizes[globex].conversations, 0);
    EXPECT_EQ(sizes[globex].messages, 0);
}

INSTANTIATE_TEST_SUITE_P(on, rows_tenants_test, ::testing::Values(engine::sqlite, engine::postgresql), name_of);

}  // namespace
}  // namespace parley::storage
