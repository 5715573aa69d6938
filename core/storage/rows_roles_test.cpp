// Roles and grants on both databases.
#include <gmock/gmock.h>

#include "storage/testing/store_test_base.hpp"

namespace parley::storage {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const tenant_id other_tenant{2};

custom_role make_role(std::int64_t id, std::string name, tenant_id of = acme) {
    return {.id = role_id{id},
            .tenant = of,
            .name = std::move(name),
            .sentence = "What it is for.",
            .permissions = {"messages.send", "gone.plugin"},
            .created_at = noon,
            .updated_at = noon};
}

class rows_roles_test : public store_test {
protected:
    std::vector<std::string> names(tenant_id in = acme) {
        std::vector<std::string> all;
        must_read(
            [&](kernel::reading& r) {
                for (const auto& one : r.custom_roles()) all.push_back(one.name);
            },
            in);
        return all;
    }
};

TEST_P(rows_roles_test, roles_keep_all_they_are_and_are_one_tenants) {
    add_tenant(other_tenant, "globex");
    must_write([&](kernel::writing& w) {
        w.insert(make_role(51, "reviewer"));
        w.insert(make_role(52, "author"));
    });
    must_write([&](kernel::writing& w) { w.insert(make_role(53, "reviewer", other_tenant)); }, other_tenant);
    EXPECT_THAT(names(), ElementsAre("author", "reviewer"));
    EXPECT_THAT(names(other_tenant), ElementsAre("reviewer"));
    must_read([&](kernel::reading& r) {
        const auto found = r.find_custom_role("reviewer");
        ASSERT_TRUE(found);
        EXPECT_EQ(found->id, role_id{51});
        EXPECT_EQ(found->sentence, "What it is for.");
        EXPECT_THAT(found->permissions, ElementsAre("messages.send", "gone.plugin"));
        EXPECT_EQ(found->created_at, noon);
        EXPECT_FALSE(r.find_custom_role("nobody"));
    });
    EXPECT_EQ(store_->highest_id(), 53) << "an id is never given twice";
    EXPECT_TRUE(write(*store_, acme, [&](kernel::writing& w) {
        w.insert(make_role(54, "reviewer"));
        return true;
    })) << "two of one name";
}

TEST_P(rows_roles_test, what_the_writer_remembers_of_a_role_is_what_is_stored) {
    must_write([&](kernel::writing& w) { w.insert(make_role(51, "reviewer")); });
    must_write([&](kernel::writing& w) {
        auto changed = *w.find_custom_role("reviewer");
        changed.permissions = {"messages.review"};
        w.update(changed);
        EXPECT_THAT(w.find_custom_role("reviewer")->permissions, ElementsAre("messages.review"));
    });
    must_write([&](kernel::writing& w) {
        const auto* first = w.find_custom_role("reviewer").get();
        EXPECT_EQ(first, w.find_custom_role("reviewer").get()) << "asked of the database once";
        EXPECT_THAT(first->permissions, ElementsAre("messages.review"));
        w.erase(*w.find_custom_role("reviewer"));
        EXPECT_FALSE(w.find_custom_role("reviewer"));
    });
    EXPECT_THAT(names(), IsEmpty());
}

TEST_P(rows_roles_test, what_another_process_made_of_a_role_is_seen_by_the_next_write) {
    must_write([&](kernel::writing& w) { w.insert(make_role(51, "reviewer")); });
    must_write([&](kernel::writing& w) { EXPECT_TRUE(w.find_custom_role("reviewer")); });
    recording_sink others;
    auto second = open(others);
    EXPECT_FALSE(write(*second, acme, [&](kernel::writing& w) {
        auto changed = *w.find_custom_role("reviewer");
        changed.permissions = {};
        w.update(changed);
        return true;
    }));
    must_write([&](kernel::writing& w) { EXPECT_THAT(w.find_custom_role("reviewer")->permissions, IsEmpty()); });
}

TEST_P(rows_roles_test, whoever_has_a_role_is_found_also_before_it_is_stored) {
    must_write([&](kernel::writing& w) {
        for (const auto& [id, name] : {std::pair{11, "ann"}, std::pair{12, "bob"}}) w.insert(make_user(id, name));
        w.insert(kernel::rows(), make_conversation(31, "lobby"));
        for (const int id : {11, 12}) w.insert(kernel::rows(), make_member(31, id));
    });
    must_write([&](kernel::writing& w) {
        auto bob = *w.find_user(user_id{12});
        bob.role = "reviewer";
        w.update(bob);
        auto ann = *w.find_member(kernel::rows(), conversation_id{31}, user_id{11});
        ann.granted_role = "reviewer";
        w.update(kernel::rows(), ann);
        EXPECT_THAT(w.users_of_role("reviewer"), ElementsAre(user_id{12}));
        EXPECT_EQ(w.members_granted(kernel::rows(), "reviewer").size(), 1U);
    });
    must_read([&](kernel::reading& r) {
        EXPECT_THAT(r.users_of_role("reviewer"), ElementsAre(user_id{12}));
        EXPECT_THAT(r.users_of_role("nothing"), IsEmpty());
        const auto granted = r.members_granted(kernel::rows(), "reviewer");
        ASSERT_EQ(granted.size(), 1U);
        EXPECT_EQ(granted[0].user, user_id{11});
        EXPECT_EQ(granted[0].granted_role, "reviewer");
        EXPECT_EQ(r.find_member(kernel::rows(), conversation_id{31}, user_id{12})->granted_role, "");
    });
}

INSTANTIATE_TEST_SUITE_P(on, rows_roles_test, ::testing::Values(engine::sqlite, engine::postgresql), name_of);

}  // namespace
}  // namespace parley::storage
