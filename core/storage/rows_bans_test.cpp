// Bans on both databases.
#include <gmock/gmock.h>

#include "storage/testing/store_test_base.hpp"

namespace parley::storage {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const tenant_id other_tenant{2};
const conversation_id room{31};

class rows_bans_test : public store_test {
protected:
    static conversation_ban make_ban(conversation_id from, std::int64_t who, std::optional<moment> until = {}) {
        return {.conversation = from,
                .user = user_id{who},
                .by = user_id{99},
                .reason = "a \"quoted\" reäson",
                .created_at = noon,
                .until = until};
    }
    std::vector<std::int64_t> listed(moment now, user_id after = {}, int limit = 50, tenant_id in = acme) {
        std::vector<std::int64_t> ids;
        must_read(
            [&](kernel::reading& r) {
                for (const auto& one : r.bans(kernel::rows(), room, now, after, limit)) {
                    EXPECT_EQ(one.what.user, one.who.id);
                    ids.push_back(one.who.id.value);
                }
            },
            in);
        return ids;
    }
};

TEST_P(rows_bans_test, keep_what_they_are_and_come_and_go) {
    const auto end = noon + std::chrono::hours{1};
    must_write([&](kernel::writing& w) {
        for (const std::int64_t id : {11, 12, 13}) w.insert(make_user(id, "user" + std::to_string(id)));
        w.insert(kernel::rows(), make_ban(room, 11, end));
        w.insert(kernel::rows(), make_ban(room, 12));
        w.insert(kernel::rows(), make_ban(conversation_id{32}, 12));
        auto by_nobody = make_ban(room, 13);
        by_nobody.by = {};
        w.insert(kernel::rows(), by_nobody);
        EXPECT_TRUE(w.find_ban(kernel::rows(), room, user_id{11})) << "seen in its own transaction";
    });
    must_read([&](kernel::reading& r) {
        const auto found = r.find_ban(kernel::rows(), room, user_id{11});
        ASSERT_TRUE(found);
        EXPECT_EQ(found->by, user_id{99});
        EXPECT_EQ(found->reason, "a \"quoted\" reäson");
        EXPECT_EQ(found->created_at, noon);
        EXPECT_EQ(found->until, end);
        EXPECT_FALSE(r.find_ban(kernel::rows(), room, user_id{13})->by);
        EXPECT_FALSE(r.find_ban(kernel::rows(), conversation_id{32}, user_id{11}));
        EXPECT_EQ(r.bans_of(kernel::rows(), user_id{12}).size(), 2U);
    });
    EXPECT_THAT(listed(noon), ElementsAre(11, 12, 13));
    EXPECT_THAT(listed(end), ElementsAre(12, 13)) << "not what is over";
    EXPECT_THAT(listed(noon, user_id{11}, 1), ElementsAre(12));
    must_write([&](kernel::writing& w) {
        w.update(kernel::rows(), make_ban(room, 11));
        w.erase(kernel::rows(), make_ban(room, 12));
    });
    EXPECT_THAT(listed(end), ElementsAre(11, 13));
}

TEST_P(rows_bans_test, are_of_one_tenant) {
    add_tenant(other_tenant, "globex");
    must_write([&](kernel::writing& w) {
        w.insert(make_user(11, "ann"));
        w.insert(kernel::rows(), make_ban(room, 11));
    });
    must_write([&](kernel::writing& w) { w.erase(kernel::rows(), make_ban(room, 11)); }, other_tenant);
    must_read(
        [&](kernel::reading& r) {
            EXPECT_FALSE(r.find_ban(kernel::rows(), room, user_id{11}));
            EXPECT_THAT(r.bans_of(kernel::rows(), user_id{11}), IsEmpty());
        },
        other_tenant);
    EXPECT_THAT(listed(noon, {}, 50, other_tenant), IsEmpty());
    EXPECT_THAT(listed(noon), ElementsAre(11));
}

INSTANTIATE_TEST_SUITE_P(on, rows_bans_test, ::testing::Values(engine::sqlite, engine::postgresql), name_of);

}  // namespace
}  // namespace parley::storage
