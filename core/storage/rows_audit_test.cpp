// The audit log on both databases.
#include <gmock/gmock.h>

#include <boost/json/serialize.hpp>

#include "storage/testing/store_test_base.hpp"

namespace parley::storage {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const tenant_id other_tenant{2};

class rows_audit_test : public store_test {
protected:
    static audit_entry make_entry(std::int64_t id, std::string action, user_id actor) {
        audit_entry made;
        made.id = audit_id{id};
        made.tenant = acme;
        made.at = noon;
        made.action = std::move(action);
        made.actor = actor;
        return made;
    }
    std::vector<std::int64_t> found(const kernel::audit_query& wanted, tenant_id in = acme) {
        std::vector<std::int64_t> ids;
        must_read(
            [&](kernel::reading& r) {
                for (const auto& one : r.audit(kernel::rows(), wanted)) ids.push_back(one.id.value);
            },
            in);
        return ids;
    }
};

TEST_P(rows_audit_test, entries_keep_all_they_are) {
    auto full = make_entry(51, "token.created", user_id{11});
    full.session = token_id{21};
    full.subject_kind = "token";
    full.subject = 22;
    full.address = "2001:db8::1";
    full.request_id = "r-7";
    full.details = {{"name", "a \"quoted\" näme"}, {"user", "11"}, {"list", {1, nullptr}}};
    const auto bare = make_entry(52, "session.refused", {});
    must_write([&](kernel::writing& w) {
        w.insert(full);
        w.insert(bare);
        EXPECT_EQ(w.audit(kernel::rows(), {}).size(), 2U) << "seen in its own transaction";
    });
    must_read([&](kernel::reading& r) {
        const auto all = r.audit(kernel::rows(), {});
        ASSERT_EQ(all.size(), 2U);
        EXPECT_EQ(all[0].id, bare.id);
        EXPECT_FALSE(all[0].actor);
        EXPECT_FALSE(all[0].session);
        EXPECT_EQ(all[0].subject_kind, "");
        EXPECT_EQ(all[0].subject, 0);
        EXPECT_TRUE(all[0].details.empty());
        EXPECT_EQ(all[1].tenant, acme);
        EXPECT_EQ(all[1].at, noon);
        EXPECT_EQ(all[1].action, "token.created");
        EXPECT_EQ(all[1].actor, user_id{11});
        EXPECT_EQ(all[1].session, token_id{21});
        EXPECT_EQ(all[1].subject_kind, "token");
        EXPECT_EQ(all[1].subject, 22);
        EXPECT_EQ(all[1].address, "2001:db8::1");
        EXPECT_EQ(all[1].request_id, "r-7");
        EXPECT_EQ(boost::json::serialize(all[1].details), boost::json::serialize(full.details));
    });
    EXPECT_EQ(store_->highest_id(), 52) << "an id is never given twice";
}

TEST_P(rows_audit_test, are_found_the_newest_first_by_action_and_actor_in_one_tenant) {
    add_tenant(other_tenant, "globex");
    const user_id ann{11};
    const user_id bob{12};
    must_write([&](kernel::writing& w) {
        w.insert(make_entry(51, "session.opened", ann));
        w.insert(make_entry(52, "session.opened", bob));
        w.insert(make_entry(53, "token.created", ann));
        w.insert(make_entry(54, "session.opened", ann));
    });
    must_write(
        [&](kernel::writing& w) {
            auto theirs = make_entry(55, "session.opened", ann);
            theirs.tenant = other_tenant;
            w.insert(theirs);
        },
        other_tenant);
    EXPECT_THAT(found({}), ElementsAre(54, 53, 52, 51));
    EXPECT_THAT(found({.limit = 2}), ElementsAre(54, 53));
    EXPECT_THAT(found({.before = audit_id{53}, .limit = 1}), ElementsAre(52));
    EXPECT_THAT(found({.action = "session.opened"}), ElementsAre(54, 52, 51));
    EXPECT_THAT(found({.before = audit_id{54}, .action = "session.opened", .actor = ann}), ElementsAre(51));
    EXPECT_THAT(found({.action = "session.opened' OR '1'='1"}), IsEmpty());
    EXPECT_THAT(found({}, other_tenant), ElementsAre(55));
}

TEST_P(rows_audit_test, an_entry_of_another_tenant_is_not_written) {
    const auto problem = write(*store_, acme, [&](kernel::writing& w) {
        auto theirs = make_entry(51, "session.opened", user_id{11});
        theirs.tenant = other_tenant;
        w.insert(theirs);
        return true;
    });
    EXPECT_TRUE(problem);
    EXPECT_THAT(found({}), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(on, rows_audit_test, ::testing::Values(engine::sqlite, engine::postgresql), name_of);

}  // namespace
}  // namespace parley::storage
